/// Why a database refused a statement or a commit. It never holds bound values.
public struct SQLError: Error, Sendable, CustomStringConvertible {
    /// What kind of error it is.
    public enum Kind: Sendable, Hashable {
        /// A uniqueness condition does not hold; only the statement was undone.
        case uniqueViolation
        /// The medium has no room left.
        case full
        /// The database cannot be used now.
        case unavailable
        /// The stored data is damaged, or is not a database.
        case corrupted
        /// The database does not accept the statement: a mistake in this program.
        case invalidStatement
    }

    /// What kind of error it is.
    public let kind: Kind
    /// What happened.
    public let message: String

    /// Creates an error.
    public init(_ kind: Kind, _ message: String) {
        self.kind = kind
        self.message = message
    }

    public var description: String { message }
}
