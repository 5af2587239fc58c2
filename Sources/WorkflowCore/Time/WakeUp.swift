import Synchronization

/// Wakes tasks that wait for something to do.
///
/// A signal wakes one waiting task; without one it is remembered (once, however often it is given) for the next task
/// that waits. Waiters look at the shared state again after they wake, so that a spurious wake is harmless. A task that
/// is cancelled stops waiting.
package final class WakeUp: Sendable {
    private struct State {
        var isSignalled = false
        var isClosed = false
        var nextID: UInt64 = 0
        var waiters: [(id: UInt64, continuation: CheckedContinuation<Void, Never>)] = []
    }

    private let state = Mutex(State())

    /// Creates a signal that nobody has given.
    package init() {}

    /// Wakes one task, now or when it comes to wait.
    package func signal() {
        let waiter = state.withLock { state in
            let last = state.waiters.popLast()
            if last == nil { state.isSignalled = true }
            return last?.continuation
        }
        waiter?.resume()
    }

    /// Wakes all tasks; nobody waits from now on.
    package func close() {
        let waiters = state.withLock { state in
            state.isClosed = true
            defer { state.waiters = [] }
            return state.waiters
        }
        for waiter in waiters { waiter.continuation.resume() }
    }

    /// Waits for a signal; returns at once when there has been one, after ``close()`` and when the task is cancelled.
    package func wait() async {
        let id = state.withLock { state -> UInt64? in
            if state.isSignalled || state.isClosed {
                state.isSignalled = false
                return nil
            }
            state.nextID += 1
            return state.nextID
        }
        guard let id else { return }
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let isWaiting = state.withLock { state in
                    if state.isSignalled || state.isClosed || Task.isCancelled {
                        state.isSignalled = false
                        return false
                    }
                    state.waiters.append((id, continuation))
                    return true
                }
                if !isWaiting { continuation.resume() }
            }
        } onCancel: {
            let waiter = state.withLock { state in
                state.waiters.firstIndex { $0.id == id }.map { state.waiters.remove(at: $0).continuation }
            }
            waiter?.resume()
        }
    }

    /// Waits for a signal, but not beyond a time; see ``wait()``.
    package func wait(until time: Timestamp?, clock: any EngineClock) async {
        guard let time else { return await wait() }
        let delay = clock.now.duration(to: time)
        guard delay > .zero else { return }
        await withTaskGroup(of: Void.self) { group in
            group.addTask { _ = await clock.wait(for: delay) }
            group.addTask { await self.wait() }
            await group.next()
            group.cancelAll()
        }
    }
}
