import Synchronization
import WorkflowCore

/// Lets a number of tasks work at once, and another number wait, in the order in which they come.
final class WorkerPool: Sendable {
    private struct State {
        var working = 0
        var lastID: UInt64 = 0
        var waiting: [(id: UInt64, continuation: CheckedContinuation<Void, any Error>)] = []
    }

    private enum Admission {
        case work, wait, full, cancelled
    }

    private let workers: Int
    private let queueSize: Int
    private let state = Mutex(State())

    init(workers: Int, queueSize: Int) {
        self.workers = workers
        self.queueSize = queueSize
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
                case .full:
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
            if state.working < workers {
                state.working += 1
                return .work
            }
            guard state.waiting.count < queueSize else { return .full }
            state.waiting.append((id, continuation))
            return .wait
        }
    }

    private func leave() {
        let next = state.withLock { state -> CheckedContinuation<Void, any Error>? in
            guard !state.waiting.isEmpty else {
                state.working -= 1
                return nil
            }
            return state.waiting.removeFirst().continuation
        }
        next?.resume()
    }
}
