extension TimeZoneRules {
    /// Reads a compiled time zone (TZif, RFC 9636), version 2 or later.
    ///
    /// - Parameters:
    ///   - bytes: The content of the file.
    ///   - name: The name of the zone.
    /// - Throws: ``ScheduleError`` when the content is malformed, or counts leap seconds, as no ``Timestamp`` does.
    public init(tzif bytes: [UInt8], name: String) throws(ScheduleError) {
        func malformed(_ what: String) -> ScheduleError {
            ScheduleError("the file of time zone \"\(name)\" is malformed: \(what)")
        }
        guard let first = TZifHeader(bytes, at: 0) else { throw malformed("it does not begin with a TZif header") }
        guard first.version >= UInt8(ascii: "2") else { throw malformed("version 1 ends in the year 2038") }
        let start = first.end(timeSize: 4)
        guard let header = TZifHeader(bytes, at: start) else { throw malformed("the second header is missing") }
        guard header.leapSeconds == 0 else {
            throw ScheduleError(
                "time zone \"\(name)\" counts leap seconds", suggestion: "use the zone without \"right/\"")
        }
        let end = header.end(timeSize: 8)
        guard end < bytes.count, bytes[end] == UInt8(ascii: "\n"),
            let newline = bytes[(end + 1)...].firstIndex(of: UInt8(ascii: "\n"))
        else { throw malformed("it is cut off") }
        let rule = newline == end + 1 ? nil : PosixTimeZone(bytes[(end + 1)..<newline])
        guard rule != nil || newline == end + 1 else { throw malformed("its rule cannot be read") }

        let indexes = header.start + header.times * 8
        let types = indexes + header.times
        var offsets: [Int] = []
        for type in 0..<header.types {
            let offset = Int(Int32(truncatingIfNeeded: bytes.bigEndian(at: types + type * 6, size: 4)))
            guard abs(offset) <= Self.greatestOffset else { throw malformed("an offset is out of range") }
            offsets.append(offset)
        }
        guard let initial = offsets.first else { throw malformed("it has no offset") }

        self.init(name: name, initialOffset: header.times == 0 ? rule?.standardOffset ?? initial : initial)
        var previous = Int.min
        for time in 0..<header.times {
            let second = bytes.bigEndian(at: header.start + time * 8, size: 8)
            let type = Int(bytes[indexes + time])
            guard second > previous, type < offsets.count else { throw malformed("a transition is out of order") }
            previous = second
            // Some files begin at the Big Bang.
            append(offset: offsets[type], from: min(max(second, Self.firstSecond), Self.lastSecond))
        }
        for change in rule?.changes(years: Self.years) ?? [] where change.second > previous {
            append(offset: change.offset, from: change.second)
        }
    }

    /// The years in which there are timestamps, and one more at both ends.
    private static let years = 1676...2263

    /// A second before all timestamps and one after them.
    private static let (firstSecond, lastSecond) = (-9_300_000_000, 9_300_000_000)
}

/// The header of a data block and where the parts of the block begin.
private struct TZifHeader {
    let version: UInt8
    /// Where the data begin.
    let start: Int
    let times: Int
    let types: Int
    let leapSeconds: Int
    private let size: (indicators: Int, characters: Int)

    init?(_ bytes: [UInt8], at position: Int) {
        guard position + 44 <= bytes.count, bytes[position..<position + 4].elementsEqual("TZif".utf8) else {
            return nil
        }
        let counts = (0..<6).map { bytes.bigEndian(at: position + 20 + $0 * 4, size: 4) }
        version = bytes[position + 4]
        start = position + 44
        size = (counts[0] + counts[1], counts[5])
        (leapSeconds, times, types) = (counts[2], counts[3], counts[4])
    }

    /// Where the data end, when times have `timeSize` bytes.
    func end(timeSize: Int) -> Int {
        start + times * (timeSize + 1) + types * 6 + size.characters + leapSeconds * (timeSize + 4) + size.indicators
    }
}

extension [UInt8] {
    /// Reads an integer; the most significant byte comes first.
    fileprivate func bigEndian(at position: Int, size: Int) -> Int {
        Int(truncatingIfNeeded: self[position..<position + size].reduce(UInt64(0)) { $0 << 8 | UInt64($1) })
    }
}
