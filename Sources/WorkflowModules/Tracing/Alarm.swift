import Synchronization
import WorkflowCore

/// Lets one task sleep until it is woken or a time is over. A ring is remembered for the next sleep.
final class Alarm: Sendable {
    private struct State {
        var hasRung = false
        var sleeper: CheckedContinuation<Void, Never>?
    }

    private let state = Mutex(State())

    /// Wakes the task that sleeps, or keeps the next one from sleeping.
    func ring() {
        let sleeper = state.withLock { state in
            defer { state.sleeper = nil }
            if state.sleeper == nil { state.hasRung = true }
            return state.sleeper
        }
        sleeper?.resume()
    }

    /// Returns after `duration`, after a ring, or when the task is cancelled.
    func sleep(for duration: Duration, clock: any EngineClock) async {
        await withDiscardingTaskGroup { group in
            group.addTask {
                do {
                    try await clock.sleep(for: duration)
                    self.ring()
                } catch {
                    // Cancelled: somebody else has rung.
                }
            }
            await wait()
            group.cancelAll()
        }
    }

    private func wait() async {
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let isAwake = state.withLock { state in
                    if state.hasRung || Task.isCancelled {
                        state.hasRung = false
                        return true
                    }
                    state.sleeper = continuation
                    return false
                }
                if isAwake { continuation.resume() }
            }
        } onCancel: {
            ring()
        }
    }
}
