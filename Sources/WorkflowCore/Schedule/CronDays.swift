/// Which days a cron expression selects in a month.
struct CronDays: Sendable, Hashable {
    /// Bits 1...31: the day; bit 0: the last day; bit 32: the last workday; bit 32 + n: the workday nearest to n.
    let daysOfMonth: UInt64
    /// Bits 0...6: the weekday; bits 8 * n + weekday: the n-th one of the month; bits 48 + weekday: the last one.
    let daysOfWeek: UInt64
    /// Whether a day that one of the fields selects is enough.
    let matchesEither: Bool

    static let lastDay: UInt64 = 1
    static let lastWorkday: UInt64 = 1 << 32

    static func nearestWorkday(to day: Int) -> UInt64 { 1 << UInt64(32 + day) }

    static func weekday(_ weekday: Int, number: Int) -> UInt64 { 1 << UInt64(8 * number + weekday) }

    static func last(weekday: Int) -> UInt64 { 1 << UInt64(48 + weekday) }

    /// Returns the selected days of a month, bit `n` for day `n`.
    ///
    /// - Parameters:
    ///   - length: The number of days of the month.
    ///   - firstWeekday: The weekday of the first day, 0 for Sunday.
    func mask(length: Int, firstWeekday: Int) -> UInt64 {
        let all = (UInt64(1) << UInt64(length + 1)) - 2
        var byMonth = daysOfMonth & all
        if daysOfMonth & ~0xFFFF_FFFE != 0 { byMonth |= specialDays(length: length, firstWeekday: firstWeekday) }
        guard daysOfWeek != 0x7F else { return matchesEither ? all : byMonth }
        var byWeek: UInt64 = 0
        for weekday in 0..<7 {
            let first = 1 + (weekday - firstWeekday + 7) % 7
            if daysOfWeek >> UInt64(weekday) & 1 != 0 { byWeek |= 0x1020_4081 << UInt64(first) }
            guard daysOfWeek >> 8 != 0 else { continue }
            for number in 1...5 where daysOfWeek & Self.weekday(weekday, number: number) != 0 {
                byWeek |= 1 << UInt64(first + 7 * (number - 1))
            }
            if daysOfWeek & Self.last(weekday: weekday) != 0 { byWeek |= 1 << UInt64(first + (length - first) / 7 * 7) }
        }
        return (matchesEither ? byMonth | byWeek : byMonth & byWeek) & all
    }

    private func specialDays(length: Int, firstWeekday: Int) -> UInt64 {
        var mask: UInt64 = 0
        if daysOfMonth & Self.lastDay != 0 { mask |= 1 << UInt64(length) }
        if daysOfMonth & Self.lastWorkday != 0 {
            mask |= 1 << UInt64(Self.workday(nearestTo: length, length: length, firstWeekday: firstWeekday))
        }
        for day in 1...length where daysOfMonth & Self.nearestWorkday(to: day) != 0 {
            mask |= 1 << UInt64(Self.workday(nearestTo: day, length: length, firstWeekday: firstWeekday))
        }
        return mask
    }

    /// The nearest day from Monday to Friday in the same month.
    private static func workday(nearestTo day: Int, length: Int, firstWeekday: Int) -> Int {
        switch (firstWeekday + day - 1) % 7 {
        case 6: day > 1 ? day - 1 : day + 2
        case 0: day < length ? day + 1 : day - 2
        default: day
        }
    }
}
