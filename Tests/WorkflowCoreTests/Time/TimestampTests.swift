import Testing
import WorkflowCore
import WorkflowTesting

@Suite struct TimestampTests {
    @Test(arguments: [
        ("1970-01-01T00:00:00Z", Int64(0)),
        ("2024-02-29T12:00:00Z", 1_709_208_000_000_000_000),
        ("2000-02-29T00:00:00Z", 951_782_400_000_000_000),
        ("1969-12-31T23:59:59.999999999Z", -1),
        ("2026-11-23T09:00:00.5Z", 1_795_424_400_500_000_000),
        ("2026-11-23T10:00:00.5+01:00", 1_795_424_400_500_000_000),
        ("2026-11-23T00:30:00.5-08:30", 1_795_424_400_500_000_000),
        ("2026-11-23t09:00:00.5z", 1_795_424_400_500_000_000),
        ("2026-11-23 09:00:00.5Z", 1_795_424_400_500_000_000),
        ("2016-12-31T23:59:60Z", 1_483_228_800_000_000_000),
        ("1970-01-01T00:00:00.1234567899Z", 123_456_789),
    ])
    func readsRFC3339(text: String, nanoseconds: Int64) {
        #expect(Timestamp(rfc3339: text)?.nanoseconds == nanoseconds)
    }

    @Test(arguments: [
        "", "2026", "2026-11-23", "2026-11-23T09:00:00", "2026-13-01T00:00:00Z", "2026-00-01T00:00:00Z",
        "2026-02-29T00:00:00Z", "1900-02-29T00:00:00Z", "2026-04-31T00:00:00Z", "2026-11-23T24:00:00Z",
        "2026-11-23T09:60:00Z", "2026-11-23T09:00:61Z", "2026-11-23T09:00:00.Z", "2026-11-23T09:00:00+1:00",
        "2026-11-23T09:00:00+01", "2026-11-23T09:00:00+24:00", "2026-11-23T09:00:00Z ", " 2026-11-23T09:00:00Z",
        "2026-11-23T09:00:00ZZ", "+2026-11-23T09:00:00Z", "9999-12-31T23:59:59Z", "0001-01-01T00:00:00Z",
        "2262-04-11T23:47:16.854775808Z", "1677-09-21T00:12:43.145224191Z", "2026-11-23T09:00:00\u{FF11}Z",
    ])
    func refusesWhatIsNoTimestamp(text: String) {
        #expect(Timestamp(rfc3339: text) == nil)
    }

    @Test(arguments: [Int64.min, .min + 1, .max, -1, 0, 1, 999_999_999, -1_000_000_000, 1_000_000, 1000])
    func survivesTheWayThroughText(nanoseconds: Int64) {
        let timestamp = Timestamp(nanoseconds: nanoseconds)
        #expect(Timestamp(rfc3339: timestamp.description) == timestamp)
    }

    @Test func survivesTheWayThroughTextWhateverTheValue() {
        var generator = SeededGenerator(seed: 42)
        for _ in 0..<20_000 {
            let bits = Int64(truncatingIfNeeded: generator.next()) >> Int64(generator.next() % 40)
            let timestamp = Timestamp(nanoseconds: bits)
            #expect(Timestamp(rfc3339: timestamp.description) == timestamp)
        }
    }

    @Test func showsAsManyFractionDigitsAsItNeeds() {
        #expect(Timestamp(nanoseconds: 0).description == "1970-01-01T00:00:00Z")
        #expect(Timestamp(nanoseconds: 500_000_000).description == "1970-01-01T00:00:00.500Z")
        #expect(Timestamp(nanoseconds: 1000).description == "1970-01-01T00:00:00.000001Z")
        #expect(Timestamp(nanoseconds: 1).description == "1970-01-01T00:00:00.000000001Z")
        #expect(Timestamp(nanoseconds: -1).description == "1969-12-31T23:59:59.999999999Z")
    }

    @Test func roundsDownBeforeTheEpoch() {
        #expect(Timestamp(nanoseconds: -1).seconds == -1)
        #expect(Timestamp(nanoseconds: -1).milliseconds == -1)
        #expect(Timestamp(nanoseconds: .min).seconds == -9_223_372_037)
        #expect(Timestamp(nanoseconds: 1_999_999_999).seconds == 1)
    }

    @Test func stopsAtItsBoundsInsteadOfOverflowing() {
        let (first, last) = (Timestamp(nanoseconds: .min), Timestamp(nanoseconds: .max))
        #expect(last.advanced(by: .nanoseconds(1)) == last)
        #expect(first.advanced(by: .nanoseconds(-1)) == first)
        #expect(Timestamp(nanoseconds: -5).advanced(by: .seconds(Int64.max)).nanoseconds == .max - 5)
        #expect(Timestamp(seconds: .max) == last)
        #expect(Timestamp(seconds: .min) == first)
        #expect(first.duration(to: last) > .seconds(18_446_744_073))
        #expect(Duration.seconds(Int64.max).wholeNanoseconds == .max)
        #expect(Duration.seconds(Int64.min).wholeNanoseconds == .min)
    }

    @Test func agreesWithTheCalendarOverFourCenturies() {
        var (year, month, day) = (1800, 1, 1)
        var days = Timestamp.daysFromCivil(year: year, month: month, day: day)
        let lengths = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
        while year < 2201 {
            #expect(Timestamp.daysFromCivil(year: year, month: month, day: day) == days)
            let civil = Timestamp.civil(fromDays: days)
            #expect(civil == (year, month, day))
            let isLeap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
            days += 1
            day += 1
            if day > lengths[month - 1] + (month == 2 && isLeap ? 1 : 0) { (month, day) = (month + 1, 1) }
            if month > 12 { (year, month) = (year + 1, 1) }
        }
    }
}
