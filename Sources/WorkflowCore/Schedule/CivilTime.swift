/// The arithmetic of calendar dates and times of day without a time zone.
///
/// A *local time* is a number of seconds: what Unix time would be if the clock on the wall showed UTC.
enum CivilTime {
    static let secondsPerDay = 86_400

    /// Splits a local time into days since 1970-01-01 and seconds since midnight.
    static func split(_ local: Int) -> (days: Int, second: Int) {
        let days = local >= 0 ? local / secondsPerDay : (local + 1) / secondsPerDay - 1
        return (days, local - days * secondsPerDay)
    }

    /// The number of days of a month.
    static func length(ofMonth month: Int, year: Int) -> Int {
        month == 2 && !isLeap(year) ? 28 : longestLength(ofMonth: month)
    }

    /// The number of days of a month in a leap year.
    static func longestLength(ofMonth month: Int) -> Int {
        switch month {
        case 2: 29
        case 4, 6, 9, 11: 30
        default: 31
        }
    }

    /// Whether a year has 366 days.
    static func isLeap(_ year: Int) -> Bool {
        year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
    }

    /// The weekday, 0 for Sunday, of a number of days since 1970-01-01, which was a Thursday.
    static func weekday(_ days: Int) -> Int {
        let weekday = (days + 4) % 7
        return weekday < 0 ? weekday + 7 : weekday
    }
}
