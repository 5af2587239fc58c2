import Testing
import WorkflowCore
import WorkflowTesting

@Suite struct CronExpressionTests {
    private static let monday = "2026-01-05T09:00:00Z"

    private static func next(_ text: String, after time: String, count: Int = 1) throws -> [String] {
        let expression = try CronExpression(text)
        var times: [Timestamp] = []
        var time = try #require(Timestamp(rfc3339: time))
        while times.count < count, let next = expression.next(after: time, in: .utc) {
            times.append(next)
            time = next
        }
        return times.map { String($0.description.dropLast($0.description.hasSuffix("T00:00:00Z") ? 10 : 0)) }
    }

    @Test(arguments: [
        ("* * * * *", "2026-01-05T09:01:00Z"),
        ("* * * * * *", "2026-01-05T09:00:01Z"),
        ("*/20 * * * * *", "2026-01-05T09:00:20Z"),
        ("15,45 30 10 * * *", "2026-01-05T10:30:15Z"),
        ("5/10 * * * *", "2026-01-05T09:05:00Z"),
        ("1-30/2 8 * * *", "2026-01-06T08:01:00Z"),
        ("0 9 * * *", "2026-01-06T09:00:00Z"),
        ("0\t9  * * ?", "2026-01-06T09:00:00Z"),
        ("0 12 1 jan-Mar *", "2026-02-01T12:00:00Z"),
        ("0 12 * * sun", "2026-01-11T12:00:00Z"),
        ("0 12 * * 7", "2026-01-11T12:00:00Z"),
        ("0 12 * * 7-7", "2026-01-11T12:00:00Z"),
        ("0 12 * * 7/3", "2026-01-07T12:00:00Z"),
        ("59 23 31 12 *", "2026-12-31T23:59:00Z"),
        ("*/60 */24 * * *", "2026-01-06"),
        ("@yearly", "2027-01-01"), ("@annually", "2027-01-01"), ("@monthly", "2026-02-01"),
        ("@weekly", "2026-01-11"), ("@daily", "2026-01-06"), ("@MIDNIGHT", "2026-01-06"),
        ("@hourly", "2026-01-05T10:00:00Z"),
    ])
    func findsTheNextTime(text: String, expected: String) throws {
        #expect(try Self.next(text, after: Self.monday) == [expected])
    }

    @Test(arguments: [
        ("0 0 L * *", ["2026-01-31", "2026-02-28", "2026-03-31"]),
        ("0 0 L-1 * *", []),
        ("0 0 LW 5-6 *", ["2026-05-29", "2026-06-30", "2027-05-31"]),
        ("0 0 15W 8-11 *", ["2026-08-14", "2026-09-15", "2026-10-15", "2026-11-16"]),
        ("0 0 1W 8 *", ["2026-08-03", "2027-08-02"]),
        ("0 0 31w 5-7 *", ["2026-05-29", "2026-07-31", "2027-05-31"]),
        ("0 0 * * 5L", ["2026-01-30", "2026-02-27"]),
        ("0 0 * * fril", ["2026-01-30", "2026-02-27"]),
        ("0 0 * * MON#2", ["2026-01-12", "2026-02-09"]),
        ("0 0 * * 1#5", ["2026-03-30", "2026-06-29"]),
        ("0 0 * * MON#2,FRIL", ["2026-01-12", "2026-01-30", "2026-02-09"]),
        ("0 0 * * FRI-MON", ["2026-01-09", "2026-01-10", "2026-01-11", "2026-01-12", "2026-01-16"]),
        ("0 0 * * FRI-MON/2", ["2026-01-09", "2026-01-11", "2026-01-16"]),
        ("0 0 * * 5-7", ["2026-01-09", "2026-01-10", "2026-01-11", "2026-01-16"]),
    ])
    func selectsSpecialDays(text: String, expected: [String]) throws {
        guard !expected.isEmpty else {
            #expect(throws: ScheduleError.self) { try CronExpression(text) }
            return
        }
        #expect(try Self.next(text, after: Self.monday, count: expected.count) == expected)
    }

    /// As described in crontab(5); like in Vixie's implementation a field is restricted unless it begins with `*`.
    @Test(arguments: [
        ("0 0 13 * FRI", ["2026-01-09", "2026-01-13", "2026-01-16"]),
        ("0 0 */10 * FRI", ["2026-05-01", "2026-07-31", "2026-08-21"]),
        ("0 0 13 * */5", ["2026-02-13", "2026-03-13", "2026-09-13"]),
        ("0 0 31 2 FRI", ["2026-02-06", "2026-02-13", "2026-02-20"]),
        ("0 0 L * MON#1", ["2026-01-31", "2026-02-02", "2026-02-28"]),
    ])
    func letsEitherDayFieldMatchWhenBothAreRestricted(text: String, expected: [String]) throws {
        #expect(try Self.next(text, after: Self.monday, count: expected.count) == expected)
    }

    @Test func findsWhatIsRare() throws {
        #expect(try Self.next("0 0 29 2 *", after: "2096-03-01T00:00:00Z") == ["2104-02-29"])
        #expect(try Self.next("0 0 * 2 MON#5", after: "2044-03-01T00:00:00Z") == ["2072-02-29"])
        #expect(try Self.next("0 0 * 2 TUE#5", after: "2084-03-01T00:00:00Z") == ["2124-02-29"])
        #expect(try Self.next("0 0 1 1 *", after: "2262-01-01T00:00:00Z") == [])
    }

    @Test func isNeverDueAtTheTimeItself() throws {
        let expression = try CronExpression("0 9 * * *")
        for offset in [Int64(-1), 0, 1, 999_999_999] {
            let time = Timestamp(nanoseconds: try #require(Timestamp(rfc3339: Self.monday)).nanoseconds + offset)
            let next = expression.next(after: time, in: .utc)?.description
            #expect(next == (offset < 0 ? "2026-01-05T09:00:00Z" : "2026-01-06T09:00:00Z"))
        }
        #expect(expression.next(after: Timestamp(nanoseconds: .max), in: .utc) == nil)
        let first = expression.next(after: Timestamp(nanoseconds: .min), in: .utc)
        #expect(first?.description == "1677-09-21T09:00:00Z")
    }

    @Test(arguments: [
        ("61 * * * *", "minute 61 is out of range 0-59 (column 1)"),
        ("* 24 * * *", "hour 24 is out of range 0-23 (column 3)"),
        ("* * 0 * *", "day of month 0 is out of range 1-31 (column 5)"),
        ("60 * * * * *", "second 60 is out of range 0-59 (column 1)"),
        ("* * * * 1,8", "day of week 8 is out of range 0-7 (column 11)"),
        ("99999999999999999999 * * * *", "minute 99999999999999999999 is out of range 0-59 (column 1)"),
        ("* * * JUNE *", "\"JUNE\" is not a month (column 7); did you mean \"JUN\"?"),
        ("* * * * MNO", "\"MNO\" is not a day of week (column 9); did you mean \"MON\"?"),
        ("* * * * L", "\"L\" is not a day of week (column 9); write FRIL for the last Friday of the month"),
        ("* * * * MON#6", "\"6\" is not a number from 1 to 5 (column 13)"),
        ("x * * * *", "\"x\" is not a minute (column 1)"),
        ("? * * * *", "\"?\" is not a minute (column 1)"),
        ("-5 * * * *", "\"\" is not a minute (column 1)"),
        ("1,,2 * * * *", "minute has an empty entry in its list (column 3)"),
        ("50-10 * * * *", "minute range 50-10 runs backwards (column 1); write 50-59,0-10 to wrap around"),
        (
            "*/90 * * * *",
            "minute step \"90\" is not a number from 1 to 60 (column 3); "
                + "for an interval that is no part of the field write @every, such as @every 90m"
        ),
        ("0 0 30 2 *", "no date has day of month 30, month 2 and day of week * (column 5)"),
        ("0 0 31 4,6,9,11 *", "no date has day of month 31, month 4,6,9,11 and day of week * (column 5)"),
        (
            "* * *",
            "a cron expression has 5 or 6 fields, not 3; "
                + "the fields are: [second] minute hour day-of-month month day-of-week"
        ),
        ("@dayly", "\"@dayly\" is not a nickname (column 1); did you mean \"@daily\"?"),
        (
            "@evry 5m",
            "\"@evry 5m\" is not a nickname (column 1); write an interval as @every 30s, @every 5m or @every 1h30m"
        ),
        (String(repeating: "*", count: 257), "a cron expression is at most 256 bytes long"),
    ])
    func saysWhatIsWrongWhereAndWhatToDo(text: String, expected: String) {
        let error = #expect(throws: ScheduleError.self) { try CronExpression(text) }
        #expect(error?.description == expected)
    }

    @Test func namesTheFieldOfAnError() {
        let error = #expect(throws: ScheduleError.self) { try CronExpression("0 0 1 13 *") }
        #expect(error?.field == "month")
        #expect(error?.position == 7)
    }

    @Test func survivesMutatedExpressions() {
        var generator = SeededGenerator(seed: 7)
        let seeds = [
            "*/5 1-30/2 L,15W JAN-DEC FRI-MON", "0 30 2 LW * MON#2,5L", "@every 1h30m", "@weekly",
            "1,2,3 4-5 ? FEB 7",
        ]
        let characters = Array("0123456789*/-,?#LWlw @.JANFRIé\u{301}\u{1F600}\0\t\n+ e")
        var accepted = 0
        for index in 0..<6000 {
            var text = Array(seeds[index % seeds.count])
            for _ in 0..<Int.random(in: 1...2, using: &generator) {
                let position = Int.random(in: 0..<text.count, using: &generator)
                let character = characters[Int.random(in: 0..<characters.count, using: &generator)]
                switch Int.random(in: 0..<3, using: &generator) {
                case 0: text[position] = character
                case 1: text.insert(character, at: position)
                default: if text.count > 1 { text.remove(at: position) }
                }
            }
            guard let schedule = try? Schedule(String(text)) else { continue }
            accepted += 1
            let time = Timestamp(nanoseconds: Int64(bitPattern: generator.next()))
            if let next = schedule.next(after: time) { #expect(next > time, "\(String(text))") }
        }
        #expect(accepted > 300)
    }
}
