import Testing
import WorkflowCore

/// What happens when clocks are set forward or back.
@Suite struct ClockChangeTests {
    private static func next(_ text: String, in zone: String, after time: String, count: Int) throws -> [String] {
        let expression = try CronExpression(text)
        let rules = try TimeZoneDatabase.system.rules(for: zone)
        var times: [String] = []
        var time = Timestamp(rfc3339: time)
        while times.count < count, let next = time.flatMap({ expression.next(after: $0, in: rules) }) {
            times.append(next.description)
            time = next
        }
        return times
    }

    @Test(arguments: [
        // 02:00 -> 03:00 at 01:00Z.
        ("30 2 * * *", "Europe/Berlin", "2026-03-28T12:00:00Z", ["2026-03-29T01:00:00Z", "2026-03-30T00:30:00Z"]),
        ("0,30 2 * * *", "Europe/Berlin", "2026-03-28T12:00:00Z", ["2026-03-29T01:00:00Z", "2026-03-30T00:00:00Z"]),
        ("0 2,3 * * *", "Europe/Berlin", "2026-03-28T12:00:00Z", ["2026-03-29T01:00:00Z", "2026-03-30T00:00:00Z"]),
        ("*/9 30 2 * * *", "Europe/Berlin", "2026-03-28T12:00:00Z", ["2026-03-29T01:00:00Z", "2026-03-30T00:30:00Z"]),
        ("59 1 * * *", "Europe/Berlin", "2026-03-28T12:00:00Z", ["2026-03-29T00:59:00Z", "2026-03-29T23:59:00Z"]),
        // 02:00 -> 03:00 at 07:00Z.
        ("30 2 * * *", "America/New_York", "2026-03-07T12:00:00Z", ["2026-03-08T07:00:00Z", "2026-03-09T06:30:00Z"]),
        // 02:00 -> 02:30 at 15:30Z.
        (
            "15 2 * * *", "Australia/Lord_Howe", "2026-10-03T00:00:00Z",
            ["2026-10-03T15:30:00Z", "2026-10-04T15:15:00Z"]
        ),
        // 00:00 -> 01:00 at 03:00Z.
        ("0 0 * * *", "America/Sao_Paulo", "2018-11-03T12:00:00Z", ["2018-11-04T03:00:00Z", "2018-11-05T02:00:00Z"]),
        // December 30 did not take place; December 31 began at 10:00Z.
        ("0 12 * * *", "Pacific/Apia", "2011-12-29T23:00:00Z", ["2011-12-30T10:00:00Z", "2011-12-30T22:00:00Z"]),
        ("0 12 30 12 *", "Pacific/Apia", "2011-12-01T00:00:00Z", ["2011-12-30T10:00:00Z", "2012-12-29T22:00:00Z"]),
    ])
    func runsAFixedJobOnceAfterTheGap(text: String, zone: String, after: String, expected: [String]) throws {
        #expect(try Self.next(text, in: zone, after: after, count: 2) == expected)
    }

    @Test(arguments: [
        // 03:00 -> 02:00 at 01:00Z.
        ("30 2 * * *", "Europe/Berlin", "2026-10-24T12:00:00Z", ["2026-10-25T00:30:00Z", "2026-10-26T01:30:00Z"]),
        ("0 3 * * *", "Europe/Berlin", "2026-10-24T12:00:00Z", ["2026-10-25T02:00:00Z", "2026-10-26T02:00:00Z"]),
        // Asked in the second of the two hours.
        ("30 2 * * *", "Europe/Berlin", "2026-10-25T01:10:00Z", ["2026-10-26T01:30:00Z", "2026-10-27T01:30:00Z"]),
        // 02:00 -> 01:00 at 06:00Z.
        ("30 1 * * *", "America/New_York", "2026-10-31T12:00:00Z", ["2026-11-01T05:30:00Z", "2026-11-02T06:30:00Z"]),
        // 02:00 -> 01:30 at 15:00Z.
        (
            "45 1 * * *", "Australia/Lord_Howe", "2026-04-04T00:00:00Z",
            ["2026-04-04T14:45:00Z", "2026-04-05T15:15:00Z"]
        ),
        // 00:00 -> 23:00 of the day before at 02:00Z.
        ("30 23 * * *", "America/Sao_Paulo", "2018-02-17T12:00:00Z", ["2018-02-18T01:30:00Z", "2018-02-19T02:30:00Z"]),
    ])
    func runsAFixedJobOnceInTheTimeThatRepeats(text: String, zone: String, after: String, expected: [String]) throws {
        #expect(try Self.next(text, in: zone, after: after, count: 2) == expected)
    }

    @Test func runsAnIntervalLikeJobAsTimeElapses() throws {
        #expect(
            try Self.next("*/30 2 * * *", in: "Europe/Berlin", after: "2026-10-24T12:00:00Z", count: 5) == [
                "2026-10-25T00:00:00Z", "2026-10-25T00:30:00Z", "2026-10-25T01:00:00Z", "2026-10-25T01:30:00Z",
                "2026-10-26T01:00:00Z",
            ])
        #expect(
            try Self.next("*/30 2 * * *", in: "Europe/Berlin", after: "2026-03-28T12:00:00Z", count: 1)
                == ["2026-03-30T00:00:00Z"])
        #expect(
            try Self.next("0 */2 * * *", in: "America/New_York", after: "2026-03-08T04:00:00Z", count: 3)
                == ["2026-03-08T05:00:00Z", "2026-03-08T08:00:00Z", "2026-03-08T10:00:00Z"])
    }

    @Test(
        arguments: [
            ("Europe/Berlin", "2026-03-28T00:00:00Z"), ("Europe/Berlin", "2026-10-24T00:00:00Z"),
            ("Australia/Lord_Howe", "2026-04-04T00:00:00Z"), ("Australia/Lord_Howe", "2026-10-03T00:00:00Z"),
            ("Pacific/Apia", "2011-12-29T00:00:00Z"), ("Asia/Kathmandu", "2026-01-01T00:00:00Z"),
        ])
    func runsEveryFifteenMinutesWhateverTheClocksShow(zone: String, start: String) throws {
        let times = try Self.next("*/15 * * * *", in: zone, after: start, count: 200)
        let first = try #require(Timestamp(rfc3339: start))
        #expect(times == (1...200).map { first.advanced(by: .seconds($0 * 900)).description })
    }

    @Test func knowsOffsetsThatAreNoWholeHours() throws {
        #expect(
            try Self.next("0 6 * * *", in: "Asia/Kathmandu", after: "2026-01-01T06:00:00Z", count: 1)
                == ["2026-01-02T00:15:00Z"])
    }

    /// The files end in 2037 at the latest; from there on their rule counts.
    @Test func knowsTheRuleForYearsThatAreFar() throws {
        #expect(
            try Self.next("30 2 28 3 *", in: "Europe/Berlin", after: "2060-01-01T00:00:00Z", count: 2)
                == ["2060-03-28T01:00:00Z", "2061-03-28T00:30:00Z"])
        #expect(
            try Self.next("30 2 31 10 *", in: "Europe/Berlin", after: "2060-01-01T00:00:00Z", count: 1)
                == ["2060-10-31T00:30:00Z"])
        #expect(
            try Self.next("0 12 1 7 *", in: "America/New_York", after: "2261-01-01T00:00:00Z", count: 2)
                == ["2261-07-01T16:00:00Z"])
    }
}
