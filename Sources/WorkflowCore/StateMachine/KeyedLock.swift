import DequeModule
import Synchronization

/// Lets one task of this process at a time have a key; others wait for it in the order in which they came.
final class KeyedLock: Sendable {
    private struct State {
        var nextID: UInt64 = 0
        /// Who waits for the keys that are taken.
        var waiting: [String: Deque<(id: UInt64, continuation: CheckedContinuation<Bool, Never>)>] = [:]
    }

    private let state = Mutex(State())

    /// Runs `body` while nobody else has the key.
    ///
    /// - Throws: `CancellationError` when the task is cancelled while it waits; what `body` throws.
    func withLock<Result>(_ key: String, _ body: () async throws -> Result) async throws -> Result {
        guard await acquire(key) else { throw CancellationError() }
        defer { release(key) }
        return try await body()
    }

    /// How many keys are taken.
    var count: Int { state.withLock { $0.waiting.count } }

    /// Takes the key; ``release(_:)`` must follow.
    ///
    /// - Returns: Whether it became free in time.
    /// - Throws: `CancellationError`.
    func acquire(_ key: String, within timeout: Duration, clock: any EngineClock) async throws -> Bool {
        let isAcquired = await withTaskGroup(of: Bool.self) { group in
            group.addTask { await self.acquire(key) }
            group.addTask {
                // Cut short when the lock was had first, or with the caller.
                try? await clock.sleep(for: timeout)
                return false
            }
            // Both are asked: the key may be had at the very moment at which the time ends.
            let first = await group.next() ?? false
            group.cancelAll()
            let second = await group.next() ?? false
            return first || second
        }
        if !isAcquired { try Task.checkCancellation() }
        return isAcquired
    }

    /// - Returns: `false` when the task was cancelled before.
    private func acquire(_ key: String) async -> Bool {
        let id = state.withLock { state -> UInt64? in
            guard state.waiting[key] != nil else {
                state.waiting[key] = []
                return nil
            }
            state.nextID += 1
            return state.nextID
        }
        guard let id else { return true }
        return await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let result = state.withLock { state -> Bool? in
                    if Task.isCancelled { return false }
                    guard state.waiting[key] != nil else {
                        state.waiting[key] = []
                        return true
                    }
                    state.waiting[key]?.append((id, continuation))
                    return nil
                }
                if let result { continuation.resume(returning: result) }
            }
        } onCancel: {
            let continuation = state.withLock { state in
                state.waiting[key]?.firstIndex { $0.id == id }.flatMap {
                    state.waiting[key]?.remove(at: $0).continuation
                }
            }
            continuation?.resume(returning: false)
        }
    }

    /// Gives the key to the next one.
    func release(_ key: String) {
        let next = state.withLock { state in
            let next = state.waiting[key]?.popFirst()
            if next == nil { state.waiting[key] = nil }
            return next?.continuation
        }
        next?.resume(returning: true)
    }
}
