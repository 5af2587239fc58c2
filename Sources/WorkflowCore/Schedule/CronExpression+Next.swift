extension CronExpression {
    /// Returns the first time after another one at which the job is due.
    ///
    /// A pure function of its arguments. Where clocks are changed:
    /// - A job at fixed times that falls into the gap when clocks are set forward is due at the first second after it,
    ///   once; in the time that repeats when clocks are set back it is due the first time only.
    /// - A job that is ``isIntervalLike`` is due whenever clocks show a selected time: not in the gap, and both times
    ///   in the time that repeats.
    ///
    /// - Returns: `nil` when there is none up to the last timestamp.
    public func next(after timestamp: Timestamp, in timeZone: TimeZoneRules) -> Timestamp? {
        let second = Int(timestamp.seconds)
        let next = isIntervalLike ? nextShown(after: second, timeZone) : nextReached(after: second, timeZone)
        guard let next, next <= Self.lastSecond else { return nil }
        return Timestamp(seconds: Int64(next))
    }

    private static let lastSecond = Int(Timestamp(nanoseconds: .max).seconds)

    /// The first second after `second` at which clocks reach a selected time they have not reached before.
    private func nextReached(after second: Int, _ timeZone: TimeZoneRules) -> Int? {
        nextLocal(after: timeZone.latestLocal(through: second)).map(timeZone.firstSecond(reaching:))
    }

    /// The first second after `second` at which clocks show a selected time.
    private func nextShown(after second: Int, _ timeZone: TimeZoneRules) -> Int? {
        var index = timeZone.index(at: second)
        var period = timeZone.period(index)
        var searchedFrom = second + period.offset
        guard var candidate = nextLocal(after: searchedFrom) else { return nil }
        while candidate - period.offset >= period.end {
            index += 1
            period = timeZone.period(index)
            let shown = period.start + period.offset - 1
            // Between the place the search began at and the candidate nothing is selected.
            guard shown < searchedFrom || shown >= candidate else { continue }
            guard let next = nextLocal(after: shown) else { return nil }
            (searchedFrom, candidate) = (shown, next)
        }
        return candidate - period.offset
    }
}
