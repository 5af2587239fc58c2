import HTTPTypes
import Testing
import WorkflowCore
import WorkflowStore
import WorkflowTesting

@testable import WorkflowPlatform

/// What the list of the audit log leaves out, and in what parts it comes.
@Suite struct AuditFilterTests {
    /// A company with entries of several kinds, a second apart. Every thousandth is rare.
    private static func with(
        _ database: TestDatabase, entries: Int, _ body: (TestPlatform, TestTenant) async throws -> Void
    ) async throws {
        try await TestPlatform.with(database) { (test) async throws in
            let tenant = try await TestTenant.make("Alpha", test)
            let (services, start) = (test.services, test.clock.now)
            let (owner, admin) = (tenant.id(.owner), tenant.id(.admin))
            try await services.database.write { connection in
                for number in 1...entries {
                    let isRare = number % 1_000 == 500
                    let event = AuditEvent(
                        action: isRare ? "rare.thing" : "usual.thing", resourceType: "thing",
                        resource: "thing \(number % 3)", details: [:], user: isRare ? admin : owner, actor: [:],
                        origin: AuditEntry.Origin(address: "", userAgent: "", requestID: ""))
                    try services.audit.append(
                        event, to: tenant.company, now: start.advanced(by: .seconds(number)), connection)
                }
            }
            try await body(test, tenant)
        }
    }

    private static func page(_ query: String, _ test: TestPlatform, _ tenant: TestTenant) async throws -> JSONValue {
        let path = "/companies/\(tenant.company)/audit?\(query)"
        let answer = try await test.send(.get, path, token: tenant.token(.owner))
        #expect(answer.status == 200, "\(answer.text)")
        return try answer.json
    }

    private static func numbers(_ page: JSONValue) -> [Int] {
        (page["data"]?.arrayValue ?? []).compactMap { $0["sequence"]?.intValue }
    }

    /// All numbers, and how many parts they came in.
    private static func all(
        _ query: String, _ test: TestPlatform, _ tenant: TestTenant
    ) async throws -> (numbers: [Int], parts: Int) {
        var (found, parts, cursor): ([Int], Int, String?) = ([], 0, nil)
        repeat {
            let page = try await page(query + (cursor.map { "&cursor=\($0)" } ?? ""), test, tenant)
            found += numbers(page)
            cursor = page["next_cursor"]?.stringValue
            parts += 1
        } while cursor != nil
        return (found, parts)
    }

    @Test(arguments: TestDatabase.allCases)
    func timesAreARangeOfEntries(database: TestDatabase) async throws {
        try await Self.with(database, entries: 20) { test, tenant in
            let start = test.clock.now
            func at(_ second: Int) -> String { start.advanced(by: .seconds(second)).description }
            let cases: [(String, [Int])] = [
                ("until=\(at(4))", [3, 2, 1]), ("since=\(at(18))", [20, 19, 18]),
                ("since=\(at(5))&until=\(at(8))", [7, 6, 5]), ("until=\(at(1))", []), ("since=\(at(21))", []),
                ("since=\(at(9))&until=\(at(9))", []), ("since=\(at(9))&until=\(at(3))", []),
                ("since=\(at(18))&action=usual.thing", [20, 19, 18]), ("until=\(at(3))&action=rare.thing", []),
                ("until=\(at(9))&since=\(at(3))&resource_id=thing%200&action=usual.thing", [6, 3]),
            ]
            for (query, expected) in cases {
                let found = try await Self.all("\(query)&page_size=2", test, tenant).numbers
                #expect(found == expected, "\(query)")
            }
        }
    }

    @Test(arguments: TestDatabase.allCases)
    func severalValuesAreFoundInParts(database: TestDatabase) async throws {
        try await Self.with(database, entries: 4_600) { test, tenant in
            let usual = try await Self.all("user_id=\(tenant.id(.owner))&action=rare.thing", test, tenant)
            #expect(usual.numbers == [])
            #expect(usual.parts == 3, "each looks at 2,000 entries of the owner")
            let rare = try await Self.all("action=rare.thing&resource_type=thing&page_size=2", test, tenant)
            #expect(rare.numbers == [4_500, 3_500, 2_500, 1_500, 500])
            let two = try await Self.all(
                "user_id=\(tenant.id(.owner))&resource_type=thing&page_size=100", test, tenant)
            #expect(two.numbers == (1...4_600).reversed().filter { $0 % 1_000 != 500 })
        }
    }

    @Test(arguments: TestDatabase.allCases)
    func anEntryWithAnEarlierTimeStandsBehindTheOneBefore(database: TestDatabase) async throws {
        try await Self.with(database, entries: 3) { test, tenant in
            // The clock of the test has not moved, so this comes from before the entries that are there.
            let path = "/projects/\(tenant.project)"
            let late = try await test.send(.put, path, token: tenant.token(.owner), ["name": "Late"])
            #expect(late.status == 200)
            let third = test.clock.now.advanced(by: .seconds(3))
            let page = try await Self.page("since=\(third)", test, tenant)
            #expect(Self.numbers(page) == [4, 3])
            #expect(page["data"]?[0]?["created_at"] == .string(test.clock.now.description))
            let before = try await Self.page("until=\(third)", test, tenant)
            #expect(Self.numbers(before) == [2, 1])
        }
    }
}
