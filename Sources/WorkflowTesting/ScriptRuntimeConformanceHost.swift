import Synchronization
public import WorkflowCore

/// A script host for tests: it records what scripts log and ask, and answers what it is told to.
public final class RecordingScriptHost: ScriptHost {
    /// One log line.
    public struct Line: Sendable, Equatable {
        /// The level.
        public let level: String
        /// The text.
        public let message: String
        /// What belongs to it.
        public let metadata: JSONObject
    }

    /// Answers a function; `nil` is a refusal.
    public typealias Answer = @Sendable (_ function: String, _ arguments: [JSONValue]) async throws -> JSONValue?

    private struct State {
        var lines: [Line] = []
        var calls: [String] = []
    }

    private let state = Mutex(State())
    /// The least severe level that scripts log.
    public let logLevel: String
    private let answer: Answer

    /// Creates a host.
    ///
    /// - Parameters:
    ///   - logLevel: The least severe level that scripts log.
    ///   - answer: Answers host functions; by default, all are refused.
    public init(logLevel: String = "debug", answer: @escaping Answer = { _, _ in nil }) {
        self.logLevel = logLevel
        self.answer = answer
    }

    /// What has been logged.
    public var lines: [Line] { state.withLock { $0.lines } }
    /// The functions that have been called, each with its arguments.
    public var calls: [String] { state.withLock { $0.calls } }

    public func log(level: String, message: String, metadata: JSONObject) {
        state.withLock { $0.lines.append(Line(level: level, message: message, metadata: metadata)) }
    }

    public func call(_ function: String, arguments: [JSONValue]) async throws -> JSONValue {
        state.withLock { $0.calls.append("\(function)\(JSONValue.array(arguments).jsonString())") }
        guard let result = try await answer(function, arguments) else {
            throw WorkflowError(.forbidden, "\(function) is not granted to this component")
        }
        return result
    }
}
