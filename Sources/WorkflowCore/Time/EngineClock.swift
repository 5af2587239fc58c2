/// Where the engine reads the time and waits, so that tests can control both.
public protocol EngineClock: Sendable {
    /// The current wall-clock time.
    var now: Timestamp { get }

    /// Suspends until `duration` has passed.
    ///
    /// - Throws: `CancellationError` when the task is cancelled first.
    func sleep(for duration: Duration) async throws
}

/// The clock of this machine.
public struct SystemClock: EngineClock {
    /// Creates the clock.
    public init() {}

    public var now: Timestamp { .systemNow() }

    public func sleep(for duration: Duration) async throws {
        try await Task.sleep(for: duration)
    }
}
