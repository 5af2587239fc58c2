#if JavaScript
/// Processor time for code that runs for no call: one part in twenty, saved up for ten seconds.
struct BackgroundBudget {
    /// Nanoseconds that can be saved up.
    static let capacity: Int64 = 500_000_000
    private static let share: UInt64 = 20

    private var left = capacity
    private var renewal: UInt64 = 0

    /// Spends time.
    ///
    /// - Returns: Whether there was enough.
    mutating func spend(_ time: UInt64, now: UInt64) -> Bool {
        if renewal > 0 { left = min(Self.capacity, left + Int64(clamping: (now &- renewal) / Self.share)) }
        renewal = now
        left -= Int64(clamping: time)
        return left >= 0
    }

    /// Makes everything available again.
    mutating func refill() {
        left = Self.capacity
    }
}
#endif
