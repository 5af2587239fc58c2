#if PostgreSQL
import WorkflowStore

/// Runs jobs on connections, each of which has a thread.
final class ConnectionPool: ConnectionQueue {
    /// Something to do with a connection.
    struct Job: Sendable {
        /// Does it, and tells what became of it.
        let run: @Sendable (PostgreSQLConnection, _ isLastAttempt: Bool) -> End
        /// Called instead when no connection can be had.
        let fail: @Sendable (SQLError) -> Void
    }

    /// How a job ended.
    enum End {
        case done
        /// It had no effect and may run again.
        case again
    }

    private static let attempts = 4

    private let settings: ConnectionSettings
    private let monitor: Monitor<PoolStateMachine<Job>>
    private let closed = Latch()

    init(_ settings: ConnectionSettings, _ limits: PoolStateMachine<Job>.Limits) {
        self.settings = settings
        monitor = Monitor(PoolStateMachine(limits: limits))
    }

    /// Lets a connection do a job.
    func submit(_ job: Job) {
        switch monitor.withLock({ $0.submit(job, now: .now) }) {
        case .queued: monitor.signal()
        case .queuedWithNewConnection: startConnection()
        case .refused(let error): job.fail(error)
        }
    }

    var usage: ConnectionUsage { monitor.withLock { $0.usage } }

    /// Refuses further jobs and returns when those under way are done and all connections are closed.
    func close() async {
        let isDone = monitor.withLock { state in
            state.close()
            return state.isDone
        }
        if isDone { closed.open() }
        monitor.broadcast()
        await closed.wait()
    }

    private func startConnection() {
        let isStarted = WorkerThread.start("wf-postgres") { [self] in work() }
        if !isStarted { opening(failed: SQLError(.unavailable, "the system has no thread left for the database")) }
    }

    /// The life of a connection.
    private func work() {
        let connection: PostgreSQLConnection
        do {
            connection = try PostgreSQLConnection(settings)
        } catch {
            opening(failed: error as? SQLError ?? SQLError(.unavailable, "\(error)"))
            return
        }
        monitor.withLock { $0.opened() }
        var openedAt = ContinuousClock.now
        var isReplaced = false
        while let job = take(openedAt, &isReplaced) {
            guard run(job, on: connection, &openedAt) else {
                connection.close()
                if monitor.withLock({ $0.lost() }) { startConnection() }
                return finish()
            }
        }
        connection.close()
        if isReplaced { startConnection() }
        finish()
    }

    /// Waits for the next job; `nil` when the connection is to be closed.
    private func take(_ openedAt: ContinuousClock.Instant, _ isReplaced: inout Bool) -> Job? {
        let idleSince = ContinuousClock.now
        var isIdle = false
        let (job, replaces): (Job?, Bool) = monitor.wait { state in
            let next = state.next(isIdle: isIdle, openedAt: openedAt, idleSince: idleSince, now: .now)
            isIdle = false
            switch next {
            case .run(let job): return .value((job, false))
            case .close: return .value((nil, false))
            case .replace: return .value((nil, true))
            case .wait(let duration):
                isIdle = true
                return .wait(duration)
            }
        }
        isReplaced = replaces
        return job
    }

    /// Runs a job, again on a new connection when it had no effect.
    ///
    /// - Returns: Whether the connection can be used.
    private func run(_ job: Job, on connection: PostgreSQLConnection, _ openedAt: inout ContinuousClock.Instant) -> Bool
    {
        for attempt in 1...Self.attempts {
            if connection.isLost {
                do { try connection.reopen() } catch {
                    job.fail(error as? SQLError ?? SQLError(.unavailable, "\(error)"))
                    return false
                }
                openedAt = .now
            }
            if case .done = job.run(connection, attempt == Self.attempts) { break }
        }
        return !connection.isLost && connection.isBetweenTransactions
    }

    private func opening(failed error: SQLError) {
        for job in monitor.withLock({ $0.failed(error, now: .now) }) { job.fail(error) }
        finish()
    }

    private func finish() {
        if monitor.withLock({ $0.isDone }) { closed.open() }
    }
}
#endif
