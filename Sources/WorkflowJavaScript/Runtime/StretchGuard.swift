#if JavaScript
/// Decides when a worker has to be killed because a stretch of script code does not end.
///
/// The worker's own watchdog ends most stretches; this is for those that it cannot see, such as endless microtasks and
/// regular expressions that backtrack without end.
struct StretchGuard {
    /// Nanoseconds that the worker's own limits get before the parent steps in.
    static let grace: UInt64 = 250_000_000

    private var stretch: StretchMarker.Stretch?
    private var cpuTimeAtStart: UInt64 = 0
    private var seenAt: UInt64 = 0

    /// Looks at what the worker executes now.
    ///
    /// - Parameters:
    ///   - current: The stretch that runs.
    ///   - cpuTime: Processor time that the worker has used so far, or 0 when that is not known.
    ///   - now: The time.
    ///   - limit: What the stretch may take.
    /// - Returns: Whether the stretch has taken more than it may.
    mutating func isOverrun(
        _ current: StretchMarker.Stretch?, cpuTime: UInt64, now: UInt64, limit: (cpuTime: UInt64, wallTime: UInt64)
    ) -> Bool {
        guard let current, current == stretch else {
            stretch = current
            cpuTimeAtStart = cpuTime
            seenAt = now
            return false
        }
        let elapsed = now &- seenAt
        if elapsed > limit.wallTime.addingReportingOverflow(Self.grace).partialValue { return true }
        // Where processor time is not known, the time by the clock has to do.
        let used = cpuTime == 0 ? elapsed / 2 : cpuTime &- cpuTimeAtStart
        return used > limit.cpuTime + Self.grace
    }
}
#endif
