import Testing
import WorkflowCore

@Suite struct ScheduleTests {
    private static func time(_ text: String) throws -> Timestamp {
        try #require(Timestamp(rfc3339: text))
    }

    @Test(arguments: [
        ("@every 5m", "2026-01-05T09:05:00Z"), ("@every 1h30m", "2026-01-05T10:30:00Z"),
        ("@EVERY 90s", "2026-01-05T09:01:30Z"), ("@every 1.5s", "2026-01-05T09:00:01.500Z"),
        ("@every 7d", "2026-01-08T00:00:00Z"), ("@daily", "2026-01-06T00:00:00Z"),
        ("*/15 * * * *", "2026-01-05T09:15:00Z"),
    ])
    func readsIntervalsAndExpressions(text: String, expected: String) throws {
        #expect(try Schedule(text).next(after: Self.time("2026-01-05T09:00:00Z"))?.description == expected)
    }

    @Test(arguments: [
        ("@every 500ms", "an interval is at least 1 second long (column 8)"),
        ("@every 0s", "an interval is at least 1 second long (column 8)"),
        ("@every soon", "\"soon\" is not a time span (column 8); write a time span such as 30s, 5m or 1h30m"),
        ("@every -5s", "\"-5s\" is not a time span (column 8); write a time span such as 30s, 5m or 1h30m"),
        (
            "@every 999999999999h",
            "\"999999999999h\" is not a time span (column 8); "
                + "write a time span such as 30s, 5m or 1h30m"
        ),
        (
            "@every",
            "\"@every\" is not a nickname (column 1); "
                + "write an interval as @every 30s, @every 5m or @every 1h30m"
        ),
    ])
    func refusesOtherIntervals(text: String, expected: String) {
        let error = #expect(throws: ScheduleError.self) { try Schedule(text) }
        #expect(error?.description == expected)
    }

    @Test func countsIntervalsFromTheStart() throws {
        let start = try Self.time("2026-01-05T09:00:10Z")
        let schedule = try Schedule("@every 1m", start: start, end: start.advanced(by: .seconds(120)))
        var slots: [Timestamp] = []
        var time = Timestamp(seconds: 0)
        while let next = schedule.next(after: time) {
            slots.append(next)
            time = next
        }
        #expect(slots == [0, 60, 120].map { start.advanced(by: .seconds($0)) })
    }

    @Test func keepsWithinStartAndEnd() throws {
        let schedule = try Schedule(
            "0 9 * * *", start: Self.time("2026-01-05T09:00:00Z"), end: Self.time("2026-01-06T08:59:59Z"))
        let first = schedule.next(after: Timestamp(nanoseconds: .min))
        #expect(first?.description == "2026-01-05T09:00:00Z")
        #expect(try schedule.next(after: #require(first)) == nil)
    }

    @Test func stopsAtTheBoundsOfTime() throws {
        for start in [nil, Timestamp(nanoseconds: .min), Timestamp(nanoseconds: .max)] {
            let schedule = try Schedule("@every 1h", start: start)
            #expect(schedule.next(after: Timestamp(nanoseconds: .max)) == nil)
            #expect(schedule.next(after: Timestamp(nanoseconds: .min)) != nil)
        }
        #expect(try Schedule("@every 2400000h").next(after: Timestamp(nanoseconds: .max - 5)) == nil)
    }

    @Test func delaysSlotsByLessThanTheJitterAndKeepsTheirOrder() throws {
        let schedule = try Schedule("0 * * * * *", jitter: .seconds(30))
        let dense = try Schedule("@every 1s", jitter: .seconds(3600))
        var delays: Set<Duration> = []
        for minute in 0..<1000 as Range<Int64> {
            let slot = Timestamp(seconds: 1_767_603_600 + minute * 60)
            let due = schedule.dueTime(of: slot, job: "report")
            #expect(due >= slot && due < slot.advanced(by: .seconds(30)))
            #expect(due == schedule.dueTime(of: slot, job: "report"))
            #expect(due != schedule.dueTime(of: slot, job: "other"))
            #expect(dense.dueTime(of: slot, job: "report") < slot.advanced(by: .seconds(1)))
            delays.insert(slot.duration(to: due))
        }
        #expect(delays.count == 1000)
        #expect(delays.filter { $0 < .seconds(15) }.count > 400)
        #expect(delays.filter { $0 > .seconds(15) }.count > 400)
        let last = try Schedule("@every 1h", jitter: .seconds(10))
        #expect(last.dueTime(of: Timestamp(nanoseconds: .max), job: "report") == Timestamp(nanoseconds: .max))
    }
}
