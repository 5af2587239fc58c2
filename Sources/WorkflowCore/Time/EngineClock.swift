/// Where the engine reads the time and waits, so that tests can control both.
public protocol EngineClock: Sendable {
    /// The current wall-clock time.
    var now: Timestamp { get }

    /// The time since some moment in the past, which goes on whatever the wall clock is set to.
    var uptime: Duration { get }

    /// Suspends until `duration` has passed.
    ///
    /// - Throws: `CancellationError` when the task is cancelled first.
    func sleep(for duration: Duration) async throws
}

extension EngineClock {
    /// What the wall clock shows, for clocks that nobody sets.
    public var uptime: Duration { .nanoseconds(now.nanoseconds) }

    /// Suspends until `duration` has passed or the task is cancelled.
    ///
    /// - Returns: Whether the time has passed.
    @discardableResult
    package func wait(for duration: Duration) async -> Bool {
        do {
            try await sleep(for: duration)
            return true
        } catch {
            return false
        }
    }
}

/// The clock of this machine.
public struct SystemClock: EngineClock {
    /// Creates the clock.
    public init() {}

    private static let start = ContinuousClock.now

    public var now: Timestamp { .systemNow() }

    public var uptime: Duration { Self.start.duration(to: .now) }

    public func sleep(for duration: Duration) async throws {
        try await Task.sleep(for: duration)
    }
}
