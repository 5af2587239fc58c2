#if Redis
/// Why a command has no result. Its text never holds a password.
package struct RedisError: Error, Sendable, Hashable, CustomStringConvertible {
    /// What kind of error it is.
    package enum Code: Sendable, Hashable {
        /// There is no connection now; the client keeps trying.
        case away
        /// The connection ended before the answer came, or was given up since none came in time; the command may have
        /// been executed.
        case disconnected
        /// The server answered with an error.
        case refused
        /// More commands wait than the client keeps.
        case overloaded
        /// The client has been closed.
        case closed
        /// The answer is not what the command leads to.
        case unexpectedAnswer
    }

    /// What kind of error it is.
    package let code: Code
    /// What happened.
    package let description: String

    /// Creates an error.
    package init(_ code: Code, _ description: String) {
        self.code = code
        self.description = description
    }

    /// Whether the server does not know a script yet.
    var isUnknownScript: Bool { code == .refused && description.hasPrefix("NOSCRIPT") }
}
#endif
