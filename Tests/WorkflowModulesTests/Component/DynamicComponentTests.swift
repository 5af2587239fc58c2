import Synchronization
import Testing
import WorkflowCore
import WorkflowTesting

@testable import WorkflowModules

@Suite struct DynamicComponentTests {
    private static func yaml(_ allow: String = "") -> String {
        """
        modules:
          - {name: machines, type: statemachine.engine}
          - {name: events, type: messaging.broker}
          - {name: listener, type: test.recorder}
          - name: tool
            type: dynamic.component
            config:
              source: first.js
        \(allow)
        workflows:
          messaging:
            subscriptions: [{topic: tool.>, handler: listener}]
          statemachine:
            definitions:
              - name: order
                initialState: new
                states: {new: , done: {isFinal: true}}
                transitions: {finish: {fromState: new, toState: done}}
              - name: secret
                initialState: new
                states: {new: , done: }
                transitions: {finish: {fromState: new, toState: done}}
        """
    }

    /// A script that passes its input to the host: `{function, arguments}`.
    private static let caller = FakeScript(execute: { input, host in
        try await host.call(
            input["function"]?.stringValue ?? "", arguments: input["arguments"]?.arrayValue ?? [])
    })

    private static func options(_ scripts: [String: FakeScript] = ["first": caller]) -> TestApplication.Options {
        var options = TestApplication.Options()
        options.scripts = scripts
        return options
    }

    @Test(
        arguments: [
            ("publish", ["tool.done", [:]], "publish"), ("kv.get", ["a"], "kv"), ("kv.set", ["a", 1], "kv"),
            ("kv.delete", ["a"], "kv"), ("resource.get", ["orders", "1"], "resources"),
            ("transition", ["o1", "finish"], "transitions"), ("fetch", ["https://example.com/"], "http"),
        ] as [(String, JSONValue, String)])
    func whatIsNotGrantedIsRefusedWithTheKeyThatGrantsIt(
        function: String, arguments: JSONValue, key: String
    ) async throws {
        try await TestApplication.run(Self.yaml(), Self.options()) { app in
            let error = await #expect(throws: WorkflowError.self) {
                try await app.component("tool").execute(["function": .string(function), "arguments": arguments])
            }
            #expect(error?.code == .forbidden)
            #expect(error?.message.contains("\"tool\"") == true)
            #expect(error?.message.contains("allow.\(key)") == true, "\(String(describing: error))")
        }
    }

    @Test(
        arguments: [
            ("publish", ["other.topic", [:]]), ("resource.get", ["users", "1"]), ("transition", ["s1", "finish"]),
            ("fetch", ["https://other.example/"]), ("fetch", ["https://api.example:8443/"]),
        ] as [(String, JSONValue)])
    func aGrantReachesNoFurtherThanItSays(function: String, arguments: JSONValue) async throws {
        let allow = "      allow: {publish: [tool.*], resources: [orders], transitions: [order], http: [api.example]}"
        try await TestApplication.run(Self.yaml(allow), Self.options()) { app in
            _ = try await app.machine().create("secret", id: "s1", data: [:])
            let error = await #expect(throws: WorkflowError.self) {
                try await app.component("tool").execute(["function": .string(function), "arguments": arguments])
            }
            #expect(error?.code == .forbidden)
        }
    }

    @Test func grantedCallsWork() async throws {
        let allow = "      allow: {publish: [tool.*], kv: true, resources: [orders], transitions: [order]}"
        let store = InMemoryStateStore()
        let now = Timestamp(seconds: 1)
        let order = Resource(type: "orders", id: "1", data: ["total": 5], state: "new", createdAt: now, updatedAt: now)
        try await store.commit(StoreTransaction([.createResource(order)]))
        var options = Self.options()
        options.store = store
        try await TestApplication.run(Self.yaml(allow), options) { app in
            let tool = try app.component("tool")
            func call(_ function: String, _ arguments: JSONValue...) async throws -> JSONValue {
                try await tool.execute(["function": .string(function), "arguments": .array(arguments)])
            }
            #expect(try await call("kv.get", "a") == nil)
            #expect(try await call("kv.set", "a", ["n": 1]) == nil)
            #expect(try await call("kv.get", "a") == ["n": 1])
            #expect(try await store.value(namespace: "component:tool", key: "a", now: now) == ["n": 1])
            #expect(try await call("kv.delete", "a") == nil)
            #expect(try await call("kv.get", "a") == nil)

            #expect(try await call("publish", "tool.done", ["id": "7"]) == nil)
            let message = try #require(try await app.recorder("listener").waitForMessages(1).first)
            #expect(message.topic == "tool.done")
            #expect(message.payload == ["id": "7"])
            #expect(message.key == "7")

            let found = try await call("resource.get", "orders", "1")
            #expect(found == ["id": "1", "type": "orders", "state": "new", "data": ["total": 5]])
            #expect(try await call("resource.get", "orders", "2") == nil)

            _ = try await app.machine().create("order", id: "o1", data: [:])
            let moved = try await call("transition", "o1", "finish", ["by": "tool"])
            #expect(moved["currentState"] == "done")
            #expect(try await app.machine().instance("o1")?.data == ["by": "tool"])
        }
    }

    @Test func valuesExpire() async throws {
        let clock = TestClock()
        var options = Self.options()
        options.clock = clock
        try await TestApplication.run(Self.yaml("      allow: {kv: true}"), options) { app in
            let tool = try app.component("tool")
            _ = try await tool.execute(["function": "kv.set", "arguments": ["a", 1, ["ttlSeconds": 60]]])
            clock.advance(by: .seconds(59))
            #expect(try await tool.execute(["function": "kv.get", "arguments": ["a"]]) == 1)
            clock.advance(by: .seconds(1))
            #expect(try await tool.execute(["function": "kv.get", "arguments": ["a"]]) == nil)
        }
    }

    @Test(
        arguments: [
            ("publish", ["tool.*", 1]), ("publish", [1]), ("kv.get", []), ("kv.get", [""]),
            ("resource.get", ["orders"]),
            ("kv.set", ["a", 1, ["ttlSeconds": 0]]),
        ] as [(String, JSONValue)])
    func argumentsThatMakeNoSenseAreRefused(function: String, arguments: JSONValue) async throws {
        let allow = "      allow: {publish: ['>'], kv: true, resources: ['*']}"
        try await TestApplication.run(Self.yaml(allow), Self.options()) { app in
            let error = await #expect(throws: WorkflowError.self) {
                try await app.component("tool").execute(["function": .string(function), "arguments": arguments])
            }
            #expect(error?.code == .invalidInput)
        }
    }

    @Test func anUnknownFunctionIsRefusedWithASuggestion() async throws {
        try await TestApplication.run(Self.yaml(), Self.options()) { app in
            let error = await #expect(throws: WorkflowError.self) {
                try await app.component("tool").execute(["function": "kv.gett", "arguments": []])
            }
            #expect(error?.message.contains("did you mean \"kv.get\"?") == true)
        }
    }

    @Test func aNewScriptTakesOverWhileTheOldOneFinishesItsCalls() async throws {
        let gate = TestGate()
        let first = FakeScript(execute: { _, _ in
            try await gate.wait()
            return "old"
        })
        let scripts = ["first": first, "second": .returning("new")]
        try await TestApplication.run(Self.yaml(), Self.options(scripts)) { app in
            let tool = try app.component("tool")
            async let old = tool.execute([:])
            try await waitUntil("the old script is called") { gate.waitingCount == 1 }
            async let replaced: Void = tool.replace(source: ScriptSource(name: "second.js", text: "second"))
            try await waitUntil("the new script answers") { tool.contract?.name == "second" }
            #expect(try await tool.execute([:]) == "new")
            #expect(!app.runtime.events.contains("stop first"))
            // The replacement does not wait for the calls of the old script.
            try await replaced
            #expect(app.runtime.events == ["load first", "start first", "load second", "start second"])
            gate.open()
            #expect(try await old == "old")
            try await waitUntil("the old script stops") { app.runtime.events.last == "stop first" }
        }
    }

    @Test(arguments: ["broken", "lazy", "unknown"])
    func aBadScriptNeverDisplacesAGoodOne(name: String) async throws {
        let scripts = [
            "first": FakeScript.returning("good"),
            "broken": FakeScript(loadError: ScriptError(.syntax, "unexpected end", line: 3, column: 7)),
            "lazy": FakeScript(startError: ScriptError(.thrown, "cannot start")),
        ]
        try await TestApplication.run(Self.yaml(), Self.options(scripts)) { app in
            let tool = try app.component("tool")
            await #expect(throws: ScriptError.self) {
                try await tool.replace(source: ScriptSource(name: "next.js", text: name))
            }
            #expect(try await tool.execute([:]) == "good")
            #expect(!app.runtime.events.contains("stop first"))
        }
    }

    @Test func manyReplacementsAndCallsAtOnceLoseNoCall() async throws {
        let scripts = ["first": FakeScript.returning("first"), "second": .returning("second")]
        try await TestApplication.run(Self.yaml(), Self.options(scripts)) { app in
            let tool = try app.component("tool")
            try await withThrowingTaskGroup(of: Void.self) { group in
                for round in 0..<20 {
                    group.addTask {
                        let text = round.isMultiple(of: 2) ? "second" : "first"
                        try await tool.replace(source: ScriptSource(name: "x.js", text: text))
                    }
                    for _ in 0..<20 { group.addTask { _ = try await tool.execute([:]) } }
                }
                try await group.waitForAll()
            }
            #expect(app.runtime.events.count { $0.hasPrefix("start") } == 21)
            try await waitUntil("the old scripts have stopped") {
                app.runtime.events.count { $0.hasPrefix("stop") } == 20
            }
        }
    }

    @Test func aScriptThatDoesNotCompileIsAConfigurationErrorWithItsPlace() async throws {
        let scripts = ["first": FakeScript(loadError: ScriptError(.syntax, "unexpected end", line: 3, column: 7))]
        let error = await #expect(throws: ConfigurationError.self) {
            try await TestApplication.run(Self.yaml(), Self.options(scripts)) { _ in }
        }
        let issue = try #require(error?.issues.first)
        #expect(issue.location.file.hasSuffix("/first.js"))
        #expect((issue.location.line, issue.location.column) == (3, 7))
        #expect(issue.message == "unexpected end")
    }

    @Test(arguments: [
        ("source: gone.js", "cannot be read"), ("source: tool.go", "is written in Go"),
        ("source: first.js\n      allow: {http: ['https://a.example/x']}", "is not a host"),
        ("source: first.js\n      allow: {publish: ['a..b']}", "empty segment"),
        ("source: first.js\n      limits: {wallTime: 0}", "must be more than 0"),
        ("source: first.js\n      limits: {concurency: 1}", "did you mean \"concurrency\"?"),
    ])
    func aConfigurationThatCannotWorkIsRefused(lines: String, message: String) async throws {
        let yaml = Self.yaml().replacing("source: first.js", with: lines)
        let issues = try await TestApplication.issues(yaml, Self.options())
        #expect(issues.count == 1)
        #expect(issues.first?.contains(message) == true, "\(issues)")
    }

    @Test func withoutAScriptEngineTheErrorSaysWhatToDo() async throws {
        try await TestApplication.withFolder(["first"]) { folder in
            let configuration = try ApplicationConfiguration(yaml: Self.yaml(), file: "\(folder)/app.yaml")
            let error = await #expect(throws: ConfigurationError.self) {
                try await WorkflowEngine.validate(
                    configuration, registry: TestApplication.registry,
                    environment: TestApplication.environment(Self.options(), nil))
            }
            #expect(error?.description.contains("built without a script engine") == true)
        }
    }

    @Test func runsAreCounted() async throws {
        let script = FakeScript(execute: { input, _ in
            if input["fail"] != nil { throw ScriptError(.thrown, "as wished") }
            return input
        })
        try await TestApplication.run(Self.yaml(), Self.options(["first": script])) { app in
            let tool = try app.component("tool")
            _ = try await tool.execute([:])
            _ = try? await tool.execute(["fail": true])
            let metrics = app.engine.environment.metrics
            #expect(metrics.scriptExecutions.with("tool", "success").value == 1)
            #expect(metrics.scriptExecutions.with("tool", "failure").value == 1)
        }
    }
}
