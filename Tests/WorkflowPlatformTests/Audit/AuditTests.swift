import HTTPTypes
import Testing
import WorkflowCore
import WorkflowStore
import WorkflowTesting

@testable import WorkflowPlatform

@Suite struct AuditTests {
    private func verify(_ test: TestPlatform, _ tenant: TestTenant) async throws -> JSONValue {
        try await test.send(.get, "/companies/\(tenant.company)/audit/verify", token: tenant.token(.owner)).data
    }

    /// A company with five entries.
    private static func with(
        _ database: TestDatabase = .allCases[0], _ body: (TestPlatform, TestTenant) async throws -> Void
    ) async throws {
        try await TestPlatform.with(database) { (test) async throws in
            let tenant = try await TestTenant.make("Alpha", test)
            for number in 1...5 {
                let answer = try await test.send(
                    .put, "/projects/\(tenant.project)", token: tenant.token(.editor),
                    ["description": .string("Nr. \(number) ü \u{1F600}"), "metadata": ["n": 1.50, "x": 1e300]],
                    headers: [.userAgent: "tester/1"])
                #expect(answer.status == 200)
            }
            try await body(test, tenant)
        }
    }

    @Test(arguments: TestDatabase.allCases)
    func everyChangeIsOnRecord(database: TestDatabase) async throws {
        try await Self.with(database) { (test, tenant) async throws in
            let answer = try await test.send(
                .get, "/companies/\(tenant.company)/audit", token: tenant.token(.admin))
            let entry = try #require(try answer.data[0])
            #expect(entry["sequence"] == 5)
            #expect(entry["action"] == "project.update")
            #expect(entry["resource_id"] == .string(tenant.project.text))
            #expect(entry["user_id"] == .string(tenant.id(.editor).text))
            #expect(entry["ip_address"] == "192.0.2.1")
            #expect(entry["user_agent"] == "tester/1")
            #expect(
                entry["details"] == [
                    "before": ["description": "Nr. 4 ü \u{1F600}"], "after": ["description": "Nr. 5 ü \u{1F600}"],
                ])
            let report = try await verify(test, tenant)
            #expect(report["valid"] == true)
            #expect(report["entries"] == 5)
            #expect(report["head"] == entry["hash"])
            let export = try await test.send(
                .get, "/companies/\(tenant.company)/audit/export", token: tenant.token(.admin))
            let lines = try export.text.split(separator: "\n").map { try JSONValue(parsing: String($0)) }
            #expect(lines.map { $0["sequence"] } == [1, 2, 3, 4, 5])
            // The export is what the hashes are of; names are looked up for lists only.
            let exported = entry.objectValue?.merging(["company_id": .string(tenant.company.text)])
            #expect(try #require(lines.last?.objectValue).merging(["user_name": "Alpha-editor"]) == exported)
        }
    }

    @Test(arguments: [
        (
            "UPDATE platform_audit SET entry = replace(entry, 'Nr. 2', 'Nr. 9') WHERE sequence = 3", 3,
            "the entry was changed"
        ),
        ("DELETE FROM platform_audit WHERE sequence = 2", 2, "the entry is missing"),
        ("DELETE FROM platform_audit WHERE sequence = 5", 5, "the entry is missing"),
        (
            "DELETE FROM platform_audit WHERE sequence = 5; UPDATE platform_audit_heads SET sequence = 4", 5,
            "the log does not end with its last entry"
        ),
        ("UPDATE platform_audit SET hash = 'x' WHERE sequence = 4", 4, "the entry was changed"),
        (
            "UPDATE platform_audit SET entry = replace(entry, '\"sequence\":4', '\"sequence\":3') WHERE sequence = 4",
            4,
            "the entry is missing"
        ),
    ])
    func tamperingIsFound(script: String, sequence: Int, reason: String) async throws {
        try await Self.with { (test, tenant) async throws in
            #expect(try await verify(test, tenant)["valid"] == true)
            try await test.services.database.write { try $0.executeScript(script) }
            let report = try await verify(test, tenant)
            #expect(report["valid"] == false)
            #expect(report["first_invalid"] == .integer(Int64(sequence)))
            #expect(report["reason"] == .string(reason))
        }
    }

    @Test(arguments: TestDatabase.allCases)
    func changesAtOnceMakeOneChain(database: TestDatabase) async throws {
        try await Self.with(database) { (test, tenant) async throws in
            try await withThrowingTaskGroup(of: Void.self) { group in
                for number in 1...20 {
                    group.addTask {
                        let answer = try await test.send(
                            .post, "/organizations/\(tenant.organization)/projects", token: tenant.token(.editor),
                            ["name": .string("Project \(number)")])
                        #expect(answer.status == 201)
                    }
                }
                try await group.waitForAll()
            }
            let report = try await verify(test, tenant)
            #expect(report["valid"] == true)
            #expect(report["entries"] == 25)
        }
    }

    @Test func companiesHaveLogsOfTheirOwn() async throws {
        try await Self.with { (test, tenant) async throws in
            let other = try await TestTenant.make("Beta", test)
            let path = "/companies/\(other.company)/audit"
            #expect(try await test.send(.get, path, token: other.token(.owner)).data == [])
            #expect(try await test.send(.get, path, token: tenant.token(.owner)).status == 404)
            #expect(try await test.send(.get, path, token: other.token(.editor)).status == 403)
        }
    }

    @Test func entriesAreFiltered() async throws {
        try await Self.with { (test, tenant) async throws in
            test.clock.advance(by: .seconds(10))
            let owner = tenant.token(.owner)
            _ = try await test.send(.put, "/companies/\(tenant.company)", token: owner, ["name": "Alpha 2"])
            func count(_ query: String) async throws -> Int {
                let answer = try await test.send(
                    .get, "/companies/\(tenant.company)/audit?\(query)", token: owner)
                return try answer.data.arrayValue?.count ?? -1
            }
            #expect(try await count("") == 6)
            #expect(try await count("action=company.update") == 1)
            #expect(try await count("resource_id=\(tenant.project)") == 5)
            #expect(try await count("user_id=\(tenant.id(.owner))") == 1)
            #expect(try await count("resource_type=project&action=company.update") == 0)
            #expect(try await count("since=\(test.clock.now)") == 1)
            #expect(try await count("until=\(test.clock.now)") == 5)
            let wrong = try await test.send(
                .get, "/companies/\(tenant.company)/audit?since=yesterday", token: owner)
            #expect(wrong.status == 400)
            #expect(
                try wrong.json["errors"] == [
                    ["pointer": "since", "detail": "This is not a time such as 2026-01-31T12:00:00Z."]
                ])
        }
    }
}
