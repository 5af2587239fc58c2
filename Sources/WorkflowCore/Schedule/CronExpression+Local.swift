extension CronExpression {
    /// Returns the first selected local time after another one.
    ///
    /// Goes from field to field, so that the cost does not depend on how far away the next time is, apart from one step
    /// per month that is skipped.
    ///
    /// - Returns: `nil` when there is none up to the end of the years that a ``Timestamp`` can express.
    func nextLocal(after local: Int) -> Int? {
        let (today, second) = CivilTime.split(local + 1)
        var (year, month, day) = Timestamp.civil(fromDays: today)
        if months >> UInt64(month) & 1 != 0, selectedDays(year: year, month: month) >> UInt64(day) & 1 != 0,
            let time = timeOfDay(from: second)
        {
            return today * CivilTime.secondsPerDay + time
        }
        guard let time = timeOfDay(from: 0) else { return nil }
        day += 1
        while year <= Self.lastYear {
            if months >> UInt64(month) & 1 != 0 {
                let rest = selectedDays(year: year, month: month) >> UInt64(day)
                if rest != 0 {
                    let date = Timestamp.daysFromCivil(
                        year: year, month: month, day: day + rest.trailingZeroBitCount)
                    return date * CivilTime.secondsPerDay + time
                }
            }
            day = 1
            if let next = Self.next(from: month + 1, in: months) {
                month = next
            } else {
                year += 1
                month = months.trailingZeroBitCount
            }
        }
        return nil
    }

    /// The last year that a ``Timestamp`` can express.
    private static let lastYear = 2262

    private func selectedDays(year: Int, month: Int) -> UInt64 {
        let first = Timestamp.daysFromCivil(year: year, month: month, day: 1)
        return days.mask(
            length: CivilTime.length(ofMonth: month, year: year), firstWeekday: CivilTime.weekday(first))
    }

    /// Returns the first selected time of day, in seconds since midnight, from a time on.
    private func timeOfDay(from time: Int) -> Int? {
        let (minute, second) = (time / 60 % 60, time % 60)
        let (firstMinute, firstSecond) = (minutes.trailingZeroBitCount, seconds.trailingZeroBitCount)
        guard var hour = Self.next(from: time / 3600, in: hours) else { return nil }
        if hour == time / 3600 {
            if Self.next(from: minute, in: minutes) == minute, let second = Self.next(from: second, in: seconds) {
                return hour * 3600 + minute * 60 + second
            }
            if let minute = Self.next(from: minute + 1, in: minutes) {
                return hour * 3600 + minute * 60 + firstSecond
            }
            guard let next = Self.next(from: hour + 1, in: hours) else { return nil }
            hour = next
        }
        return hour * 3600 + firstMinute * 60 + firstSecond
    }

    private static func next(from value: Int, in mask: UInt64) -> Int? {
        let rest = mask >> UInt64(value)
        return rest == 0 ? nil : value + rest.trailingZeroBitCount
    }
}
