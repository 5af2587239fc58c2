import HTTPTypes
import Synchronization
import Testing
import WorkflowCore
import WorkflowStore
import WorkflowTesting

@testable import WorkflowPlatform

/// What people run, stop and repeat by hand.
@Suite(.timeLimit(.minutes(5))) struct ManualExecutionTests {
    private func trigger(_ fixture: ExecutionFixture, _ body: JSONValue) async throws -> TestAnswer {
        try await fixture.workflow.send(.post, "/trigger", as: .editor, body)
    }

    private func id(_ answer: TestAnswer) throws -> String {
        try #require(try answer.data["id"]?.stringValue, "\(answer.text)")
    }

    @Test(arguments: TestDatabase.allCases)
    func aTriggerReallyRunsTheWorkflow(database: TestDatabase) async throws {
        try await ExecutionFixture.with(database) { fixture in
            let answer = try await trigger(
                fixture, ["workflow": "integration", "action": "integration", "data": ["name": "Ann", "token": "t"]])
            #expect(answer.status == 201, "\(answer.text)")
            #expect(try answer.data["status"] == "running")
            #expect(try answer.data["trigger_type"] == "manual")
            let execution = try await fixture.ended(id: try id(answer))
            #expect(execution["status"] == "completed")
            #expect(execution["trigger_data"] == ["name": "Ann", "token": "<redacted>"])
            #expect(try await fixture.steps(execution).count == 2)
            #expect(fixture.upstream.requests == ["/first", "/second"])
            #expect(try await fixture.list("kind=call").count == 1)

            let old = try await trigger(
                fixture, ["workflow": "order", "action": "pay", "trigger_data": ["id": "o1", "total": 3]])
            let called = try await fixture.ended(id: try id(old))
            #expect(called["status"] == "completed")
            #expect(called["instance_id"] == "o1")
            let instance = try await fixture.ended("kind=instance")
            #expect(instance["status"] == "completed")
            #expect(instance["parent_id"] == called["id"])
            #expect(instance["trigger_type"] == "manual")
            let audited = try await fixture.test.send(
                .get, "/companies/\(fixture.tenant.company)/audit?action=execution.trigger",
                token: fixture.tenant.token(.admin))
            #expect(try audited.data.arrayValue?.count == 2)
            #expect(!audited.text.contains("Ann"))
        }
    }

    @Test func whatCannotBeRunIsRefused() async throws {
        try await ExecutionFixture.with { fixture in
            let unknown = try await trigger(fixture, ["workflow": "ordr", "action": "pay"])
            #expect(unknown.status == 422)
            #expect(
                try unknown.json["detail"] == "There is no workflow \"ordr\"; did you mean \"order\"?.")
            let action = try await trigger(fixture, ["workflow": "order", "action": "eat"])
            #expect(action.status == 422)
            #expect(try action.problem == "not-runnable")
            let nothing = try await trigger(fixture, [:])
            #expect(nothing.status == 422)
            #expect(try nothing.json["detail"] == "Say which part is to be run, as \"workflow\".")
            #expect(OpenAPIDocument.problem.problems(with: try nothing.json) == [])
            _ = try await fixture.workflow.send(.post, "/stop", as: .admin)
            let stopped = try await trigger(fixture, ["workflow": "order", "action": "pay"])
            #expect(stopped.status == 409)
            #expect(try stopped.problem == "not-running")
            #expect(try await fixture.list().isEmpty)
        }
    }

    @Test(arguments: TestDatabase.allCases)
    func aCancellationReallyStopsWhatRuns(database: TestDatabase) async throws {
        try await ExecutionFixture.with(database) { fixture in
            fixture.upstream.state.withLock { $0.held = ["/first"] }
            let manual = try id(await trigger(fixture, ["workflow": "integration", "action": "integration"]))
            async let answer = fixture.post("/sync", ["name": "a"])
            try await until { fixture.upstream.requests.count == 2 }
            try await until { try await fixture.list("status=running").count == 2 }
            for execution in try await fixture.list("status=running") {
                let id = try #require(execution["id"]?.stringValue)
                #expect(try await fixture.send(.post, execution: id, "/cancel", as: .editor).status == 403)
                #expect(try await fixture.send(.post, execution: id, "/cancel").status == 200)
                let ended = try await fixture.ended(id: id)
                #expect(ended["status"] == "cancelled")
                #expect(ended["error_message"] == "The run was cancelled.")
                #expect(try await fixture.steps(ended).map { $0["status"] } == ["failed"])
                let again = try await fixture.send(.post, execution: id, "/cancel")
                #expect(again.status == 409)
                #expect(try again.json["detail"] == "The execution has ended: it is cancelled.")
            }
            // The second step was never begun, and whoever waited has an answer.
            #expect(fixture.upstream.requests == ["/first", "/first"])
            #expect(try await answer.status == 500)
            #expect(try await fixture.show(manual)["trigger_type"] == "manual")
        }
    }

    @Test func anInstanceIsNotCancelled() async throws {
        try await ExecutionFixture.with { fixture in
            _ = try await fixture.post("/orders", ["id": "o1"])
            try await until { try await fixture.list("kind=instance").count == 1 }
            let id = try #require(try await fixture.list("kind=instance").first?["id"]?.stringValue)
            let answer = try await fixture.send(.post, execution: id, "/cancel")
            #expect(answer.status == 409)
            #expect(try answer.problem == "not-cancellable")
            let retry = try await fixture.send(.post, execution: id, "/retry")
            #expect(try retry.problem == "not-repeatable")
        }
    }

    @Test(arguments: TestDatabase.allCases)
    func aRunIsRepeatedAndTakenUpAtAStep(database: TestDatabase) async throws {
        try await ExecutionFixture.with(database) { fixture in
            fixture.upstream.state.withLock { $0.failures = ["/second"] }
            _ = try await fixture.post("/sync", ["name": "Ann"])
            let failed = try await fixture.ended("kind=call")
            let id = try #require(failed["id"]?.stringValue)
            let retried = try await fixture.send(.post, execution: id, "/retry", as: .editor)
            #expect(retried.status == 201, "\(retried.text)")
            #expect(try retried.data["origin_id"] == .string(id))
            #expect(try await fixture.ended(id: try self.id(retried))["status"] == "failed")
            #expect(fixture.upstream.requests == ["/first", "/second", "/first", "/second"])

            fixture.upstream.state.withLock { $0.failures = [] }
            let replayed = try await fixture.send(.post, execution: id, "/replay", as: .editor, [:])
            #expect(replayed.status == 201, "\(replayed.text)")
            let done = try await fixture.ended(id: try self.id(replayed))
            #expect(done["status"] == "completed")
            #expect(done["origin_step"] == "second")
            #expect(done["output_data"]?["results"]?["first"]?["number"] == 7)
            #expect(try await fixture.steps(done).map { $0["step_name"] } == ["second"])
            #expect(fixture.upstream.requests.suffix(1) == ["/second"])
            #expect(fixture.upstream.requests.count == 5)

            let wrong = try await fixture.send(.post, execution: id, "/replay", ["from_step": "secnd"])
            #expect(wrong.status == 422)
            #expect(try wrong.problem == "no-such-step")
        }
    }

    @Test func whatIsNotCompleteOnRecordIsNotRepeated() async throws {
        try await ExecutionFixture.with { fixture in
            _ = try await fixture.post("/sync", ["password": "p"])
            let secret = try #require(try await fixture.ended("kind=call")["id"]?.stringValue)
            let retry = try await fixture.send(.post, execution: secret, "/retry")
            #expect(retry.status == 409)
            #expect(
                try retry.json["detail"] == """
                    The input of the execution is redacted on record; trigger the workflow with all of it.
                    """)
            fixture.upstream.state.withLock {
                $0.answer = ["number": 1, "text": .string(String(repeating: "x", count: 40_000))]
            }
            let large = try id(await trigger(fixture, ["workflow": "integration", "action": "integration"]))
            let ended = try await fixture.ended(id: large)
            #expect(ended["output_data_state"] == "truncated")
            let replay = try await fixture.send(.post, execution: large, "/replay", ["from_step": "second"])
            #expect(replay.status == 409)
            #expect(try replay.problem == "incomplete-record")
            // The first step needs no result.
            #expect(try await fixture.send(.post, execution: large, "/replay", ["from_step": "first"]).status == 201)
        }
    }
}
