import Testing
import WorkflowCore

/// Agreement with croniter, a Python library, in `CroniterFixture`.
///
/// The fixture holds croniter's answers, but for what it leaves undefined or does otherwise than documented; the script
/// that writes the fixture says how those answers were found, and counts them:
/// - croniter lets `#`, `L` and `W` intersect with the other day field, where crontab(5) says that either is enough
///   (110 of 3000 cases).
/// - Around changes of the clock the answers come from Python's zoneinfo and croniter's calendar, because croniter 7.0
///   goes to the first selected second of a gap instead of its end (1 case); in larger runs it also runs jobs whose
///   minute or hour is `*` at the end of a gap, and some jobs with both day fields in both repeated hours (0.2 %).
@Suite struct CroniterTests {
    /// croniter takes a list that covers the whole field for `*`; to crontab(5) such a field is restricted, so that
    /// either day field is enough.
    private static let differences: [Substring: [Int64]] = [
        "44,5,2 17,0,7 11,*/12 OCT-NOV 3-FRI,*/1": [12832, 13012, 15352]
    ]

    @Test func agreesOnWhenJobsAreDue() throws {
        let zones = try CroniterFixture.zones.map { try TimeZoneDatabase.system.rules(for: $0) }
        var count = 0
        for line in CroniterFixture.cases.split(separator: "\n") {
            let parts = line.split(separator: "|")
            let zone = zones[try #require(Int(parts[1]))]
            let expression = try CronExpression(String(parts[0]))
            let base = try #require(Int64(parts[2]))
            var time: Timestamp? = Timestamp(seconds: base)
            var found: [Int64] = []
            while let next = time.flatMap({ expression.next(after: $0, in: zone) }), found.count < 3 {
                found.append(next.seconds - base)
                time = next
            }
            let expected = parts[3].split(separator: " ").compactMap { Int64($0) }
            #expect(found == Self.differences[parts[0]] ?? expected, "\(line) in \(zone.name)")
            count += 1
        }
        #expect(count == 3000)
    }
}
