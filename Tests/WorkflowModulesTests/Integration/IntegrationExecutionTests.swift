import HTTPTypes
import Testing
import WorkflowCore
import WorkflowTesting

@testable import WorkflowModules

@Suite struct IntegrationExecutionTests {
    private static let steps = [
        "{name: a, connector: api, action: GET /a, input: {card: '${data.card}'}}",
        "{name: b, connector: api, action: GET /b, onError: end}",
    ]

    private func yaml(_ url: String, _ registry: String = "expose: true") -> String {
        IntegrationApplication.yaml(
            url, Self.steps, settings: "authType: bearer, token: hidden-token", registry: registry)
    }

    private static let secondFails: @Sendable (LoopbackServer.Request) -> LoopbackServer.Answer = { request in
        .init(status: request.path.hasPrefix("/a") ? 200 : 418, body: Array(#"{"secret":"hidden-answer"}"#.utf8))
    }

    @Test func aRequestRunsAnIntegrationAndItsRecordCanBeRead() async throws {
        try await LoopbackServer.run(Self.secondFails) { server in
            try await IntegrationApplication.run(yaml(server.url)) { app in
                let base = "/api/integrations/integration"
                let (status, answer) = try await app.send(.post, "\(base)/execute", #"{"card":"hidden-card"}"#)
                #expect(status == 200)
                #expect(answer["status"] == "completed")
                #expect(answer["results"]?["a"]?["secret"] == "hidden-answer")
                let id = try #require(answer["executionId"]?.stringValue)
                let (_, list) = try await app.send(.get, "\(base)/executions?limit=5")
                let (_, record) = try await app.send(.get, "\(base)/executions/\(id)")
                #expect(list["executions"] == [record])
                #expect(record["id"]?.stringValue == id)
                #expect(record["workflow"] == "integration")
                #expect(record["status"] == "completed")
                #expect(record["finishedAt"]?.stringValue?.hasSuffix("Z") == true)
                let steps = try #require(record["steps"]?.arrayValue)
                #expect(steps.map { $0["name"] } == ["a", "b"])
                #expect(steps.map { $0["status"] } == ["completed", "failed"])
                #expect(steps.map { $0["attempts"] } == [1, 1])
                #expect(steps[1]["error"]?.stringValue?.hasSuffix("answers with status 418.") == true)
                #expect(!record.jsonString().contains("hidden"))
                let (_, integrations) = try await app.send(.get, "/api/integrations")
                #expect(integrations == ["integrations": [["name": "integration", "steps": ["a", "b"]]]])
            }
        }
    }

    @Test func aRunThatFailsIsAnsweredWithItsRecord() async throws {
        try await LoopbackServer.run({ _ in .init(status: 500) }) { server in
            try await IntegrationApplication.run(yaml(server.url)) { app in
                let (status, answer) = try await app.send(.post, "/api/integrations/integration/execute")
                #expect(status == 502)
                #expect(answer["step"] == "a")
                #expect(answer["status"] == "failed")
                #expect(answer["error"]?.stringValue?.hasPrefix("The step \"a\" failed: ") == true)
                #expect(try await app.executions().map { $0["id"] } == [answer["executionId"]])
            }
        }
    }

    @Test(arguments: [
        (IntegrationCall.post("none", "{}"), 404, "there is no integration \"none\""),
        (.post("integration", "{"), 400, "the body must be a JSON object"),
        (.post("integration", "[]"), 400, "the body must be a JSON object"),
        (.get("integration/executions/x"), 404, "there is no execution \"x\" of \"integration\""),
        (.get("integration/executions?limit=0"), 400, "limit must be a number from 1 to 10000"),
    ])
    func wrongRequestsAreRefused(call: IntegrationCall, status: Int, error: String) async throws {
        try await IntegrationApplication.run(yaml("http://127.0.0.1:9")) { app in
            let answer =
                switch call {
                case .post(let name, let body): try await app.send(.post, "/api/integrations/\(name)/execute", body)
                case .get(let path): try await app.send(.get, "/api/integrations/\(path)")
                }
            #expect(answer.status == status)
            #expect(answer.json["error"]?.stringValue == error)
            #expect(try await app.executions().isEmpty)
        }
    }

    enum IntegrationCall: Sendable {
        case post(String, String), get(String)
    }

    @Test func routesAreAddedOnRequestAndStayBehindTheirMiddlewares() async throws {
        let plain = try await IntegrationApplication.run(yaml("http://127.0.0.1:9", "")) { app in
            try app.engine.service(RoutesModule.self, named: "router").patterns
        }
        #expect(plain.isEmpty)
        try await IntegrationApplication.run(yaml("http://127.0.0.1:9", "expose: true, middlewares: [guard]")) { app in
            let list = try await app.send(.get, "/api/integrations")
            #expect(list.status == 401)
            let run = try await app.send(.post, "/api/integrations/integration/execute", "{}")
            #expect(run.status == 401)
            let allowed = try await app.send(.get, "/api/integrations", token: "letmein")
            #expect(allowed.status == 200)
        }
        let issues = try await IntegrationApplication.issues(yaml("http://a.example", "middlewares: [guard]"))
        #expect(
            issues == [
                "app.yaml:2:76: error: modules[0].config.middlewares: middlewares are for the routes that expose: true adds\n    hint: add expose: true, or name the middlewares where the routes are"
            ])
    }

    @Test func recordsSurviveARestartAndTheOldestAreForgotten() async throws {
        let store = InMemoryStateStore()
        let unfinished: JSONValue = [
            "id": "0", "workflow": "integration", "status": "running", "startedAt": "2026-01-05T09:00:00Z",
        ]
        try await store.commit(
            StoreTransaction([
                .setValue(
                    namespace: "workflow.integrations", key: "integration/0", value: unfinished, expiresAt: nil)
            ]))
        try await LoopbackServer.run { server in
            let yaml = yaml(server.url, "keptExecutions: 2")
            let first = try await IntegrationApplication.run(yaml, store: store) { app in
                let found = try await app.executions()
                #expect(found.map { $0["status"] } == ["interrupted"])
                #expect(found.first?["error"] == "The program ended while it ran.")
                for _ in 0..<3 { try await app.execute() }
                return try await app.executions()
            }
            #expect(first.count == 2)
            let second = try await IntegrationApplication.run(yaml, store: store) { try await $0.executions() }
            #expect(second == first)
            let stored = try await store.values(
                namespace: "workflow.integrations", prefix: "", limit: 10, now: .systemNow())
            #expect(stored.count == 2)
        }
    }

    @Test func aStopCutsOffWhatTakesTooLongAndTheRecordSaysSo() async throws {
        let clock = TestClock()
        let store = InMemoryStateStore()
        try await LoopbackServer.run({ _ in .init(status: 500) }) { server in
            let step = "{name: a, connector: api, action: GET /, retryCount: 9}"
            let yaml = IntegrationApplication.yaml(server.url, [step])
            let run = try await IntegrationApplication.run(
                yaml, clock: clock, store: store, drainDeadline: .zero
            ) { app in
                let run = Task { try await app.execute() }
                try await waitUntil("the first attempt has failed") {
                    clock.nextDeadline == clock.now.advanced(by: .seconds(1))
                }
                return run
            }
            let error = await #expect(throws: IntegrationFailure.self) { try await run.value }
            #expect(error?.description == "The run was cut off because the engine stops.")
            let stored = try await store.values(
                namespace: "workflow.integrations", prefix: "", limit: 10, now: clock.now)
            #expect(stored.map { $0.value["status"] } == ["interrupted"])
            #expect(stored.first?.value["steps"]?[0]?["status"] == "interrupted")
        }
    }

    @Test func aRunThatGoesOnShowsTheStepsThatItHasMade() async throws {
        let clock = TestClock()
        let answers = LoopbackServer.answers([.init(status: 200), .init(status: 500), .init(status: 200)])
        try await LoopbackServer.run(answers) { server in
            let steps = [
                "{name: a, connector: api, action: GET /}",
                "{name: b, connector: api, action: GET /, retryCount: 1, retryDelay: 1s}",
            ]
            let yaml = IntegrationApplication.yaml(server.url, steps, registry: "expose: true")
            try await IntegrationApplication.run(yaml, clock: clock) { app in
                async let run = app.execute()
                try await waitUntil("the second step is tried again") {
                    clock.nextDeadline == clock.now.advanced(by: .seconds(1))
                }
                let listed = try #require(try await app.executions().first)
                let id = try #require(listed["id"]?.stringValue)
                let shown = try await app.send(.get, "/api/integrations/integration/executions/\(id)").json
                #expect(shown["status"] == "running")
                #expect(shown["steps"]?[0]?["name"] == "a")
                #expect(shown == listed)
                clock.advance(by: .seconds(1))
                _ = try await run
            }
        }
    }

    @Test func aClientThatGoesAwayLeavesNothingHalfDone() async throws {
        let gate = TestGate()
        let clock = TestClock()
        let answers = LoopbackServer.answers([.init(status: 500), .init(status: 200)])
        try await LoopbackServer.run(answers) { server in
            let step = "{name: a, connector: api, action: GET /, retryCount: 1, retryDelay: 1s}"
            try await IntegrationApplication.run(IntegrationApplication.yaml(server.url, [step]), clock: clock) { app in
                let client = Task {
                    _ = try await app.execute()
                    gate.open()
                }
                try await waitUntil("the first attempt has failed") {
                    clock.nextDeadline == clock.now.advanced(by: .seconds(1))
                }
                client.cancel()
                clock.advance(by: .seconds(1))
                try await gate.wait()
                #expect(try await app.executions().map { $0["status"] } == ["completed"])
            }
        }
    }

    @Test func onlySoManyRunsGoOnAtOnce() async throws {
        let clock = TestClock()
        let answers = LoopbackServer.answers([.init(status: 500), .init(status: 200)])
        try await LoopbackServer.run(answers) { server in
            let step = "{name: a, connector: api, action: GET /, retryCount: 1, retryDelay: 1s}"
            let yaml = IntegrationApplication.yaml(
                server.url, [step], registry: "maxConcurrentRuns: 1, expose: true")
            try await IntegrationApplication.run(yaml, clock: clock) { app in
                async let first = app.execute()
                try await waitUntil("the first attempt has failed") {
                    clock.nextDeadline == clock.now.advanced(by: .seconds(1))
                }
                let (status, answer) = try await app.send(.post, "/api/integrations/integration/execute", "{}")
                #expect(status == 503)
                #expect(
                    answer["error"] == "1 integrations run already, as many as maxConcurrentRuns allows.")
                clock.advance(by: .seconds(1))
                _ = try await first
            }
        }
    }

    @Test func theRegistryIsAComponentThatJobsCanRun() async throws {
        try await LoopbackServer.run { server in
            let yaml = IntegrationApplication.yaml(server.url, Self.steps)
            try await IntegrationApplication.run(yaml) { app in
                let component = try app.engine.service((any ExecutableComponent).self, named: "integrations")
                #expect(try await component.execute(["card": 1])["success"] == true)
                #expect(try await component.execute(["integration": "integration"])["workflow"] == "integration")
                await #expect(throws: WorkflowError.self) { try await component.execute(["integration": "none"]) }
                #expect(try await app.engine.invoke("integration", action: "integrations")["success"] == true)
                #expect(server.requests.first?.path == "/a?card=1")
                #expect(
                    JobTarget(named: "integrations", in: try #require(app.engine.runningGeneration).services) != nil)
            }
        }
    }

    @Test func nothingIsLeftOfAnApplicationThatHasStopped() async throws {
        weak var registry: IntegrationRegistryModule?
        try await LoopbackServer.run { server in
            try await IntegrationApplication.run(yaml(server.url)) { app in
                registry = try app.engine.service(IntegrationRegistryModule.self, named: "integrations")
                _ = try await app.send(.post, "/api/integrations/integration/execute", #"{"card":1}"#)
                #expect(registry != nil)
            }
        }
        #expect(registry == nil)
    }
}
