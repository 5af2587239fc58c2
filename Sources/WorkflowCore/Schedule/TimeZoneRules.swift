/// The UTC offsets of a time zone, past and to come.
///
/// Covers every ``Timestamp``: what a zone's file says in form of a rule is written out when the file is read.
public struct TimeZoneRules: Sendable, Hashable {
    /// A time in which the offset does not change, in seconds since the Unix epoch.
    struct Period {
        /// The first second; `Int.min` for the first period.
        let start: Int
        /// The second after the last one; `Int.max` for the last period.
        let end: Int
        /// Local time minus UTC.
        let offset: Int
    }

    /// The time zone without offset and changes.
    public static let utc = TimeZoneRules(name: "UTC", initialOffset: 0)

    /// The greatest distance of a local time from UTC (RFC 9636, section 3.2).
    static let greatestOffset = 26 * 3600

    /// The name, such as `Europe/Berlin`.
    public let name: String

    private var changes: [Int] = []
    /// One more than there are changes: the first one holds before the first change.
    private var offsets: [Int]

    init(name: String, initialOffset: Int) {
        self.name = name
        self.offsets = [initialOffset]
    }

    /// Adds a change later than the changes so far; one at the same second replaces it.
    mutating func append(offset: Int, from second: Int) {
        if changes.last == second {
            changes.removeLast()
            offsets.removeLast()
        }
        if offset == offsets[offsets.count - 1] { return }
        changes.append(second)
        offsets.append(offset)
    }

    /// Returns local time minus UTC at a point in time.
    public func offset(at timestamp: Timestamp) -> Duration {
        .seconds(offsets[index(at: Int(timestamp.seconds))])
    }

    var periodCount: Int { offsets.count }

    func period(_ index: Int) -> Period {
        Period(
            start: index == 0 ? .min : changes[index - 1], end: index == changes.count ? .max : changes[index],
            offset: offsets[index])
    }

    /// Returns the index of the period that a second lies in.
    func index(at second: Int) -> Int {
        var (low, high) = (0, changes.count)
        while low < high {
            let middle = (low + high) / 2
            if changes[middle] <= second { low = middle + 1 } else { high = middle }
        }
        return low
    }

    /// Returns the latest local time that clocks have shown up to a second: not what they show after they were set
    /// back, but what they showed before.
    func latestLocal(through second: Int) -> Int {
        var index = index(at: second)
        var latest = second + offsets[index]
        while index > 0, changes[index - 1] > second - 2 * Self.greatestOffset {
            index -= 1
            latest = max(latest, changes[index] + offsets[index] - 1)
        }
        return latest
    }

    /// Returns the first second at which clocks show a local time or have passed it.
    func firstSecond(reaching local: Int) -> Int {
        var index = index(at: local - Self.greatestOffset)
        while true {
            let period = period(index)
            if local - period.offset < period.end { return max(period.start, local - period.offset) }
            index += 1
        }
    }
}
