#if Redis
import Synchronization

/// A command on its way, and the task that waits for the answer.
final class RedisCommand: Sendable {
    private enum State {
        case new
        case waiting(CheckedContinuation<RedisValue, any Error>)
        case finished
    }

    /// The command as the server reads it.
    let bytes: [UInt8]
    /// When its time is over.
    let deadline: ContinuousClock.Instant
    private let state = Mutex(State.new)

    init(_ arguments: [RedisArgument], deadline: ContinuousClock.Instant) {
        bytes = Self.encoded(arguments)
        self.deadline = deadline
    }

    /// Whether nobody waits any more.
    var isFinished: Bool {
        state.withLock { if case .finished = $0 { true } else { false } }
    }

    /// Takes the task that waits.
    ///
    /// - Returns: `false` when it has been cancelled already.
    func begin(_ continuation: CheckedContinuation<RedisValue, any Error>) -> Bool {
        state.withLock { state in
            guard case .new = state else { return false }
            state = .waiting(continuation)
            return true
        }
    }

    /// Resumes the task, once.
    func finish(_ result: Result<RedisValue, any Error>) {
        let continuation = state.withLock { state -> CheckedContinuation<RedisValue, any Error>? in
            defer { state = .finished }
            if case .waiting(let continuation) = state { return continuation }
            return nil
        }
        continuation?.resume(with: result)
    }

    /// An array of bulk strings, as RESP has requests.
    private static func encoded(_ arguments: [RedisArgument]) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(arguments.reduce(16) { $0 + $1.bytes.count + 16 })
        bytes.append(contentsOf: "*\(arguments.count)\r\n".utf8)
        for argument in arguments {
            bytes.append(contentsOf: "$\(argument.bytes.count)\r\n".utf8)
            bytes.append(contentsOf: argument.bytes)
            bytes.append(UInt8(ascii: "\r"))
            bytes.append(UInt8(ascii: "\n"))
        }
        return bytes
    }
}

/// One word of a command.
package struct RedisArgument: Sendable, ExpressibleByStringLiteral, ExpressibleByStringInterpolation {
    let bytes: [UInt8]

    /// Creates a word of bytes.
    package init(_ bytes: [UInt8]) {
        self.bytes = bytes
    }

    /// Creates a word of text.
    package init(_ text: String) {
        bytes = Array(text.utf8)
    }

    package init(stringLiteral text: String) {
        self.init(text)
    }
}
#endif
