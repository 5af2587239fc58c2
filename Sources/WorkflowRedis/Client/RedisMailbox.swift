#if Redis
import DequeModule
import Synchronization

/// What tasks and the thread of a client have in common: commands that wait to be sent, and those that wait for
/// answers.
final class RedisMailbox: Sendable {
    fileprivate struct State {
        var status = RedisStatus.connecting
        var queued: [RedisCommand] = []
        var sent: Deque<RedisCommand> = []
        var bytes = 0
        var isClosed = false
        var hasEnded = false
        var waitingForEnd: [CheckedContinuation<Void, Never>] = []
        var waitingForStatus: [CheckedContinuation<Void, Never>] = []
    }

    private let settings: RedisSettings
    private let onChange: @Sendable (RedisStatus) -> Void
    private let state = Mutex(State())

    init(_ settings: RedisSettings, onChange: @escaping @Sendable (RedisStatus) -> Void) {
        self.settings = settings
        self.onChange = onChange
    }

    var status: RedisStatus { state.withLock { $0.status } }
    var isClosed: Bool { state.withLock { $0.isClosed } }
    var pendingCount: Int { state.withLock { $0.queued.count + $0.sent.count } }
    var unansweredCount: Int { state.withLock { $0.sent.count } }
    /// When the time of the oldest command that was sent is over.
    var nextDeadline: ContinuousClock.Instant? { state.withLock { $0.sent.first?.deadline } }

    /// Adds a command.
    ///
    /// - Returns: Whether the thread must be woken.
    /// - Throws: ``RedisError`` when commands cannot be sent now.
    func add(_ command: RedisCommand) throws(RedisError) -> Bool {
        let result = state.withLock { state -> Result<Bool, RedisError> in
            if state.isClosed { return .failure(RedisError(.closed, "The Redis client is closed.")) }
            if case .away(let reason) = state.status {
                return .failure(RedisError(.away, "Redis at \(settings.place) is away: \(reason)"))
            }
            guard state.queued.count + state.sent.count < settings.maximumPending,
                state.bytes + command.bytes.count <= settings.maximumPendingBytes || state.bytes == 0
            else {
                return .failure(RedisError(.overloaded, "Too many commands wait for Redis at \(settings.place)."))
            }
            state.queued.append(command)
            state.bytes += command.bytes.count
            return .success(state.queued.count == 1)
        }
        return try result.get()
    }

    /// Moves what waits to be sent to what waits for answers; those that nobody waits for any more are dropped.
    func takeQueued() -> [RedisCommand] {
        state.withLock { state in
            guard !state.queued.isEmpty else { return [] }
            var commands: [RedisCommand] = []
            swap(&commands, &state.queued)
            if commands.contains(where: \.isFinished) {
                for command in commands where command.isFinished { state.bytes -= command.bytes.count }
                commands.removeAll(where: \.isFinished)
            }
            state.sent.append(contentsOf: commands)
            return commands
        }
    }

    /// Hands an answer to the command that was sent first.
    func answer(_ reply: RedisValue) throws(RedisError) {
        let command = state.withLock { state in
            let command = state.sent.popFirst()
            state.bytes -= command?.bytes.count ?? 0
            return command
        }
        guard let command else { throw RedisError(.disconnected, "the server sent an answer that nobody asked for") }
        if case .error(let text) = reply {
            command.finish(.failure(RedisError(.refused, text)))
        } else {
            command.finish(.success(reply))
        }
    }

    /// Takes a new status. When the connection has ended, all commands fail.
    func note(_ status: RedisStatus) {
        let (hasChanged, waiting) = state.withLock { state in
            if state.isClosed { return (false, state.takeWaitingForStatus()) }
            let old = state.status
            state.status = status
            // Another reason is no news.
            if case (.away, .away) = (old, status) { return (false, state.takeWaitingForStatus()) }
            return (old != status, state.takeWaitingForStatus())
        }
        // First, so that whoever sees a command fail can rely on it.
        if hasChanged { onChange(status) }
        if case .away(let reason) = status {
            finishAll(RedisError(.disconnected, "Redis at \(settings.place) is away: \(reason)"))
        }
        for continuation in waiting { continuation.resume() }
    }

    func finishAll(_ error: RedisError) {
        let commands = state.withLock { state in
            let commands = Array(state.sent) + state.queued
            (state.sent, state.queued, state.bytes) = ([], [], 0)
            return commands
        }
        for command in commands { command.finish(.failure(error)) }
    }

    func close() { state.withLock { $0.isClosed = true } }

    func threadHasEnded() {
        let waiting = state.withLock { state in
            state.hasEnded = true
            defer { state.waitingForEnd = [] }
            return state.waitingForEnd + state.takeWaitingForStatus()
        }
        for continuation in waiting { continuation.resume() }
    }

    /// Returns when the thread has ended.
    func waitForEnd() async {
        await withCheckedContinuation { continuation in
            let hasEnded = state.withLock { state in
                if !state.hasEnded { state.waitingForEnd.append(continuation) }
                return state.hasEnded
            }
            if hasEnded { continuation.resume() }
        }
    }

    /// Returns when the first attempt to connect has come to an end.
    func waitForFirstStatus() async {
        await withCheckedContinuation { continuation in
            let isKnown = state.withLock { state in
                let isKnown = state.status != .connecting || state.hasEnded
                if !isKnown { state.waitingForStatus.append(continuation) }
                return isKnown
            }
            if isKnown { continuation.resume() }
        }
    }
}

extension RedisMailbox.State {
    fileprivate mutating func takeWaitingForStatus() -> [CheckedContinuation<Void, Never>] {
        defer { waitingForStatus = [] }
        return waitingForStatus
    }
}
#endif
