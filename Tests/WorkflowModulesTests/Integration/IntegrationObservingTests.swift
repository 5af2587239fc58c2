import Synchronization
import Testing
import WorkflowCore
import WorkflowTesting

@testable import WorkflowModules

/// What those who look on hear of integrations, and what they can do about them.
@Suite struct IntegrationObservingTests {
    private static let steps = [
        "{name: first, connector: api, action: GET /first}",
        "{name: second, connector: api, action: GET /second, input: {of: '${first.id}'}}",
    ]

    private final class Heard: Sendable {
        let lines = Mutex<[String]>([])

        func hear(_ activity: EngineActivity) {
            let line: String
            switch activity {
            case .called(let call): line = "called \(call.call.action) by \(call.call.trigger)"
            case .returned(_, .success): line = "returned"
            case .returned(_, .failure(let error)): line = "threw \(error)"
            case .step(let step):
                let input = step.input.map { " \($0.jsonString())" } ?? ""
                line = "\(step.name) \(step.status)\(input)\(step.output == nil ? "" : " with a result")"
            default: return
            }
            lines.withLock { $0.append(line) }
        }
    }

    private func run(
        _ body: (IntegrationApplication, Heard) async throws -> Void,
        answer: @escaping @Sendable (LoopbackServer.Request) -> LoopbackServer.Answer = { _ in
            .init(body: Array(#"{"id":7}"#.utf8))
        }
    ) async throws {
        try await LoopbackServer.run(answer) { server in
            let yaml = IntegrationApplication.yaml("\(server.url)/v1/", Self.steps)
            try await IntegrationApplication.run(yaml) { app in
                let heard = Heard()
                app.engine.environment.traces.watch { heard.hear($0) }
                try await body(app, heard)
            }
        }
    }

    private let call = WorkflowCall(workflow: "integration", action: "integration", data: [:])

    @Test func everyStepIsTold() async throws {
        try await run { app, heard in
            let scope = ExecutionScope(id: "mine")
            let result = try await app.engine.invoke(call, as: scope)
            #expect(result["executionId"] == "mine")
            #expect(
                heard.lines.withLock { $0 } == [
                    "called integration by program", "first running", "first completed with a result",
                    "second running", "second completed {\"of\":7} with a result", "returned",
                ])
        }
    }

    @Test func aRunIsTakenUpAtAStep() async throws {
        try await run { app, heard in
            var call = call
            call.resumption = WorkflowCall.Resumption(step: "second", results: ["first": ["id": 3]])
            let result = try await app.engine.invoke(call)
            #expect(result["results"]?["first"] == ["id": 3])
            #expect(heard.lines.withLock { $0 }.contains("second completed {\"of\":3} with a result"))
            call.resumption = WorkflowCall.Resumption(step: "secnd", results: [:])
            let refused = await #expect(throws: WorkflowError.self) { try await app.engine.invoke(call) }
            #expect(refused?.code == .invalidInput)
            #expect(refused?.message.hasPrefix("The integration \"integration\" has no step \"secnd\"") == true)
        }
    }

    @Test func aRunThatIsCancelledBeginsNoStep() async throws {
        try await run { app, heard in
            let scope = ExecutionScope(id: "mine")
            #expect(!scope.canBeCancelled)
            scope.cancel()
            await #expect(throws: IntegrationFailure.self) { try await app.engine.invoke(call, as: scope) }
            let last = heard.lines.withLock { $0.last }
            #expect(last == "threw The run was cancelled.")
            #expect(scope.canBeCancelled)
        }
    }
}
