import Synchronization
import WorkflowCore

/// The workers of one scheduler, which its generations share: a run of an earlier one that goes on keeps its worker.
final class SharedWorkers: Sendable {
    private let key: String
    private let workers: Int
    private let queueSize: Int
    private let resources: SharedResourcePool
    private let pool = Mutex<WorkerPool?>(nil)

    init(scheduler: String, workers: Int, queueSize: Int, resources: SharedResourcePool) {
        key = "workers of scheduler \(scheduler)"
        self.workers = workers
        self.queueSize = queueSize
        self.resources = resources
    }

    /// Takes hold of the workers. Call ``close()`` in the end.
    ///
    /// - Throws: ``WorkflowError`` `.conflict` when something else has their key.
    func open() throws {
        let shared = try resources.acquire(
            key, make: { WorkerPool(workers: workers, queueSize: queueSize) }, close: { _ in })
        pool.withLock { $0 = shared }
    }

    /// Lets the numbers of this generation hold from now on.
    func takeOver() {
        pool.withLock { $0 }?.resize(workers: workers, queueSize: queueSize)
    }

    /// Runs `body` when a worker is free.
    ///
    /// - Throws: What ``WorkerPool/run(_:)`` throws; ``WorkflowError`` `.unavailable` when they are not open.
    func run<Result>(_ body: () async throws -> Result) async throws -> Result {
        guard let pool = pool.withLock({ $0 }) else {
            throw WorkflowError(.unavailable, "The scheduler does not run.")
        }
        return try await pool.run(body)
    }

    /// Lets go of the workers.
    func close() async {
        guard pool.withLock({ $0.take() }) != nil else { return }
        await resources.release(key)
    }
}
