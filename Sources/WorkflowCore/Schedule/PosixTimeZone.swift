/// A rule for all years, such as `CET-1CEST,M3.5.0,M10.5.0/3`: the `TZ` string of POSIX with the extensions of
/// RFC 9636, section 3.3.1.
struct PosixTimeZone {
    /// A day of every year and a time of that day.
    private struct YearlyTime {
        enum Day {
            /// From 1, February 29 never counted.
            case julian(Int)
            /// From 0, February 29 counted.
            case dayOfYear(Int)
            /// The n-th weekday of a month; the fifth is the last.
            case weekday(Int, week: Int, month: Int)
        }

        let day: Day
        /// Seconds since midnight; may lie outside of the day.
        let time: Int

        /// The local time in a year.
        func local(year: Int) -> Int {
            let days: Int
            switch day {
            case .julian(let day):
                let leapDay = CivilTime.isLeap(year) && day >= 60 ? 1 : 0
                days = Timestamp.daysFromCivil(year: year, month: 1, day: 1) + day - 1 + leapDay
            case .dayOfYear(let day):
                days = Timestamp.daysFromCivil(year: year, month: 1, day: 1) + day
            case .weekday(let weekday, let week, let month):
                let first = Timestamp.daysFromCivil(year: year, month: month, day: 1)
                let offset = (weekday - CivilTime.weekday(first) + 7) % 7 + 7 * (week - 1)
                days = first + (offset < CivilTime.length(ofMonth: month, year: year) ? offset : offset - 7)
            }
            return days * CivilTime.secondsPerDay + time
        }
    }

    /// The offset outside of daylight saving time.
    let standardOffset: Int
    private let daylight: (offset: Int, start: YearlyTime, end: YearlyTime)?

    /// Reads a rule.
    ///
    /// - Returns: `nil` when it is malformed.
    init?(_ text: ArraySlice<UInt8>) {
        var scanner = Scanner(rest: text)
        guard scanner.name(), let west = scanner.time(maximumHours: 24) else { return nil }
        standardOffset = -west
        if scanner.rest.isEmpty {
            daylight = nil
            return
        }
        guard scanner.name() else { return nil }
        var offset = standardOffset + 3600
        if scanner.rest.first != UInt8(ascii: ",") {
            guard let west = scanner.time(maximumHours: 24) else { return nil }
            offset = -west
        }
        guard let start = scanner.yearlyTime(), let end = scanner.yearlyTime(), scanner.rest.isEmpty else {
            return nil
        }
        daylight = (offset, start, end)
    }

    /// Returns the changes of the offset in UTC, in their order.
    func changes(years: ClosedRange<Int>) -> [(second: Int, offset: Int)] {
        guard let daylight else { return [] }
        var changes: [(second: Int, offset: Int, isDaylight: Bool)] = []
        for year in years {
            changes.append((daylight.start.local(year: year) - standardOffset, daylight.offset, true))
            changes.append((daylight.end.local(year: year) - daylight.offset, standardOffset, false))
        }
        // Where daylight saving time ends and begins in the same second it goes on.
        changes.sort { ($0.second, $0.isDaylight ? 1 : 0) < ($1.second, $1.isDaylight ? 1 : 0) }
        return changes.map { ($0.second, $0.offset) }
    }

    private struct Scanner {
        var rest: ArraySlice<UInt8>

        mutating func skip(_ character: Unicode.Scalar) -> Bool {
            guard rest.first == UInt8(ascii: character) else { return false }
            rest.removeFirst()
            return true
        }

        /// Skips `CET` or `<+0545>`.
        mutating func name() -> Bool {
            if skip("<") {
                guard let end = rest.firstIndex(of: UInt8(ascii: ">")) else { return false }
                rest = rest[(end + 1)...]
                return true
            }
            let count = rest.prefix { UInt8(ascii: "a")...UInt8(ascii: "z") ~= $0 | 0x20 }.count
            rest.removeFirst(count)
            return count >= 3
        }

        mutating func number(in range: ClosedRange<Int>) -> Int? {
            var value = 0
            var count = 0
            while count < 3, let byte = rest.first, UInt8(ascii: "0")...UInt8(ascii: "9") ~= byte {
                value = value * 10 + Int(byte - UInt8(ascii: "0"))
                rest.removeFirst()
                count += 1
            }
            return count > 0 && range.contains(value) ? value : nil
        }

        /// Reads `-1`, `5:45` or `3:59:59` as seconds.
        mutating func time(maximumHours: Int) -> Int? {
            let sign = skip("-") ? -1 : 1
            if sign > 0 { _ = skip("+") }
            guard let hours = number(in: 0...maximumHours) else { return nil }
            var seconds = hours * 3600
            for unit in [60, 1] where skip(":") {
                guard let value = number(in: 0...59) else { return nil }
                seconds += value * unit
            }
            return sign * seconds
        }

        mutating func yearlyTime() -> YearlyTime? {
            guard skip(","), let day = day() else { return nil }
            guard skip("/") else { return YearlyTime(day: day, time: 7200) }
            return time(maximumHours: 167).map { YearlyTime(day: day, time: $0) }
        }

        private mutating func day() -> YearlyTime.Day? {
            if skip("J") { return number(in: 1...365).map { .julian($0) } }
            guard skip("M") else { return number(in: 0...365).map { .dayOfYear($0) } }
            guard let month = number(in: 1...12), skip("."), let week = number(in: 1...5), skip("."),
                let weekday = number(in: 0...6)
            else { return nil }
            return .weekday(weekday, week: week, month: month)
        }
    }
}
