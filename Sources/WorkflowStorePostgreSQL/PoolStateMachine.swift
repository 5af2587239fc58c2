#if PostgreSQL
import DequeModule
import WorkflowStore

/// What a pool of connections decides, without doing it.
///
/// There is a thread for each connection. Threads take jobs; the pool opens a connection when more jobs wait than there
/// are threads to take them. While no connection can be opened, jobs are refused at once, and from time to time one of
/// them is let through to try again (a circuit breaker).
struct PoolStateMachine<Job> {
    /// The bounds.
    struct Limits: Sendable {
        var connections = 8
        var idleConnections = 2
        var idleTimeout = Duration.seconds(60)
        var lifetime = Duration.seconds(1800)
        /// The first wait after a connection could not be opened; it doubles up to ``longestPause``.
        var pause = Duration.milliseconds(100)
        var longestPause = Duration.seconds(5)
    }

    /// What becomes of a job that is handed in.
    enum Submission {
        /// It waits.
        case queued
        /// It waits, and a connection is to be opened.
        case queuedWithNewConnection
        /// It cannot be carried out.
        case refused(SQLError)
    }

    /// What a connection that has nothing to do does next.
    enum Next {
        case run(Job)
        /// Waits for a job, this long at most.
        case wait(Duration?)
        /// Closes.
        case close
        /// Closes, and another one is to be opened in its place.
        case replace
    }

    typealias Instant = ContinuousClock.Instant

    private let limits: Limits
    private var waiting = Deque<Job>()
    private var opening = 0
    private var open = 0
    private var idle = 0
    private var failures = 0
    /// Until when jobs are refused, and with what.
    private var outage: (until: Instant, error: SQLError)?
    private(set) var isClosed = false

    init(limits: Limits) {
        self.limits = limits
    }

    /// Whether nothing is left of a pool that was closed.
    var isDone: Bool { isClosed && opening == 0 && open == 0 }

    /// What it has now.
    var usage: ConnectionUsage { ConnectionUsage(open: open, idle: idle, waiting: waiting.count) }

    mutating func submit(_ job: Job, now: Instant) -> Submission {
        guard !isClosed else { return .refused(Self.closedError) }
        if let outage, open == 0, opening == 0, now < outage.until { return .refused(outage.error) }
        waiting.append(job)
        guard waiting.count > idle + opening, open + opening < max(1, limits.connections) else { return .queued }
        opening += 1
        return .queuedWithNewConnection
    }

    /// A connection was opened.
    mutating func opened() {
        opening -= 1
        open += 1
        failures = 0
        outage = nil
    }

    /// A connection could not be opened.
    ///
    /// - Returns: The jobs that cannot be carried out, since there is no other connection.
    mutating func failed(_ error: SQLError, now: Instant) -> [Job] {
        opening -= 1
        let pause = min(limits.longestPause, limits.pause * (1 << min(failures, 10)))
        failures += 1
        outage = (now.advanced(by: pause), error)
        guard open == 0, opening == 0 else { return [] }
        defer { waiting = [] }
        return Array(waiting)
    }

    /// What a connection does that has no job.
    ///
    /// - Parameters:
    ///   - isIdle: Whether it has waited for a job until now.
    ///   - openedAt: When the connection was opened.
    ///   - idleSince: Since when it has had no job.
    mutating func next(isIdle: Bool, openedAt: Instant, idleSince: Instant, now: Instant) -> Next {
        if isIdle { idle -= 1 }
        if openedAt.duration(to: now) >= limits.lifetime, !isClosed {
            open -= 1
            // The signal that woke this connection for a job woke no other one.
            guard !waiting.isEmpty else { return .close }
            opening += 1
            return .replace
        }
        if let job = waiting.popFirst() { return .run(job) }
        let idleTime = idleSince.duration(to: now)
        if isClosed || (open > limits.idleConnections && idleTime >= limits.idleTimeout) {
            open -= 1
            return .close
        }
        idle += 1
        let life = now.duration(to: openedAt.advanced(by: limits.lifetime))
        return .wait(open > limits.idleConnections ? min(life, limits.idleTimeout - idleTime) : life)
    }

    /// A connection was lost while it had a job.
    ///
    /// - Returns: Whether another one is to be opened, for jobs that wait.
    mutating func lost() -> Bool {
        open -= 1
        guard waiting.count > idle + opening else { return false }
        opening += 1
        return true
    }

    /// Refuses further jobs; those that wait are still carried out.
    mutating func close() { isClosed = true }

    private static var closedError: SQLError { SQLError(.unavailable, "the database is closed") }
}
#endif
