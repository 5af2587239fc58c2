import Synchronization
public import WorkflowCore

/// A clock that stands still until a test moves it.
///
/// ```swift
/// let clock = TestClock()
/// async let reply = retry(with: clock)     // sleeps between attempts
/// await clock.waitForSleepers(1)
/// clock.advance(by: .seconds(1))
/// ```
public final class TestClock: EngineClock {
    private struct Sleeper {
        let id: UInt64
        let deadline: Timestamp
        let continuation: CheckedContinuation<Void, any Error>
    }

    private struct Watcher {
        let id: UInt64
        let count: Int
        let continuation: CheckedContinuation<Void, any Error>
    }

    private struct State {
        var now: Timestamp
        var lastID: UInt64 = 0
        /// In the order of their deadlines; those of the same deadline in the order in which they came.
        var sleepers: [Sleeper] = []
        var watchers: [Watcher] = []

        mutating func nextID() -> UInt64 {
            lastID += 1
            return lastID
        }

        mutating func takeSatisfiedWatchers() -> [Watcher] {
            let satisfied = watchers.filter { $0.count <= sleepers.count }
            if !satisfied.isEmpty { watchers.removeAll { $0.count <= sleepers.count } }
            return satisfied
        }
    }

    private let state: Mutex<State>

    /// Creates a clock.
    ///
    /// - Parameter now: What it shows at first; by default a Monday in 2026.
    public init(now: Timestamp = Timestamp(seconds: 1_767_603_600)) {
        state = Mutex(State(now: now))
    }

    public var now: Timestamp { state.withLock { $0.now } }

    /// How many tasks sleep.
    public var sleeperCount: Int { state.withLock { $0.sleepers.count } }

    /// When the first sleeper wants to wake; `nil` when nobody sleeps.
    public var nextDeadline: Timestamp? { state.withLock { $0.sleepers.first?.deadline } }

    public func sleep(for duration: Duration) async throws {
        try Task.checkCancellation()
        guard duration > .zero else { return }
        let id = state.withLock { $0.nextID() }
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                let watchers = state.withLock { state -> [Watcher]? in
                    if Task.isCancelled { return nil }
                    let deadline = state.now.advanced(by: duration)
                    let index = state.sleepers.firstIndex { $0.deadline > deadline } ?? state.sleepers.endIndex
                    state.sleepers.insert(
                        Sleeper(id: id, deadline: deadline, continuation: continuation), at: index)
                    return state.takeSatisfiedWatchers()
                }
                if watchers == nil { continuation.resume(throwing: CancellationError()) }
                for watcher in watchers ?? [] { watcher.continuation.resume() }
            }
        } onCancel: {
            let sleeper = state.withLock { state in
                state.sleepers.firstIndex { $0.id == id }.map { state.sleepers.remove(at: $0) }
            }
            sleeper?.continuation.resume(throwing: CancellationError())
        }
    }

    /// Moves the time on and wakes, in order, who wanted to wake until then.
    ///
    /// Returns at once; tasks that were woken may not have gone on yet, and their next sleep begins at the new time.
    public func advance(by duration: Duration) {
        let woken = state.withLock { state in
            let now = state.now.advanced(by: max(duration, .zero))
            state.now = now
            let count = state.sleepers.firstIndex { $0.deadline > now } ?? state.sleepers.count
            defer { state.sleepers.removeFirst(count) }
            return state.sleepers.prefix(count)
        }
        for sleeper in woken { sleeper.continuation.resume() }
    }

    /// Moves the time on to the next deadline and wakes who wanted to wake then.
    ///
    /// - Returns: How far the time was moved; `nil` when nobody sleeps.
    @discardableResult
    public func advanceToNextSleeper() -> Duration? {
        let (duration, woken) = state.withLock { state -> (Duration?, ArraySlice<Sleeper>) in
            guard let deadline = state.sleepers.first?.deadline else { return (nil, []) }
            let duration = state.now.duration(to: deadline)
            state.now = deadline
            let count = state.sleepers.firstIndex { $0.deadline > deadline } ?? state.sleepers.count
            defer { state.sleepers.removeFirst(count) }
            return (duration, state.sleepers.prefix(count))
        }
        for sleeper in woken { sleeper.continuation.resume() }
        return duration
    }

    /// Returns when at least `count` tasks sleep.
    ///
    /// - Throws: `CancellationError` when the task is cancelled first.
    public func waitForSleepers(_ count: Int = 1) async throws {
        let id = state.withLock { $0.nextID() }
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                let result = state.withLock { state -> Result<Void, any Error>? in
                    if state.sleepers.count >= count { return .success(()) }
                    if Task.isCancelled { return .failure(CancellationError()) }
                    state.watchers.append(Watcher(id: id, count: count, continuation: continuation))
                    return nil
                }
                if let result { continuation.resume(with: result) }
            }
        } onCancel: {
            let watcher = state.withLock { state in
                state.watchers.firstIndex { $0.id == id }.map { state.watchers.remove(at: $0) }
            }
            watcher?.continuation.resume(throwing: CancellationError())
        }
    }
}
