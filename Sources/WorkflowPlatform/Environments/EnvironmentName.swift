/// The name of an environment that workflows run in, such as `staging`: a short name of 20 characters at most.
public struct EnvironmentName: Sendable, Hashable, Comparable, CustomStringConvertible {
    static let longest = 20

    /// The name.
    public let text: String

    /// Reads a name.
    ///
    /// - Returns: `nil` when it is not one.
    public init?(_ text: String) {
        guard text.utf8.count <= Self.longest, Slug.isValid(text) else { return nil }
        self.text = text
    }

    /// Takes a name that the database holds.
    init(stored text: String) {
        self.text = text
    }

    /// The environment that every company has, and that is meant where none is named.
    public static let production = EnvironmentName(stored: "prod")

    public var description: String { text }

    public static func < (left: EnvironmentName, right: EnvironmentName) -> Bool { left.text < right.text }
}
