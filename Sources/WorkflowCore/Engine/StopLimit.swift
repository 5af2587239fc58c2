import Synchronization

/// Waits for the stops of modules, one after the other, but for none of them for ever.
///
/// There is one timer for all of them, since a timer that is cancelled stays in memory until its time.
final class StopLimit: Sendable {
    private let clock: any EngineClock
    private let duration: Duration
    /// What is waited for now, and until when.
    private let current = Mutex<(end: WakeUp, deadline: Timestamp)?>(nil)
    private let timer = Mutex<Task<Void, Never>?>(nil)

    /// - Parameters:
    ///   - duration: How long each stop may take.
    ///   - clock: Measures it.
    init(_ duration: Duration, clock: any EngineClock) {
        self.duration = duration
        self.clock = clock
        let timer = Task { [self] in
            var delay = duration
            while await clock.wait(for: delay) { delay = expire() }
        }
        self.timer.withLock { $0 = timer }
    }

    /// Runs a stop.
    ///
    /// - Returns: `false` when it has taken too long, and goes on alone.
    func run(_ stop: @escaping @Sendable () async -> Void) async -> Bool {
        let hasStopped = Atomic(false)
        let end = WakeUp()
        current.withLock { $0 = (end, clock.now.advanced(by: duration)) }
        Task {
            await stop()
            hasStopped.store(true, ordering: .releasing)
            end.close()
        }
        await end.wait()
        return hasStopped.load(ordering: .acquiring)
    }

    /// Ends the timer.
    func end() {
        timer.withLock { $0 }?.cancel()
    }

    /// Ends the wait when its time has come.
    ///
    /// - Returns: How long it is until the next time to look.
    private func expire() -> Duration {
        let now = clock.now
        let (due, delay) = current.withLock { current -> (WakeUp?, Duration) in
            guard let (end, deadline) = current else { return (nil, duration) }
            return deadline <= now ? (end, duration) : (nil, now.duration(to: deadline))
        }
        due?.close()
        return delay
    }
}
