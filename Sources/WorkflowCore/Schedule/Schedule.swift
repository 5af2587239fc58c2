/// When a job is due.
///
/// ```swift
/// let nightly = try Schedule("30 2 * * *", timeZone: TimeZoneDatabase.system.rules(for: "Europe/Berlin"))
/// let often = try Schedule("@every 90s", jitter: .seconds(10))
/// ```
/// The times that a schedule names are its *slots*. With jitter a slot is run somewhat later than its time, but before
/// the next one; how much later depends only on the job and the slot, so that all nodes agree.
public struct Schedule: Sendable, Hashable {
    /// What gives the slots.
    public enum Timing: Sendable, Hashable {
        /// The times of a calendar in a time zone.
        case cron(CronExpression, TimeZoneRules)
        /// A fixed interval.
        case every(Duration)
    }

    /// The shortest interval.
    public static let shortestInterval: Duration = .seconds(1)

    /// What gives the slots.
    public let timing: Timing
    /// The first time that can be a slot.
    public let start: Timestamp?
    /// The last time that can be a slot.
    public let end: Timestamp?
    /// The upper bound of the delay of a slot.
    public let jitter: Duration

    /// Creates a schedule.
    ///
    /// - Parameters:
    ///   - text: A cron expression, a nickname such as `@daily`, or an interval such as `@every 1h30m`. The slots of an
    ///     interval are counted from `start`, or else from 1970-01-01T00:00:00Z, so that a restart does not move them.
    ///   - timeZone: The time zone of a cron expression.
    ///   - start: The first time that can be a slot.
    ///   - end: The last time that can be a slot.
    ///   - jitter: The upper bound of the delay of a slot; negative is none.
    /// - Throws: ``ScheduleError`` when the text is not a schedule.
    public init(
        _ text: String, timeZone: TimeZoneRules = .utc, start: Timestamp? = nil, end: Timestamp? = nil,
        jitter: Duration = .zero
    ) throws(ScheduleError) {
        if text.lowercased().hasPrefix(Self.intervalPrefix) {
            timing = .every(try Self.interval(text))
        } else {
            timing = .cron(try CronExpression(text), timeZone)
        }
        self.start = start
        self.end = end
        self.jitter = jitter
    }

    private static let intervalPrefix = "@every "

    private static func interval(_ text: String) throws(ScheduleError) -> Duration {
        let span = text.dropFirst(intervalPrefix.count)
        let column = intervalPrefix.count + 1
        guard text.utf8.count <= CronExpression.maximumLength, let interval = Duration.parse(span) else {
            throw ScheduleError(
                "\"\(span.prefix(64))\" is not a time span", position: column,
                suggestion: "write a time span such as 30s, 5m or 1h30m")
        }
        guard interval >= shortestInterval else {
            throw ScheduleError("an interval is at least 1 second long", position: column)
        }
        return interval
    }

    /// Returns the first slot after a time.
    ///
    /// - Returns: `nil` when there is none up to ``end`` or the last timestamp.
    public func next(after time: Timestamp) -> Timestamp? {
        var earliest = time
        if let start, start.nanoseconds > .min { earliest = max(time, start.advanced(by: .nanoseconds(-1))) }
        let next =
            switch timing {
            case .cron(let expression, let timeZone): expression.next(after: earliest, in: timeZone)
            case .every(let interval): nextMultiple(of: interval.wholeNanoseconds, after: earliest)
            }
        guard let next, end.map({ next <= $0 }) ?? true else { return nil }
        return next
    }

    private func nextMultiple(of interval: Int64, after time: Timestamp) -> Timestamp? {
        let elapsed = Int128(time.nanoseconds) - Int128(start?.nanoseconds ?? 0)
        let part = Int64(elapsed % Int128(interval))
        let rest = interval - (part < 0 ? part + interval : part)
        let (next, isTooLate) = time.nanoseconds.addingReportingOverflow(rest)
        return isTooLate ? nil : Timestamp(nanoseconds: next)
    }

    /// Returns when a slot is to be run: at its time plus its part of the jitter.
    public func dueTime(of slot: Timestamp, job: String) -> Timestamp {
        guard jitter > .zero else { return slot }
        let gap = next(after: slot).map { slot.duration(to: $0) } ?? jitter
        let bound = UInt64(min(jitter, gap).wholeNanoseconds)
        // FNV-1a over the name, then the finalizer of SplitMix64 for an even distribution.
        var hash = job.utf8.reduce(0xCBF2_9CE4_8422_2325 as UInt64) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 }
        hash ^= UInt64(bitPattern: slot.nanoseconds)
        hash = (hash ^ (hash >> 30)) &* 0xBF58_476D_1CE4_E5B9
        hash = (hash ^ (hash >> 27)) &* 0x94D0_49BB_1331_11EB
        hash ^= hash >> 31
        let delay = hash.multipliedFullWidth(by: bound).high
        return slot.advanced(by: .nanoseconds(Int64(delay)))
    }
}
