#if PostgreSQL
import Synchronization
import Testing
import WorkflowStore

@testable import WorkflowStorePostgreSQL

/// What one schema has of connections that several share.
struct ConnectionShareTests {
    /// A pool whose connections never come, and which refuses jobs at once from some moment on.
    private final class Outage: ConnectionQueue {
        let held = Mutex<[ConnectionPool.Job]>([])
        let isOut = Atomic(false)
        let usage = ConnectionUsage(open: 0, idle: 0, waiting: 0)

        func submit(_ job: ConnectionPool.Job) {
            guard isOut.load(ordering: .relaxed) else { return held.withLock { $0.append(job) } }
            job.fail(SQLError(.unavailable, "out"))
        }

        func close() async {}
    }

    @Test func anOutageEndsAllThatWaitsHoweverMuchThatIs() async {
        let pool = Outage()
        let share = ConnectionShare(of: pool, schema: "a", limit: 2)
        let failed = Atomic(0)
        let count = 100_000
        for _ in 0..<count {
            share.submit(.init(run: { _, _ in .done }, fail: { _ in failed.add(1, ordering: .relaxed) }))
        }
        #expect(share.usage.waiting == count - 2)
        pool.isOut.store(true, ordering: .relaxed)
        for job in pool.held.withLock({ $0 }) { job.fail(SQLError(.unavailable, "out")) }
        #expect(failed.load(ordering: .relaxed) == count)
        #expect(share.usage.waiting == 0)
        await share.close()
    }
}
#endif
