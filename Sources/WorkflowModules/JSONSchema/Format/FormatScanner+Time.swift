/// Dates and times of RFC 3339.
extension FormatScanner {
    mutating func date() -> Bool {
        guard let year = number(digits: 4), skip("-"), let month = number(digits: 2), (1...12).contains(month),
            skip("-"), let day = number(digits: 2), day >= 1
        else { return false }
        let isLeapYear = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
        let length = month == 2 ? (isLeapYear ? 29 : 28) : [4, 6, 9, 11].contains(month) ? 30 : 31
        return day <= length
    }

    mutating func time() -> Bool {
        guard let hour = number(digits: 2), hour < 24, skip(":"), let minute = number(digits: 2), minute < 60,
            skip(":"), let second = number(digits: 2), second <= 60
        else { return false }
        if skip("."), skip(while: \.isDigit) == 0 { return false }
        var minuteOfDay = hour * 60 + minute
        if !skip("Z"), !skip("z") {
            let isEast = skip("+")
            guard isEast || skip("-"), let hours = number(digits: 2), hours < 24, skip(":"),
                let minutes = number(digits: 2), minutes < 60
            else { return false }
            minuteOfDay += (hours * 60 + minutes) * (isEast ? -1 : 1)
        }
        // Leap seconds come at the end of a day in UTC.
        return second < 60 || (minuteOfDay + 1440) % 1440 == 1439
    }

    /// A time span of ISO 8601 as RFC 3339, appendix A has it: units in order, and weeks alone.
    mutating func duration() -> Bool {
        guard skip("P") else { return false }
        var hasParts = false
        if next != UInt8(ascii: "T") {
            guard let parts = units("YMDW"), !parts.isEmpty else { return false }
            guard !parts.contains(UInt8(ascii: "W")) || parts.count == 1 else { return false }
            guard parts != [UInt8(ascii: "Y"), UInt8(ascii: "D")] else { return false }
            hasParts = true
        }
        guard skip("T") else { return hasParts }
        guard let parts = units("HMS"), !parts.isEmpty else { return false }
        return parts != [UInt8(ascii: "H"), UInt8(ascii: "S")]
    }

    /// Reads numbers with units that come in an order; `nil` when something is malformed.
    private mutating func units(_ order: StaticString) -> [UInt8]? {
        var found: [UInt8] = []
        var position = 0
        while let byte = next, byte.isDigit {
            _ = skip(while: \.isDigit)
            guard let unit = next else { return nil }
            while position < order.utf8CodeUnitCount, order.utf8Start[position] != unit { position += 1 }
            guard position < order.utf8CodeUnitCount, step() else { return nil }
            position += 1
            found.append(unit)
        }
        return found
    }
}
