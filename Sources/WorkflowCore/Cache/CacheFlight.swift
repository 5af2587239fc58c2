import Synchronization

/// A request that is being answered, and others that wait for its answer.
final class CacheFlight: Sendable {
    /// What those that wait are told.
    enum Outcome: Sendable {
        /// The answer, which is theirs as well.
        case answer(CachedResponse)
        /// The answer is for one request only: everybody asks for themselves.
        case alone
        /// The request was given up: somebody else goes first.
        case again
    }

    private struct State {
        var outcome: Outcome?
        var lastID: UInt64 = 0
        var waiting: [UInt64: CheckedContinuation<Outcome, any Error>] = [:]
    }

    /// The path of the request.
    let path: String
    private let state = Mutex(State())

    init(path: String) {
        self.path = path
    }

    /// How many wait.
    var waiterCount: Int { state.withLock { $0.waiting.count } }

    /// Waits for the outcome.
    ///
    /// - Throws: `CancellationError` when the task is cancelled first.
    func wait() async throws -> Outcome {
        let id = state.withLock { state in
            state.lastID += 1
            return state.lastID
        }
        return try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                let result = state.withLock { state -> Result<Outcome, any Error>? in
                    if let outcome = state.outcome { return .success(outcome) }
                    if Task.isCancelled { return .failure(CancellationError()) }
                    state.waiting[id] = continuation
                    return nil
                }
                if let result { continuation.resume(with: result) }
            }
        } onCancel: {
            let continuation = state.withLock { $0.waiting.removeValue(forKey: id) }
            continuation?.resume(throwing: CancellationError())
        }
    }

    /// Tells everybody the outcome.
    func finish(_ outcome: Outcome) {
        let waiting = state.withLock { state in
            state.outcome = outcome
            defer { state.waiting = [:] }
            return state.waiting
        }
        for continuation in waiting.values { continuation.resume(returning: outcome) }
    }
}
