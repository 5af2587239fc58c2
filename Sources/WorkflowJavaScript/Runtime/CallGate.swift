#if JavaScript
import Synchronization
import WorkflowCore

/// Bounds the calls of one component that are in flight, and those that wait.
final class CallGate: Sendable {
    private struct State {
        var active = 0
        var waiters: [(id: UInt64, continuation: CheckedContinuation<Void, any Error>)?] = []
        /// Waiters before this index have been served.
        var head = 0
        var waiting = 0
        var nextWaiter: UInt64 = 0
        var isClosed = false
        var drained: [CheckedContinuation<Void, Never>] = []
    }

    private let limit: Int
    private let queue: Int
    private let state = Mutex(State())

    init(limit: Int, queue: Int) {
        self.limit = max(1, limit)
        self.queue = max(0, queue)
    }

    /// Waits for a place, in order.
    ///
    /// - Throws: ``ScriptError`` `.overloaded` or `.stopped`, or `CancellationError`.
    func enter() async throws {
        let isIn = try state.withLock { state throws(ScriptError) in
            guard !state.isClosed else { throw Self.stopped }
            guard state.active < limit else {
                guard state.waiting < queue else { throw Self.overloaded(state.waiting) }
                return false
            }
            state.active += 1
            return true
        }
        if !isIn { try await waitForPlace() }
    }

    /// Gives the place to the next one.
    func leave() {
        var drained: [CheckedContinuation<Void, Never>] = []
        let next = state.withLock { state in
            let next = Self.takeFirst(&state)
            if next == nil {
                state.active -= 1
                if state.active == 0 { swap(&drained, &state.drained) }
            }
            return next
        }
        next?.resume()
        for waiter in drained { waiter.resume() }
    }

    /// Lets nobody in any more, and waits until everyone inside has left. Those that wait get in before.
    func close() async {
        await withCheckedContinuation { continuation in
            let isEmpty = state.withLock { state in
                state.isClosed = true
                if state.active > 0 { state.drained.append(continuation) }
                return state.active == 0
            }
            if isEmpty { continuation.resume() }
        }
    }

    private func waitForPlace() async throws {
        let id = state.withLock { state in
            defer { state.nextWaiter += 1 }
            return state.nextWaiter
        }
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                let outcome = state.withLock { state -> Result<Bool, any Error> in
                    // Much may have happened since the first look.
                    if Task.isCancelled { return .failure(CancellationError()) }
                    if state.isClosed, state.active == 0 { return .failure(Self.stopped) }
                    if state.active < limit {
                        state.active += 1
                        return .success(true)
                    }
                    guard state.waiting < queue else { return .failure(Self.overloaded(state.waiting)) }
                    state.waiters.append((id, continuation))
                    state.waiting += 1
                    return .success(false)
                }
                switch outcome {
                case .success(true): continuation.resume()
                case .success(false): break
                case .failure(let error): continuation.resume(throwing: error)
                }
            }
        } onCancel: {
            let waiter = state.withLock { state -> CheckedContinuation<Void, any Error>? in
                guard let index = state.waiters[state.head...].firstIndex(where: { $0?.id == id }) else { return nil }
                defer { state.waiters[index] = nil }
                state.waiting -= 1
                return state.waiters[index]?.continuation
            }
            waiter?.resume(throwing: CancellationError())
        }
    }

    private static func takeFirst(_ state: inout State) -> CheckedContinuation<Void, any Error>? {
        while state.head < state.waiters.count {
            let waiter = state.waiters[state.head]
            state.waiters[state.head] = nil
            state.head += 1
            if let waiter {
                state.waiting -= 1
                if state.head > 64, state.head * 2 > state.waiters.count {
                    state.waiters.removeFirst(state.head)
                    state.head = 0
                }
                return waiter.continuation
            }
        }
        state.waiters.removeAll(keepingCapacity: true)
        state.head = 0
        return nil
    }

    private static let stopped = ScriptError(.stopped, "the component has been stopped")

    private static func overloaded(_ waiting: Int) -> ScriptError {
        ScriptError(.overloaded, "\(waiting) calls of the component wait already")
    }
}
#endif
