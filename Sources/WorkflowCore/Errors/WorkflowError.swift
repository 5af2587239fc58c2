/// An error of the engine while it runs.
///
/// `message` is meant for people and never contains secrets or payloads; `code` is meant for programs.
public struct WorkflowError: Error, Sendable, CustomStringConvertible {
    /// What kind of error it is.
    public struct Code: Sendable, Hashable, CustomStringConvertible {
        /// The stable name of the code.
        public let description: String

        private init(_ description: String) {
            self.description = description
        }

        /// The request or its data is not acceptable.
        public static let invalidInput = Code("invalid_input")
        /// The thing that was asked for does not exist.
        public static let notFound = Code("not_found")
        /// Someone else changed the thing first, or it exists already.
        public static let conflict = Code("conflict")
        /// The caller is not allowed to do this.
        public static let forbidden = Code("forbidden")
        /// The state machine has no such transition from its current state.
        public static let transitionRefused = Code("transition_refused")
        /// A limit (size, time, rate, memory) was reached.
        public static let limitExceeded = Code("limit_exceeded")
        /// A counterpart (database, broker, component) is not reachable.
        public static let unavailable = Code("unavailable")
        /// A processing step, script or handler failed.
        public static let stepFailed = Code("step_failed")
        /// The disk or the database has no room left.
        public static let storageFull = Code("storage_full")
        /// A defect of the engine or of a module.
        public static let `internal` = Code("internal")
    }

    /// What kind of error it is.
    public let code: Code
    /// What happened, where, and what to do next.
    public let message: String
    /// The error that led to this one.
    public let cause: (any Error)?

    /// Creates an error.
    ///
    /// - Parameters:
    ///   - code: What kind of error it is.
    ///   - message: What happened, where, and what to do next; without secrets.
    ///   - cause: The error that led to this one.
    public init(_ code: Code, _ message: String, cause: (any Error)? = nil) {
        self.code = code
        self.message = message
        self.cause = cause
    }

    public var description: String {
        if let cause { "\(message): \(cause)" } else { message }
    }
}
