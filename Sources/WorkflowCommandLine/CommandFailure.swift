/// Why a command failed: what, and what to do next.
public struct CommandFailure: Error, Sendable, CustomStringConvertible {
    /// How the program ends.
    public let status: ExitStatus
    /// What went wrong, with the place.
    public let message: String
    /// What to do next.
    public let hint: String?

    /// Creates a failure.
    ///
    /// - Parameters:
    ///   - status: How the program ends.
    ///   - message: What went wrong, with the place; one sentence.
    ///   - hint: What to do next.
    public init(_ status: ExitStatus, _ message: String, hint: String? = nil) {
        self.status = status
        self.message = message
        self.hint = hint
    }

    /// `error: message`, and the hint on a second line.
    public var description: String {
        "error: \(message)" + (hint.map { "\n    hint: \($0)" } ?? "")
    }
}
