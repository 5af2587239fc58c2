import HTTPTypes
import Testing
import WorkflowCore
import WorkflowStore
import WorkflowTesting

@testable import WorkflowPlatform

/// What becomes of executions, as a list and as a stream.
@Suite(.timeLimit(.minutes(2))) struct EventTests {
    private func path(_ tenant: TestTenant, _ rest: String = "") -> String {
        "/workflows/\(tenant.workflow)/events\(rest)"
    }

    @Test(arguments: TestDatabase.allCases)
    func everyChangeOfAnExecutionIsAnEvent(kind: TestDatabase) async throws {
        try await TestPlatform.withTenant(kind) { test, tenant in
            let token = tenant.token(.viewer)
            var last = ""
            var execution = try #require(try await test.execute([.running], of: tenant.workflow).first)
            try await test.withStream(path(tenant, "/stream"), token: token, after: "0") { (stream) async throws in
                // That of the tenant, and this one.
                #expect(await stream.events("execution", 2).map { $0.data["status"] } == ["failed", "running"])
                execution.status = .completed
                try await test.record(execution)
                let events = await stream.events("execution", 3)
                #expect(events.last?.data["id"] == .string(execution.id.text))
                #expect(events.last?.data["status"] == "completed")
                #expect(events.map { $0.data["sequence"] } == events.map { .integer(Int64($0.id) ?? 0) })
                last = stream.lastID
            }
            try await test.execute([.failed], of: tenant.workflow)
            try await test.withStream(path(tenant, "/stream"), token: token, after: last) { (stream) async throws in
                #expect(await stream.events("execution", 1).map { $0.data["status"] } == ["failed"])
                #expect(stream.all.count == 2)
            }
        }
    }

    @Test func changesOfADeployedWorkflowAreSeen() async throws {
        try await TestPlatform.withTenant { test, tenant in
            let workflow = try await TestWorkflow.make(saying("one"), tenant, test)
            _ = try await workflow.deploy()
            let path = "/workflows/\(workflow.id)/events/stream?status=completed"
            try await test.withStream(path, token: tenant.token(.viewer)) { (stream) async throws in
                await stream.untilBegun()
                try await test.execute([.failed, .completed], of: workflow.id)
                let events = await stream.events("execution", 1)
                #expect(events.map { $0.data["status"] } == ["completed"])
            }
        }
    }

    @Test func listsShowTheLastChangesFirst() async throws {
        try await TestPlatform.withTenant { test, tenant in
            let token = tenant.token(.viewer)
            let executions = try await test.execute([.running, .completed, .cancelled], of: tenant.workflow)
            var first = executions[0]
            first.status = .failed
            try await test.record(first)
            func statuses(_ query: String) async throws -> [String] {
                let answer = try await test.send(.get, path(tenant, query), token: token)
                return (try answer.data.arrayValue ?? []).compactMap { $0["status"]?.stringValue }
            }
            #expect(try await statuses("") == ["failed", "cancelled", "completed", "failed"])
            #expect(try await statuses("?status=completed") == ["completed"])
            #expect(try await statuses("?trigger_type=manual") == [])
            let page = try await test.send(.get, path(tenant, "?page_size=2"), token: token)
            let cursor = try #require(try page.json["next_cursor"]?.stringValue)
            #expect(try await statuses("?page_size=2&cursor=\(cursor)") == ["completed", "failed"])
            let filtered = try await test.send(.get, path(tenant, "?page_size=1&status=failed"), token: token)
            let next = try #require(try filtered.json["next_cursor"]?.stringValue)
            #expect(try await statuses("?page_size=1&status=failed&cursor=\(next)") == ["failed"])
        }
    }
}
