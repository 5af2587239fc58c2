import Testing
import WorkflowTesting

@testable import WorkflowCore

@Suite struct TimeZoneTests {
    /// A version 2 file with one transition per `times` and a rule.
    private static func file(
        times: [Int64] = [], types: [UInt8] = [], offsets: [Int32] = [0], leapSeconds: UInt32 = 0, rule: String = ""
    ) -> [UInt8] {
        func bytes<Value: FixedWidthInteger>(_ value: Value) -> [UInt8] {
            (0..<MemoryLayout<Value>.size).reversed().map { UInt8(truncatingIfNeeded: value >> ($0 * 8)) }
        }
        func header(_ counts: [UInt32]) -> [UInt8] {
            Array("TZif2".utf8) + Array(repeating: 0, count: 15) + counts.flatMap { bytes($0) }
        }
        return header([0, 0, 0, 0, 1, 1]) + Array(repeating: 0, count: 7)
            + header([0, 0, leapSeconds, UInt32(times.count), UInt32(offsets.count), 1])
            + times.flatMap { bytes($0) } + types + offsets.flatMap { bytes($0) + [0, 0] } + [0]
            + Array(repeating: 0, count: Int(leapSeconds) * 12) + Array("\n\(rule)\n".utf8)
    }

    private static func offset(_ rules: TimeZoneRules, _ time: String) throws -> Duration {
        rules.offset(at: try #require(Timestamp(rfc3339: time)))
    }

    @Test func readsTransitionsAndRule() throws {
        let file = Self.file(
            times: [-1 << 59, 0, 1_000_000_000], types: [0, 1, 0], offsets: [3600, 7200],
            rule: "<+01>-1<+02>,M3.5.0,M10.5.0/3")
        let rules = try TimeZoneRules(tzif: file, name: "Test/Zone")
        #expect(rules.name == "Test/Zone")
        #expect(try Self.offset(rules, "1969-12-31T23:59:59Z") == .seconds(3600))
        #expect(try Self.offset(rules, "1970-01-01T00:00:00Z") == .seconds(7200))
        #expect(try Self.offset(rules, "2001-09-09T01:46:39Z") == .seconds(7200))
        #expect(try Self.offset(rules, "2001-09-09T01:46:40Z") == .seconds(3600))
        #expect(try Self.offset(rules, "2002-03-31T00:59:59Z") == .seconds(3600))
        #expect(try Self.offset(rules, "2002-03-31T01:00:00Z") == .seconds(7200))
        #expect(try Self.offset(rules, "2262-04-01T00:00:00Z") == .seconds(7200))
    }

    @Test(arguments: [
        // (rule, time, offset); January and July of a leap year, and the edges of rules.
        ("EST5EDT,M3.2.0,M11.1.0", "2028-07-01T00:00:00Z", -14_400),
        ("EST5EDT,M3.2.0,M11.1.0", "2028-03-12T06:59:59Z", -18_000),
        ("EST5EDT,M3.2.0,M11.1.0", "2028-03-12T07:00:00Z", -14_400),
        ("AEST-10AEDT,M10.1.0,M4.1.0/3", "2028-01-01T00:00:00Z", 39_600),
        ("AEST-10AEDT,M10.1.0,M4.1.0/3", "2028-07-01T00:00:00Z", 36_000),
        ("<+1030>-10:30<+11>-11,M10.1.0,M4.1.0", "2028-01-01T00:00:00Z", 39_600),
        ("IST-1GMT0,M10.5.0,M3.5.0/1", "2028-01-01T00:00:00Z", 0),
        ("XXX0YYY,J60,J300", "2028-02-29T23:00:00Z", 0),
        ("XXX0YYY,J60,J300", "2028-03-01T02:00:00Z", 3600),
        ("XXX0YYY,59,300", "2028-02-29T02:00:00Z", 3600),
        ("XXX0YYY,M3.4.4/50,M10.4.4/50", "2028-03-25T02:00:00Z", 3600),
        ("XXX0YYY,M3.4.4/-2,M10.4.4/50", "2028-03-22T22:00:00Z", 3600),
        // Daylight saving time all year (RFC 9636, section 3.3.1).
        ("XXX3EDT4,0/0,J365/23", "2028-01-01T04:00:00Z", -14_400),
        ("XXX3EDT4,0/0,J365/23", "2027-12-31T23:59:59Z", -14_400),
        ("<-03>3", "2028-07-01T00:00:00Z", -10_800),
        ("UTC0", "2028-07-01T00:00:00Z", 0),
    ])
    func appliesRules(rule: String, time: String, offset: Int) throws {
        let rules = try TimeZoneRules(tzif: Self.file(rule: rule), name: "Test")
        #expect(try Self.offset(rules, time) == .seconds(offset))
    }

    @Test(arguments: [
        "X", "CET", "CET-1CEST", "CET-25", "CET-1CEST,M3.5.0", "CET-1CEST,M3.5.0,M10.6.0", "CET-1CEST,M13.5.0,M10.5.0",
        "CET-1CEST,J0,J366", "CET-1CEST,M3.5.0/168,M10.5.0", "CET-1CEST,M3.5.0,M10.5.0/3x", "<CET-1", "CET-1:60",
        "CET-1CEST,M3.5,M10.5.0", "CET-1CEST,,", "CET--1", "CET-1é",
    ])
    func refusesMalformedRules(rule: String) {
        let error = #expect(throws: ScheduleError.self) {
            try TimeZoneRules(tzif: Self.file(rule: rule), name: "Test")
        }
        #expect(error?.message == "the file of time zone \"Test\" is malformed: its rule cannot be read")
    }

    @Test func refusesMalformedFiles() {
        var versionOne = Self.file()
        versionOne[4] = 0
        for file in [
            [], Array("TZif2".utf8), versionOne, Self.file(offsets: []), Self.file(offsets: [100_000]),
            Self.file(times: [5, 5], types: [0, 0]), Self.file(times: [5], types: [1]), Self.file(leapSeconds: 1),
        ] {
            #expect(throws: ScheduleError.self) { try TimeZoneRules(tzif: file, name: "Test") }
        }
    }

    @Test(arguments: [
        ("Europe/Berln", "did you mean Europe/Berlin?"), ("europe/berlin", "did you mean Europe/Berlin?"),
        ("Berlin", "did you mean Europe/Berlin?"), ("utc", "did you mean UTC?"),
        ("Xyzzy/Plugh", "write a name of the IANA database, such as Europe/Berlin, or UTC"),
        ("", nil), ("../../etc/passwd", nil), ("/etc/passwd", nil), ("Europe/../UTC", nil), ("Europe", nil),
        ("Europe//Berlin", nil), ("Europe/Berlin\0", nil), ("zone1970.tab", nil), ("Zürich", nil),
        (String(repeating: "A/", count: 5000), nil),
    ])
    func refusesUnknownNames(name: String, suggestion: String?) {
        let error = #expect(throws: ScheduleError.self) { try TimeZoneDatabase.system.rules(for: name) }
        #expect(error?.message == "time zone \"\(name.prefix(64))\" is unknown")
        if let suggestion { #expect(error?.suggestion == suggestion) }
    }

    @Test func needsNoDatabaseForUTC() throws {
        let database = TimeZoneDatabase(directory: "/nonexistent")
        #expect(try database.rules(for: "UTC") == .utc)
        let error = #expect(throws: ScheduleError.self) { try database.rules(for: "Europe/Berlin") }
        #expect(error?.suggestion == "install the package tzdata, or let TZDIR name the folder")
    }

    @Test func refusesZonesThatCountLeapSeconds() {
        let error = #expect(throws: ScheduleError.self) {
            try TimeZoneRules(tzif: Self.file(leapSeconds: 1), name: "right/Europe/Berlin")
        }
        #expect(error?.message == "time zone \"right/Europe/Berlin\" counts leap seconds")
    }

    @Test func survivesMutatedFiles() throws {
        let file = Self.file(
            times: [-5_000_000_000, 0, 1_000_000_000], types: [0, 1, 0], offsets: [3600, 7200],
            rule: "CET-1CEST,M3.5.0,M10.5.0/3")
        let expressions = [try CronExpression("30 2 * * *"), try CronExpression("*/7 * 29 2 *")]
        for count in 0..<file.count {
            #expect(throws: ScheduleError.self) { try TimeZoneRules(tzif: Array(file.prefix(count)), name: "Test") }
        }
        var generator = SeededGenerator(seed: 11)
        var accepted = 0
        for _ in 0..<3000 {
            var bytes = file
            for _ in 0..<Int.random(in: 1...4, using: &generator) {
                let position = Int.random(in: 0..<bytes.count, using: &generator)
                let byte = UInt8.random(in: 0...255, using: &generator)
                bytes[position] = byte >> UInt8.random(in: 0...7, using: &generator)
            }
            guard let rules = try? TimeZoneRules(tzif: bytes, name: "Test") else { continue }
            accepted += 1
            var time = Timestamp(nanoseconds: Int64(bitPattern: generator.next()))
            for expression in expressions {
                guard let next = expression.next(after: time, in: rules) else { continue }
                #expect(next > time)
                time = next
            }
        }
        #expect(accepted > 300)
    }
}
