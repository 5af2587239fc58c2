import HTTPTypes
import Synchronization
import Testing
import WorkflowCore
import WorkflowTesting

@testable import WorkflowPlatform

/// That every environment has executions of its own, which stay in it.
@Suite(.timeLimit(.minutes(5))) struct EnvironmentExecutionTests {
    private let staging = EnvironmentName(stored: "staging")
    private let run: JSONValue = ["workflow": "integration", "action": "integration", "data": ["name": "Ann"]]

    private func with(_ database: TestDatabase, _ body: (ExecutionFixture) async throws -> Void) async throws {
        try await ExecutionFixture.with(database) { fixture in
            #expect(try await fixture.workflow.deploy(in: "staging").status == 200)
            try await body(fixture)
        }
    }

    private func trigger(_ environment: String, _ fixture: ExecutionFixture) async throws -> TestAnswer {
        try await fixture.workflow.send(.post, "/trigger", in: environment, as: .editor, run)
    }

    @Test(arguments: TestDatabase.allCases)
    func instancesWithTheSameIdentifierAreApart(database: TestDatabase) async throws {
        try await with(database) { fixture in
            for environment in [EnvironmentName.production, staging] {
                #expect(try await fixture.post("/orders", ["id": "o1"], in: environment).status == 201)
            }
            try await until { try await fixture.list("kind=instance").count == 2 }
            let own = try #require(try await fixture.list("kind=instance&environment=staging").first)
            let other = try #require(try await fixture.list("kind=instance&environment=prod").first)
            #expect(own["environment"] == "staging" && other["environment"] == "prod")
            #expect(own["instance_id"] == "o1" && other["instance_id"] == "o1")
            #expect(own["id"] != other["id"])
            #expect(try await fixture.post("/orders/o1/pay", [:], in: staging).status == 202)
            let paid = try await fixture.ended("kind=instance&environment=staging")
            #expect(paid["status"] == "completed" && paid["id"] == own["id"])
            #expect(try await fixture.show(other["id"]?.stringValue ?? "")["status"] == "running")
            #expect(try await fixture.list("environment=prod").count == 1)
        }
    }

    @Test func identifiersOfInstancesDifferBetweenEnvironments() throws {
        let workflow = try workflowID("a")
        let instance = StateMachineInstance(
            id: "o1", workflowType: "order", currentState: "new", startTime: Timestamp(seconds: 1),
            lastUpdated: Timestamp(seconds: 1))
        let ids = [EnvironmentName.production, staging, staging].map { environment in
            TimedID.make(instance, of: DeploymentKey(workflow, in: environment))
        }
        #expect(ids[0] != ids[1] && ids[1] == ids[2])
    }

    @Test(arguments: TestDatabase.allCases)
    func whatIsRunByHandStaysInItsEnvironment(database: TestDatabase) async throws {
        try await with(database) { fixture in
            let answer = try await trigger("staging", fixture)
            #expect(answer.status == 201, "\(answer.text)")
            #expect(try answer.data["environment"] == "staging")
            let id = try #require(try answer.data["id"]?.stringValue)
            #expect(try await fixture.ended(id: id)["status"] == "completed")
            #expect(try await fixture.workflow.send(.post, "/stop", as: .admin).status == 200)
            for (path, body) in [("/retry", nil), ("/replay", ["from_step": "second"])] as [(String, JSONValue?)] {
                let again = try await fixture.send(.post, execution: id, path, as: .editor, body)
                #expect(again.status == 201, "\(again.text)")
                #expect(try again.data["environment"] == "staging")
                _ = try await fixture.ended(id: try again.data["id"]?.stringValue ?? "")
            }
            let changes = try await fixture.workflow.send(.get, "/events", in: "staging", as: .viewer)
            #expect(try changes.data.arrayValue?.count == 3)
            #expect(try await fixture.workflow.send(.get, "/events", in: "prod", as: .viewer).data == [])
            let audited = try await fixture.test.send(
                .get, "/companies/\(fixture.tenant.company)/audit?action=execution.retry",
                token: fixture.tenant.token(.admin))
            #expect(try audited.data[0]?["details"]?["environment"] == "staging")

            let stopped = try await trigger("prod", fixture)
            #expect(stopped.status == 409)
            #expect(
                try stopped.json["detail"] == "The workflow does not run in prod; deploy a version of it there.")
            #expect(try await trigger("nowhere", fixture).status == 400)
            #expect(try await fixture.workflow.send(.post, "/stop", in: "staging").status == 200)
            let retry = try await fixture.send(.post, execution: id, "/retry", as: .editor)
            #expect(try retry.problem == "not-running")
        }
    }

    @Test func whatRunsOutsideProductionIsCancelled() async throws {
        try await with(TestDatabase.allCases[0]) { fixture in
            fixture.upstream.state.withLock { $0.held = ["/first"] }
            let id = try #require(try await trigger("staging", fixture).data["id"]?.stringValue)
            try await until { fixture.upstream.requests.count == 1 }
            #expect(try await fixture.send(.post, execution: id, "/cancel").status == 200)
            #expect(try await fixture.ended(id: id)["status"] == "cancelled")
        }
    }

    @Test(arguments: TestDatabase.allCases)
    func linesOfTheLogHaveTheirEnvironment(database: TestDatabase) async throws {
        try await with(database) { fixture in
            let workflow = try await TestWorkflow.make(logging, name: "Logs", fixture.tenant, fixture.test)
            let application = ExecutionFixture(
                test: fixture.test, tenant: fixture.tenant, workflow: workflow, upstream: fixture.upstream)
            for environment in [EnvironmentName.production, staging] {
                #expect(try await workflow.deploy(in: environment.text).status == 200)
                let path = "/hello?message=\(environment)"
                #expect(try await application.send(.get, path, in: environment).status == 200)
            }
            for environment in ["prod", "staging"] {
                @Sendable func lines() async throws -> [JSONValue] {
                    let answer = try await workflow.send(.get, "/logs", in: environment, as: .viewer)
                    return try answer.data.arrayValue ?? []
                }
                try await until {
                    // What is to be written waits for its time.
                    fixture.test.clock.advance(by: .milliseconds(100))
                    return try await lines().contains { $0["message"] == .string(environment) }
                }
                #expect(try await lines().allSatisfy { $0["environment"] == .string(environment) })
                #expect(try await lines().flatMap { Documents.logLine.problems(with: $0) } == [])
            }
            #expect(try await workflow.send(.get, "/logs", in: "dev", as: .viewer).data == [])
        }
    }
}
