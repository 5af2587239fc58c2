import Testing
import WorkflowCore
import WorkflowTesting

@testable import WorkflowModules

@Suite struct TracePropagationTests {
    private static let modules = """
          - {name: machines, type: statemachine.engine}
          - {name: events, type: messaging.broker}
          - {name: work, type: test.step}
          - {name: hook, type: webhook.sender, config: {url: 'URL/hooks', maxRetries: 1, retryBackoff: 1ms}}
        """

    private static let machine = """
        workflows:
          statemachine:
            definitions:
              - name: order
                initialState: new
                states: {new: , working: , done: {isFinal: true}}
                transitions:
                  begin: {fromState: new, toState: working}
                  finish: {fromState: working, toState: done}
            hooks:
              - {workflowType: order, transitions: [begin], handler: work}
        """

    private static let subscription = """

          messaging:
            subscriptions: [{topic: order.done, handler: hook}]
        """

    @Test func aTraceGoesFromTheRequestToTheOutsideWorld() async throws {
        let count = TestCounter()
        let answer: @Sendable (LoopbackServer.Request) -> LoopbackServer.Answer = { request in
            .init(status: request.path == "/hooks" && count.increment() == 1 ? 503 : 200)
        }
        try await TracedApplication.run(
            modules: Self.modules, workflows: Self.machine + Self.subscription, answer: answer
        ) { app in
            try await app.traces.span("request") { _ in
                _ = try await app.engine.invoke("order", action: "begin", data: ["id": "o1"])
            }
            try await waitUntil("both attempts are traced") { app.server.spans.count { $0.name == "POST" } == 2 }
            let request = try await app.server.span("request")
            let begin = try await app.server.span("transition begin")
            let step = try await app.server.span("work.execute")
            let finish = try await app.server.span("transition finish")
            let publish = try await app.server.span("publish order.done")
            let process = try await app.server.span("process order.done")
            let handle = try await app.server.span("hook.handle")
            let posts = app.server.spans.filter { $0.name == "POST" }
            let chain = [request, begin, step]
            for (parent, child) in zip(chain, chain.dropFirst()) {
                #expect(child.parentID == parent.spanID, "\(child.name)")
            }
            #expect(Set(app.server.spans.map(\.traceID)) == [request.traceID])
            for (parent, child) in [(finish, publish), (publish, process), (process, handle)] {
                #expect(child.parentID == parent.spanID, "\(child.name)")
            }
            #expect([request, begin, step, publish, process].map(\.kind) == [1, 1, 1, 4, 5])
            #expect(begin.attributes["workflow.instance.id"] == "o1")
            #expect(begin.attributes["workflow.state.to"] == "working")
            #expect(process.attributes["messaging.destination.name"] == "order.done")
            #expect(process.attributes["messaging.operation.type"] == "process")
            #expect(process.attributes["messaging.message.id"] == publish.attributes["messaging.message.id"])
            // Each attempt is a span of its own, and its request carries that span.
            #expect(posts.allSatisfy { $0.kind == 3 && $0.parentID == handle.spanID })
            #expect(posts.map { $0.attributes["http.response.status_code"] } == ["503", "200"])
            #expect(posts.map { $0.attributes["http.request.resend_count"] } == [nil, "1"])
            #expect(posts.first?.json["status"]?["code"] == 2)
            let sent = app.server.requests.filter { $0.path == "/hooks" }.map { $0["traceparent"] }
            #expect(sent == posts.map { "00-\($0.traceID)-\($0.spanID)-01" })
        }
    }

    @Test func aTraceGoesOnAfterARestart() async throws {
        let store = InMemoryStateStore()
        var origin = ""
        let modules = """
              - {name: machines, type: statemachine.engine}
              - {name: work, type: test.step, config: {hangs: true}}
            """
        var environment = EngineEnvironment(logger: .quiet, defaultStore: store)
        environment.drainDeadline = .zero
        try await TracedApplication.run(modules: modules, workflows: Self.machine, environment: environment) { app in
            try await app.traces.span("request") { _ in
                origin = app.traces.current
                _ = try await app.engine.invoke("order", action: "begin", data: ["id": "o1"])
            }
            let step = try app.engine.service(TracedStepModule.self, named: "work")
            try await waitUntil("the step runs") { step.runs.value == 1 }
        }
        let again = modules.replacing("hangs: true", with: "hangs: false")
        try await TracedApplication.run(
            modules: again, workflows: Self.machine,
            environment: EngineEnvironment(logger: .quiet, defaultStore: store)
        ) { app in
            let step = try await app.server.span("work.execute")
            #expect(step.traceID == origin.split(separator: "-")[1])
            #expect(step.parentID != "")
            // The parent is a span of another run.
            #expect(step.json["flags"] == 0x301)
            let finish = try await app.server.span("transition finish")
            #expect(finish.traceID == step.traceID)
        }
    }

    @Test func scheduledRunsAreTracesOfTheirOwn() async throws {
        let modules = """
              - {name: seen, type: test.recorder}
              - {name: seconds, type: scheduler.cron, config: {cronExpression: '* * * * * *'}}
            """
        let workflows = "workflows: {scheduler: {jobs: [{scheduler: seconds, job: seen}]}}"
        try await TracedApplication.run(modules: modules, workflows: workflows) { app in
            @Sendable func spans(_ name: String) -> [CollectedSpan] { app.server.spans.filter { $0.name == name } }
            try await waitUntil("two runs are traced") { spans("schedule seconds:seen").count >= 2 }
            let runs = spans("schedule seconds:seen")
            #expect(Set(runs.map(\.traceID)).count == runs.count)
            #expect(runs.allSatisfy { $0.parentID == "" })
            #expect(runs.first?.attributes["workflow.job"] == "seconds:seen")
            // What a run contains ends before it, and is sent before it.
            #expect(spans("seen.run").first?.parentID == runs.first?.spanID)
        }
    }

    @Test func aMessageWithoutATraceBeginsOne() async throws {
        let modules = "  - {name: events, type: messaging.broker}\n  - {name: seen, type: test.recorder}"
        let workflows = "workflows: {messaging: {subscriptions: [{topic: 'a.*', handler: seen}]}}"
        try await TracedApplication.run(modules: modules, workflows: workflows) { app in
            let broker = try app.engine.service(GenerationBroker.self, named: "events")
            let now = app.environment.clock.now
            try await broker.publish(Message(id: "1", topic: "a.b", payload: 1, timestamp: now))
            let parent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01 s=1"
            try await broker.publish(Message(id: "2", topic: "a.c", payload: 1, timestamp: now, trace: parent))
            let first = try await app.server.span("process a.b")
            #expect(first.parentID == "")
            let second = try await app.server.span("process a.c")
            #expect(second.traceID == "0af7651916cd43dd8448eb211c80319c")
            #expect(second.json["traceState"] == "s=1")
            #expect(second.traceID != first.traceID)
        }
    }
}
