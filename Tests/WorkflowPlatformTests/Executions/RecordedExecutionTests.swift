import HTTPTypes
import Synchronization
import Testing
import WorkflowCore
import WorkflowStore
import WorkflowTesting

@testable import WorkflowPlatform

/// What is on record of what a workflow did.
@Suite(.timeLimit(.minutes(5))) struct RecordedExecutionTests {
    @Test(arguments: TestDatabase.allCases)
    func anIntegrationIsRecordedWithItsSteps(database: TestDatabase) async throws {
        try await ExecutionFixture.with(database) { fixture in
            let answer = try await fixture.post(
                "/sync", ["name": "hush-hush", "card": "4111 1111 1111 1111", "apiKey": "k", "amount": 3])
            #expect(answer.status == 202, "\(answer.text)")
            let execution = try await fixture.ended("kind=call")
            #expect(execution["status"] == "completed")
            #expect(execution["workflow"] == "integration")
            #expect(execution["trigger_type"] == "http")
            #expect(execution["version"] == 1)
            #expect(
                execution["trigger_data"] == [
                    "name": "<redacted>", "card": "<redacted>", "apiKey": "<redacted>", "amount": 3,
                ])
            #expect(execution["trigger_data_state"] == "redacted")
            #expect(execution["output_data"]?["results"]?["first"]?["number"] == 7)
            #expect(execution["output_data_state"] == "complete")
            #expect(execution["duration_ms"]?.intValue != nil)
            #expect(execution["steps"] == 2)
            #expect(try answer.json["result"]?["executionId"] == execution["id"])
            let steps = try await fixture.steps(execution)
            #expect(steps.map { $0["step_name"] } == ["first", "second"])
            #expect(steps.map { $0["sequence_num"] } == [1, 2])
            #expect(steps.map { $0["step_type"] } == ["api", "api"])
            #expect(steps.map { $0["status"] } == ["completed", "completed"])
            #expect(steps[0]["input_data"] == ["name": "<redacted>", "password": "<redacted>"])
            #expect(steps[1]["input_data"] == ["of": 7])
            #expect(steps[1]["output_data"] == ["number": 7, "statusCode": 200])
            #expect(Documents.execution.problems(with: execution) == [])
            #expect(steps.flatMap { Documents.executionStep.problems(with: $0) } == [])
        }
    }

    @Test func aFailureIsRecordedWithItsStep() async throws {
        try await ExecutionFixture.with { fixture in
            fixture.upstream.state.withLock { $0.failures = ["/second"] }
            #expect(try await fixture.post("/sync", [:]).status == 500)
            let execution = try await fixture.ended("kind=call")
            #expect(execution["status"] == "failed")
            #expect(execution["error_message"]?.stringValue?.hasPrefix("The step \"second\" failed: ") == true)
            #expect(execution["output_data"] == .null)
            let steps = try await fixture.steps(execution)
            #expect(steps.map { $0["status"] } == ["completed", "failed"])
            #expect(steps[1]["error_message"]?.stringValue?.isEmpty == false)
        }
    }

    @Test(arguments: TestDatabase.allCases)
    func theLifeOfAnInstanceIsOneExecution(database: TestDatabase) async throws {
        try await ExecutionFixture.with(database) { fixture in
            fixture.upstream.state.withLock { $0.held = ["/second"] }
            #expect(try await fixture.post("/orders", ["id": "o1", "total": 20]).status == 201)
            try await until { try await fixture.list("kind=instance").count == 1 }
            let open = try #require(try await fixture.list("kind=instance").first)
            #expect(open["status"] == "running")
            #expect(open["instance_id"] == "o1")
            #expect(open["trigger_type"] == "api")
            #expect(open["trigger_data"]?["total"] == 20)
            #expect(open["completed_at"] == .null)

            #expect(try await fixture.post("/orders/o1/pay", ["with": "cash"]).status == 202)
            // The step is on record while it runs.
            try await until {
                try await fixture.steps(open).contains { $0["step_name"] == "charge" && $0["status"] == "running" }
            }
            fixture.upstream.gate.open()
            let execution = try await fixture.ended("kind=instance")
            #expect(execution["id"] == open["id"])
            #expect(execution["status"] == "completed")
            #expect(execution["output_data"]?["with"] == "cash")
            let steps = try await fixture.steps(execution)
            #expect(steps.map { $0["step_name"] } == ["created", "pay", "charge", "finish"])
            #expect(
                steps.map { $0["step_type"] } == ["transition", "transition", "processing_step", "transition"])
            #expect(steps[1]["output_data"] == ["from": "new", "to": "paying"])
            #expect(steps.allSatisfy { $0["status"] == "completed" })

            // Calls are executions of their own: the transition, and the integration of the step.
            let calls = try await fixture.list("kind=call")
            #expect(calls.map { $0["trigger_type"] } == ["component", "http"])
            #expect(calls[0]["parent_id"] == execution["id"])
            #expect(calls[1]["instance_id"] == "o1")
            #expect(steps[1]["caused_by"] == calls[1]["id"])
            #expect(try await fixture.list("instance_id=o1").count == 2)
        }
    }

    @Test func anInstanceEndsAsItsStateSays() async throws {
        try await ExecutionFixture.with { fixture in
            fixture.upstream.state.withLock { $0.failures = ["/first"] }
            _ = try await fixture.post("/orders", ["id": "bad"])
            _ = try await fixture.post("/orders/bad/pay", [:])
            let failed = try await fixture.ended("instance_id=bad&kind=instance")
            #expect(failed["status"] == "failed")
            let steps = try await fixture.steps(failed)
            #expect(steps.map { $0["step_name"] } == ["created", "pay", "charge", "fail"])
            #expect(steps.map { $0["status"] } == ["completed", "completed", "failed", "completed"])

            _ = try await fixture.post("/orders", ["id": "gone"])
            #expect(try await fixture.send(.delete, "/orders/gone").status == 204)
            let removed = try await fixture.ended("instance_id=gone")
            #expect(removed["status"] == "cancelled")
            #expect(removed["error_message"] == "The instance was removed.")
        }
    }

    @Test(arguments: TestDatabase.allCases)
    func executionsAreCountedAndTheirChangesAreNumbered(database: TestDatabase) async throws {
        try await ExecutionFixture.with(database) { fixture in
            let watch = fixture.test.services.activity.watch(.executions, of: fixture.workflow.id)
            for name in ["a", "b", "c"] { _ = try await fixture.post("/sync", ["name": .string(name)]) }
            _ = try await fixture.post("/orders", ["id": "o1"])
            try await until { try await fixture.list("status=completed").count == 3 }
            try await until { try await fixture.list("kind=instance").count == 1 }
            #expect(await watch.next())
            let id = fixture.workflow.id
            let counts = try await fixture.test.services.database.read { try ExecutionTable.counts(of: [id], $0) }
            #expect(counts == [id: [.completed: 3, .running: 1]])
            let changed = try await fixture.test.services.database.read { connection in
                try ExecutionTable.changed(after: 0, of: id, limit: 100, connection)
            }
            #expect(changed.count == 4)
            #expect(Set(changed.map(\.sequence)).count == 4)
            let last = try #require(changed.last?.sequence)
            let order = try #require(changed.first { $0.kind == .instance })
            _ = try await fixture.post("/orders/o1/pay", [:])
            try await until { try await fixture.show(order.id.text)["status"] == "completed" }
            let later = try await fixture.test.services.database.read { connection in
                try ExecutionTable.changed(after: last, of: id, limit: 100, connection)
            }
            #expect(later.contains { $0.id == order.id && $0.sequence > order.sequence })
        }
    }

    @Test func nobodyElseSeesExecutions() async throws {
        try await ExecutionFixture.with { fixture in
            _ = try await fixture.post("/sync", ["name": "a"])
            let execution = try await fixture.ended("kind=call")["id"]?.stringValue ?? ""
            let stranger = try await TestTenant.make("Beta", fixture.test)
            for path in ["", "/steps"] {
                let answer = try await fixture.test.send(
                    .get, "/executions/\(execution)\(path)", token: stranger.token(.owner))
                #expect(answer.status == 404)
            }
            #expect(try await fixture.send(.get, execution: "nonsense").status == 404)
        }
    }
}
