/// Why a text is not a regular expression that the engine supports.
struct PatternSyntaxError: Error, Sendable, Hashable, CustomStringConvertible {
    /// What is wrong.
    let message: String
    /// Where in the pattern, in Unicode scalars from 1.
    let column: Int

    var description: String { "\(message) (column \(column) of the pattern)" }
}
