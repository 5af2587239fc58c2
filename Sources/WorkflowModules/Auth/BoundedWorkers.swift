import Dispatch
import Synchronization
import WorkflowCore

/// Runs work that takes long and blocks, a little at a time, away from event loops and from Swift's own threads.
package final class BoundedWorkers: Sendable {
    /// There is more work than can be done soon.
    package struct Busy: Error {}

    private struct Job: Sendable {
        let id: UInt64
        let run: @Sendable () -> Void
        let drop: @Sendable () -> Void
    }

    private enum Admission {
        case start, wait, busy, cancelled
    }

    private struct State {
        var lastID: UInt64 = 0
        var running = 0
        var waiting: [Job] = []
    }

    private let queue: DispatchQueue
    private let concurrency: Int
    private let waitingLimit: Int
    private let state = Mutex(State())

    /// Creates workers.
    ///
    /// - Parameters:
    ///   - label: The name of the queue, for debuggers.
    ///   - concurrency: How much is done at once.
    ///   - waitingLimit: How much may wait.
    package init(label: String, concurrency: Int, waitingLimit: Int) {
        self.queue = DispatchQueue(label: label, attributes: .concurrent)
        self.concurrency = concurrency
        self.waitingLimit = waitingLimit
    }

    /// Runs `work` and returns its result. What still waits when the task is cancelled is not run.
    ///
    /// - Throws: What `work` throws, ``Busy``, `CancellationError`.
    package func run<Result: Sendable>(_ work: @escaping @Sendable () throws -> Result) async throws -> Result {
        let id = state.withLock { state in
            state.lastID += 1
            return state.lastID
        }
        return try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                let job = Job(
                    id: id, run: { continuation.resume(with: Swift.Result(catching: work)) },
                    drop: { continuation.resume(throwing: CancellationError()) })
                switch admit(job, isCancelled: Task.isCancelled) {
                case .start: queue.async { self.work(startingWith: job) }
                case .wait: break
                case .busy: continuation.resume(throwing: Busy())
                case .cancelled: continuation.resume(throwing: CancellationError())
                }
            }
        } onCancel: {
            let job = state.withLock { state in
                state.waiting.firstIndex { $0.id == id }.map { state.waiting.remove(at: $0) }
            }
            job?.drop()
        }
    }

    private func admit(_ job: Job, isCancelled: Bool) -> Admission {
        state.withLock { state in
            if isCancelled { return .cancelled }
            if state.running < concurrency {
                state.running += 1
                return .start
            }
            guard state.waiting.count < waitingLimit else { return .busy }
            state.waiting.append(job)
            return .wait
        }
    }

    private func work(startingWith first: Job) {
        var next: Job? = first
        while let job = next {
            job.run()
            next = state.withLock { state in
                if state.waiting.isEmpty {
                    state.running -= 1
                    return nil
                }
                return state.waiting.removeFirst()
            }
        }
    }
}
