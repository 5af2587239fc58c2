import HTTPTypes
import Logging
import Testing
import WorkflowCore
import WorkflowStore
import WorkflowTesting

@testable import WorkflowPlatform

/// What is to be seen at a glance.
@Suite(.timeLimit(.minutes(2))) struct DashboardTests {
    @Test(arguments: TestDatabase.allCases)
    func countsAreThoseOfTheRows(kind: TestDatabase) async throws {
        try await TestPlatform.withTenant(kind) { test, tenant in
            let token = tenant.token(.viewer)
            test.clock.advance(by: .milliseconds(1))
            let workflow = try await TestWorkflow.make(nil, name: "Second", tenant, test)
            try await test.log([(.info, "a"), (.info, "b"), (.error, "c")], of: tenant.workflow)
            try await test.log([(.warning, "d")], of: workflow.id)
            try await test.execute([.running, .completed, .completed], of: workflow.id)
            let dashboard = try await test.send(.get, "/dashboard", token: token).data
            #expect(dashboard["total_workflows"] == 2)
            #expect(dashboard["workflow_counts"] == ["draft": 2, "active": 0, "stopped": 0])
            #expect(
                dashboard["execution_counts"] == ["running": 1, "completed": 2, "failed": 1, "cancelled": 0])
            #expect(dashboard["log_counts"] == ["debug": 0, "info": 2, "warn": 1, "error": 1, "fatal": 0])
            #expect(
                dashboard["workflow_summaries"] == [
                    [
                        "workflow_id": .string(workflow.id.text), "workflow_name": "Second", "status": "draft",
                        "executions": ["running": 1, "completed": 2, "failed": 0, "cancelled": 0],
                        "log_counts": ["debug": 0, "info": 0, "warn": 1, "error": 0, "fatal": 0],
                    ],
                    [
                        "workflow_id": .string(tenant.workflow.text), "workflow_name": "Alpha workflow",
                        "status": "draft", "executions": ["running": 0, "completed": 0, "failed": 1, "cancelled": 0],
                        "log_counts": ["debug": 0, "info": 2, "warn": 0, "error": 1, "fatal": 0],
                    ],
                ])
            let one = try await test.send(.get, "/workflows/\(workflow.id)/dashboard", token: token).data
            #expect(one["workflow"]?["name"] == "Second")
            #expect(one["execution_counts"]?["completed"] == 2)
            #expect(one["log_counts"]?["warn"] == 1)
            let recent = one["recent_executions"]?.arrayValue?.map { $0["status"] }
            #expect(recent == ["completed", "completed", "running"])
        }
    }

    @Test func manyWorkflowsComeInParts() async throws {
        try await TestPlatform.withTenant { test, tenant in
            for name in ["one", "two", "three"] {
                test.clock.advance(by: .milliseconds(1))
                _ = try await TestWorkflow.make(nil, name: name, tenant, test)
            }
            var (names, cursor) = ([[String]](), "")
            repeat {
                let answer = try await test.send(
                    .get, "/dashboard?page_size=3\(cursor)", token: tenant.token(.viewer)
                ).data
                #expect(answer["total_workflows"] == 4)
                names.append(
                    (answer["workflow_summaries"]?.arrayValue ?? []).compactMap { $0["workflow_name"]?.stringValue })
                cursor = answer["next_cursor"]?.stringValue.map { "&cursor=\($0)" } ?? ""
            } while !cursor.isEmpty
            #expect(names == [["three", "two", "one"], ["Alpha workflow"]])
        }
    }

    /// Each workflow once, however many roles lead to it, and none that others have.
    @Test func onlyWhatOneMaySeeIsCounted() async throws {
        try await TestPlatform.with { (test) async throws in
            let (tenant, other) = (try await TestTenant.make("Alpha", test), try await TestTenant.make("Beta", test))
            try await test.log([(.info, "a")], of: tenant.workflow)
            try await test.log([(.error, "b")], of: other.workflow)
            let company = ResourcePath(company: tenant.company)
            let organization = company.appending(tenant.organization)
            let workflow = tenant.path.appending(tenant.workflow)
            let cases: [(grants: [Grant], total: Int64)] = [
                ([Grant(.viewer, on: company), Grant(.owner, on: workflow)], 1),
                ([Grant(.viewer, on: organization), Grant(.owner, on: tenant.path), Grant(.admin, on: workflow)], 1),
                ([Grant(.viewer, on: tenant.path)], 1), ([Grant(.viewer, on: workflow)], 1), ([], 0),
                ([Grant(.viewer, on: workflow), Grant(.viewer, on: ResourcePath(company: other.company))], 2),
            ]
            for (number, (grants, total)) in cases.enumerated() {
                let person = try await TestTenant.person("person\(number)", grants, test)
                let dashboard = try await test.send(.get, "/dashboard", token: person.token).data
                #expect(dashboard["total_workflows"] == .integer(total), "\(number)")
                #expect(dashboard["workflow_summaries"]?.arrayValue?.count == Int(total), "\(number)")
                #expect(dashboard["log_counts"]?["info"] == .integer(min(1, total)), "\(number)")
                #expect(dashboard["log_counts"]?["error"] == .integer(max(0, total - 1)), "\(number)")
                #expect(dashboard["execution_counts"]?["failed"] == .integer(total), "\(number)")
            }
            let outside = try await test.send(.get, "/dashboard", token: tenant.outsider.token).data
            #expect(outside["total_workflows"] == 0)
        }
    }

    @Test func aKeyShowsItsCompanyOnly() async throws {
        try await TestPlatform.with { (test) async throws in
            let (tenant, other) = (try await TestTenant.make("Alpha", test), try await TestTenant.make("Beta", test))
            let both = [tenant, other].map { Grant(.owner, on: ResourcePath(company: $0.company)) }
            let person = try await TestTenant.person("both", both, test)
            #expect(try await test.send(.get, "/dashboard", token: person.token).data["total_workflows"] == 2)
            let one = "/dashboard?company_id=\(other.company)"
            #expect(try await test.send(.get, one, token: person.token).data["total_workflows"] == 1)
            #expect(try await test.send(.get, one, token: tenant.token(.owner)).data["total_workflows"] == 0)
            let key = try await tenant.key(.owner, ["executions:read"], test)
            #expect(try await test.send(.get, "/dashboard", token: key.secret).data["total_workflows"] == 1)
            let narrow = try await tenant.key(.owner, ["workflows:admin"], test)
            let refused = try await test.send(.get, "/dashboard", token: narrow.secret)
            #expect(refused.status == 403)
            #expect(try refused.json["detail"] == "The API key lacks the scope executions:read; make one that has it.")
        }
    }
}
