import HTTPTypes
import Testing
import WorkflowCore
import WorkflowTesting

@testable import WorkflowPlatform

@Suite struct PlanTests {
    private func plan(_ workflow: TestWorkflow, _ text: String) async throws -> TestAnswer {
        try await workflow.send(.post, "/plan", as: .viewer, ["config_yaml": .string(text)])
    }

    @Test func aConfigurationIsComparedWithWhatRunsAndNotSaved() async throws {
        try await TestPlatform.withTenant { test, tenant in
            let workflow = try await TestWorkflow.make(saying("one"), tenant, test)
            let first = try await plan(workflow, saying("two"))
            #expect(first.status == 200, "\(first.text)")
            #expect(try first.data["deployed_version"] == .null)
            let parts = try first.data["plan"]?["parts"]?.arrayValue ?? []
            #expect(!parts.isEmpty)
            #expect(parts.allSatisfy { $0["action"] == "add" })
            #expect(try await workflow.deploy().status == 200)
            #expect(try await plan(workflow, saying("one")).data["plan"]?["empty"] == true)
            let second = try await plan(workflow, saying("two"))
            #expect(try second.data["deployed_version"] == 1)
            #expect(try second.data["plan"]?["empty"] == false)
            #expect(try await workflow.send(.get).data["version"] == 1)
            #expect(try await workflow.actions() == ["workflow.create", "workflow.deploy"])
        }
    }

    @Test func whatIsWrongIsToldWithItsPlace() async throws {
        try await TestPlatform.withTenant { test, tenant in
            let workflow = try await TestWorkflow.make(saying("one"), tenant, test)
            let answer = try await plan(workflow, "modules: [{name: a, type: no.such.thing}]")
            #expect(answer.status == 422)
            #expect(try answer.problem == "invalid-configuration")
            #expect(try answer.json["errors"]?[0]?["line"] == 1)
        }
    }
}
