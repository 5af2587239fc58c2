import Synchronization
import WorkflowCore

/// Lets a number of tasks work at once, and another number wait, in the order in which they come.
///
/// The generations of an engine that have the same module share one, which has the size that the newest gives it.
final class WorkerPool: Sendable {
    private struct State {
        var workers: Int
        var queueSize: Int
        var working = 0
        var lastID: UInt64 = 0
        var waiting: [(id: UInt64, continuation: CheckedContinuation<Void, any Error>)] = []

        /// Takes those who need not wait any longer.
        mutating func takeNext() -> [CheckedContinuation<Void, any Error>] {
            let count = min(max(workers - working, 0), waiting.count)
            working += count
            defer { waiting.removeFirst(count) }
            return waiting.prefix(count).map(\.continuation)
        }
    }

    private enum Admission {
        case work, wait, cancelled
        case full(workers: Int, queueSize: Int)
    }

    private let state: Mutex<State>

    init(workers: Int, queueSize: Int) {
        state = Mutex(State(workers: workers, queueSize: queueSize))
    }

    /// Changes the numbers. Who works or waits already goes on.
    func resize(workers: Int, queueSize: Int) {
        let next = state.withLock { state in
            state.workers = workers
            state.queueSize = queueSize
            return state.takeNext()
        }
        for continuation in next { continuation.resume() }
    }

    /// Runs `body` when a worker is free.
    ///
    /// - Throws: ``WorkflowError`` `.limitExceeded` when too many wait; `CancellationError` while it waits; what `body`
    ///   throws.
    func run<Result>(_ body: () async throws -> Result) async throws -> Result {
        try await enter()
        defer { leave() }
        return try await body()
    }

    private func enter() async throws {
        let id = state.withLock { state in
            state.lastID += 1
            return state.lastID
        }
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                switch admit(id, continuation) {
                case .work: continuation.resume()
                case .wait: break
                case .cancelled: continuation.resume(throwing: CancellationError())
                case .full(let workers, let queueSize):
                    continuation.resume(
                        throwing: WorkflowError(
                            .limitExceeded, "All \(workers) workers are busy, and \(queueSize) runs wait already."))
                }
            }
        } onCancel: {
            let continuation = state.withLock { state in
                state.waiting.firstIndex { $0.id == id }.map { state.waiting.remove(at: $0).continuation }
            }
            continuation?.resume(throwing: CancellationError())
        }
    }

    private func admit(_ id: UInt64, _ continuation: CheckedContinuation<Void, any Error>) -> Admission {
        state.withLock { state in
            if Task.isCancelled { return .cancelled }
            if state.working < state.workers {
                state.working += 1
                return .work
            }
            guard state.waiting.count < state.queueSize else {
                return .full(workers: state.workers, queueSize: state.queueSize)
            }
            state.waiting.append((id, continuation))
            return .wait
        }
    }

    private func leave() {
        let next = state.withLock { state in
            state.working -= 1
            return state.takeNext()
        }
        for continuation in next { continuation.resume() }
    }
}
