import HTTPTypes
import Testing
import WorkflowCore
import WorkflowStore
import WorkflowTesting

@testable import WorkflowPlatform

/// What executions take of the quota of a month.
@Suite(.timeLimit(.minutes(5))) struct ExecutionQuotaTests {
    private let run: JSONValue = ["workflow": "integration", "action": "integration", "data": ["name": "b"]]

    private func used(_ fixture: ExecutionFixture) async throws -> Int64? {
        let answer = try await fixture.test.send(
            .get, "/companies/\(fixture.tenant.company)/quotas", token: fixture.tenant.token(.viewer))
        let quota = try answer.data.arrayValue?.first { $0["name"] == "executions_per_month" }
        return quota?["used"]?.intValue.map { Int64($0) }
    }

    /// What has been counted in the month of the engines, whose clock goes, while that of the platform stands still.
    private func begun(_ fixture: ExecutionFixture) async throws -> Int {
        try await fixture.test.services.database.read { connection in
            try QuotaTable.executions(
                of: fixture.tenant.company, in: CalendarMonth(of: SystemClock().now), connection)
        }
    }

    private func trigger(_ fixture: ExecutionFixture) async throws -> TestAnswer {
        try await fixture.workflow.send(.post, "/trigger", as: .editor, run)
    }

    @Test(arguments: TestDatabase.allCases)
    func executionsByRequestsAreCountedAndThoseByHandAreRefused(database: TestDatabase) async throws {
        try await ExecutionFixture.with(database, { $0.quotas = QuotaLimits(executions: 2) }) { fixture in
            // The tenant has one already.
            #expect(try await used(fixture) == 1)
            #expect(try await fixture.post("/sync", ["name": "a"]).status == 202)
            #expect(try await fixture.post("/orders", ["id": "o1"]).status == 201)
            try await until { try await begun(fixture) == 2 }
            let answers = try await withThrowingTaskGroup(of: TestAnswer.self) { group in
                for _ in 1...4 { group.addTask { try await trigger(fixture) } }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(answers.map(\.status).sorted() == [201, 402, 402, 402])
            let refused = try #require(answers.first { $0.status == 402 })
            #expect(try refused.problem == "quota-exceeded")
            #expect(
                try refused.json["quota"] == [
                    "name": "executions_per_month", "limit": 2, "used": 2, "resets_at": "2026-02-01T00:00:00Z",
                ])
            _ = try await fixture.ended("trigger_type=manual")
            #expect(try await fixture.list().count == 3)
            #expect(try await used(fixture) == 2)
            #expect(try await begun(fixture) == 2)

            let call = try await fixture.ended("trigger_type=http")["id"]?.stringValue ?? ""
            #expect(try await fixture.send(.post, execution: call, "/retry").status == 402)
            let audited = try await fixture.test.send(
                .get, "/companies/\(fixture.tenant.company)/audit?resource_type=execution",
                token: fixture.tenant.token(.admin))
            #expect(try audited.data.arrayValue?.count == 1)
            // What begins by itself counts beyond the limit, and once however often it changes.
            #expect(try await fixture.post("/orders", ["id": "o3"]).status == 201)
            try await until { try await begun(fixture) == 3 }
            #expect(try await fixture.send(.delete, "/orders/o3").status == 204)
            _ = try await fixture.ended("instance_id=o3")
            #expect(try await begun(fixture) == 3)
        }
    }
}
