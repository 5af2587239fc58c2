import Synchronization
import Testing
import WorkflowCore
import WorkflowTesting

@testable import WorkflowModules

@Suite struct IntegrationFlowTests {
    /// Answers with the status that the path names, such as `/503`.
    private static let statusOfPath: @Sendable (LoopbackServer.Request) -> LoopbackServer.Answer = { request in
        .init(status: Int(request.path.dropFirst()) ?? 200, body: Array("{}".utf8))
    }

    private func paths(_ steps: [String]) async throws -> (paths: [String], results: JSONValue?) {
        try await LoopbackServer.run(Self.statusOfPath) { server in
            try await IntegrationApplication.run(IntegrationApplication.yaml(server.url, steps)) { app in
                var results: JSONValue?
                do {
                    results = try await app.execute()
                } catch is IntegrationFailure {
                    results = nil
                }
                return (server.requests.map(\.path), results)
            }
        }
    }

    @Test func aFailureEndsTheRunUnlessItIsHandled() async throws {
        let (paths, results) = try await paths([
            "{name: a, connector: api, action: GET /500}", "{name: b, connector: api, action: GET /200}",
        ])
        #expect(paths == ["/500"])
        #expect(results == nil)
    }

    @Test func aHandledFailureIsStoredAndTheNextStepRuns() async throws {
        let (paths, results) = try await paths([
            "{name: a-1, connector: api, action: GET /404, onError: note-it}",
            "{name: b, connector: api, action: GET /200, input: {why: '${a-1_error}'}, onSuccess: done}",
        ])
        #expect(paths.count == 2)
        #expect(paths.last?.hasPrefix("/200?why=http%3A%2F%2F127.0.0.1") == true)
        #expect(results?["a-1"] == nil)
        #expect(results?["a-1_error"]?.stringValue?.hasSuffix("answers with status 404.") == true)
        #expect(results?["b"] == ["statusCode": 200])
    }

    @Test func onErrorAndOnSuccessLeadToOtherStepsOrToTheEnd() async throws {
        let (paths, results) = try await paths([
            "{name: a, connector: api, action: GET /500, onError: d}",
            "{name: b, connector: api, action: GET /201}",
            "{name: c, connector: api, action: GET /202, onSuccess: end}",
            "{name: d, connector: api, action: GET /203, onSuccess: c}",
        ])
        #expect(paths == ["/500", "/203", "/202"])
        #expect(results?.objectValue?.keys == ["a_error", "d", "c"])
    }

    @Test func aCircleOfStepsEnds() async throws {
        var flow = IntegrationFlow(count: 2)
        var action = flow.begin()
        var count = 0
        while case .run(let index) = action {
            count += 1
            action = flow.follow(.step(1 - index))
        }
        #expect(action == .giveUp)
        #expect(count == IntegrationFlow.longestRun)
    }

    @Test func aStepIsTriedAgainAfterItsDelayWithTheSameKey() async throws {
        let clock = TestClock()
        let answers = LoopbackServer.answers([.init(status: 503), .init(status: 500), .init(body: Array("{}".utf8))])
        try await LoopbackServer.run(answers) { server in
            let step = "{name: a, connector: api, action: POST /, input: {n: 1}, retryCount: 2, retryDelay: 500ms}"
            try await IntegrationApplication.run(IntegrationApplication.yaml(server.url, [step]), clock: clock) { app in
                async let results = app.execute()
                for attempt in 1...2 {
                    let due = clock.now.advanced(by: .milliseconds(500))
                    try await waitUntil("attempt \(attempt) has failed") { clock.nextDeadline == due }
                    #expect(server.requests.count == attempt)
                    clock.advance(by: .milliseconds(500))
                }
                #expect(try await results == ["a": ["statusCode": 200]])
                #expect(Set(server.requests.map { $0["idempotency-key"] }).count == 1)
                let record = try #require(try await app.executions().first)
                #expect(record["steps"]?[0]?["attempts"] == 3)
                #expect(record["steps"]?[0]?["durationMs"] == 1000)
            }
        }
    }

    @Test func plainDelaysAreSecondsAndOneSecondIsTheDefault() async throws {
        for (delay, wait) in [
            ("retryDelay: 2", Duration.seconds(2)), ("retryDelay: 1.5s", .milliseconds(1500)), ("", .seconds(1)),
        ] {
            let clock = TestClock()
            let answers = LoopbackServer.answers([.init(status: 500), .init(status: 200)])
            try await LoopbackServer.run(answers) { server in
                let step = "{name: a, connector: api, action: GET /, retryCount: 1, \(delay)}"
                try await IntegrationApplication.run(IntegrationApplication.yaml(server.url, [step]), clock: clock) {
                    app in
                    async let results = app.execute()
                    let due = clock.now.advanced(by: wait)
                    try await waitUntil("the first attempt has failed") { clock.nextDeadline == due }
                    clock.advance(by: wait)
                    #expect(try await results["a"]?["statusCode"] == 200)
                }
            }
        }
    }

    @Test func eachStepIsAnEventOfItsOwn() async throws {
        try await LoopbackServer.run(Self.statusOfPath) { server in
            let steps = [
                "{name: a, connector: api, action: GET /200}",
                "{name: b, connector: api, action: GET /404, onError: end}",
            ]
            let events = Mutex<[LifecycleEvent]>([])
            let configuration = try ApplicationConfiguration(yaml: IntegrationApplication.yaml(server.url, steps))
            let engine = WorkflowEngine(
                configuration: configuration, registry: IntegrationApplication.registry,
                environment: EngineEnvironment(logger: .quiet),
                onLifecycleEvent: { event in events.withLock { $0.append(event) } })
            try await engine.start()
            try await engine.invoke("integration", action: "integration")
            await engine.stop()
            let all = events.withLock { $0 }
            #expect(
                all.map(\.topic) == [
                    "workflow.integration.started", "workflow.integration.step.a.started",
                    "workflow.integration.step.a.completed", "workflow.integration.step.b.started",
                    "workflow.integration.step.b.failed", "workflow.integration.completed",
                ])
            #expect(all[4].payload["stepName"] == "b")
            #expect(all[4].payload["connector"] == "api")
            #expect(all[4].payload["duration"] != nil && all[4].error?.contains("404") == true)
        }
    }

    @Test func callsOfAConnectorAreCounted() async throws {
        try await LoopbackServer.run(Self.statusOfPath) { server in
            let steps = [
                "{name: a, connector: api, action: GET /200}",
                "{name: b, connector: api, action: GET /404, retryCount: 1, retryDelay: 0, onError: end}",
            ]
            try await IntegrationApplication.run(IntegrationApplication.yaml(server.url, steps)) { app in
                try await app.execute()
                let metrics = app.engine.environment.metrics
                #expect(metrics.connectorRequests.with("api", "success").value == 1)
                #expect(metrics.connectorRequests.with("api", "failure").value == 2)
                #expect(metrics.workflowExecutions.with("integration", "integration", "success").value == 1)
            }
        }
    }
}
