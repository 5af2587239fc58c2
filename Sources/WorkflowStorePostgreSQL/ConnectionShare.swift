#if PostgreSQL
import DequeModule
import Synchronization
import WorkflowStore

/// What one schema has of a pool that several schemas share: a few of its connections at a time, so that nobody keeps
/// all of them from the others.
///
/// A connection that the pool hands out looks into the schema first; statements that the server has prepared for
/// another schema are planned anew by it.
final class ConnectionShare: ConnectionQueue {
    private struct State {
        var running = 0
        var waiting = Deque<ConnectionPool.Job>()
        var isClosed = false
        /// How many of those that run have ended, and not been replaced yet.
        var ended = 0
        /// Whether somebody is about to replace them.
        var isAdvancing = false

        var isDone: Bool { isClosed && running == 0 }

        /// The next job, in the place of one that has ended.
        mutating func next() -> ConnectionPool.Job? {
            while ended > 0 {
                ended -= 1
                if let job = waiting.popFirst() { return job }
                running -= 1
            }
            isAdvancing = false
            return nil
        }
    }

    private let pool: any ConnectionQueue
    private let schema: String
    private let limit: Int
    private let state = Mutex(State())
    private let closed = Latch()

    /// - Parameters:
    ///   - pool: Whose connections these are; it stays open.
    ///   - schema: Where unqualified names of tables are looked for.
    ///   - limit: How many connections are used at a time, at most.
    init(of pool: any ConnectionQueue, schema: String, limit: Int) {
        self.pool = pool
        self.schema = schema
        self.limit = max(1, limit)
    }

    func submit(_ job: ConnectionPool.Job) {
        enum Next { case begin, wait, refuse }
        let next: Next = state.withLock { state in
            guard !state.isClosed else { return .refuse }
            guard state.running < limit else {
                state.waiting.append(job)
                return .wait
            }
            state.running += 1
            return .begin
        }
        switch next {
        case .begin: begin(job)
        case .wait: break
        case .refuse: job.fail(SQLError(.unavailable, "the database is closed"))
        }
    }

    /// Jobs of this schema only; connections are those of the pool.
    var usage: ConnectionUsage {
        let waiting = state.withLock { $0.waiting.count }
        let usage = pool.usage
        return ConnectionUsage(open: usage.open, idle: usage.idle, waiting: waiting)
    }

    func close() async {
        let isDone = state.withLock { state in
            state.isClosed = true
            return state.isDone
        }
        if isDone { closed.open() }
        await closed.wait()
    }

    private func begin(_ job: ConnectionPool.Job) {
        pool.submit(
            ConnectionPool.Job { [self] connection, isLastAttempt in
                do {
                    try connection.use(schema)
                } catch {
                    if connection.isLost, !isLastAttempt { return .again }
                    job.fail(error as? SQLError ?? SQLError(.unavailable, "\(error)"))
                    end()
                    return .done
                }
                guard case .done = job.run(connection, isLastAttempt) else { return .again }
                end()
                return .done
            } fail: { [self] error in
                job.fail(error)
                end()
            })
    }

    /// A job has ended: the next one takes its place.
    ///
    /// A pool that cannot connect ends jobs while they are handed to it; whoever hands them over goes on with those, one
    /// after the other instead of one within the other.
    private func end() {
        let advances = state.withLock { state in
            state.ended += 1
            defer { state.isAdvancing = true }
            return !state.isAdvancing
        }
        guard advances else { return }
        while let job = state.withLock({ $0.next() }) { begin(job) }
        if state.withLock({ $0.isDone }) { closed.open() }
    }
}
#endif
