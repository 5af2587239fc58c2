import Testing
import WorkflowCore
import WorkflowTesting

@testable import WorkflowHTTP

@Suite("Components that no configuration defines")
struct ComponentAddedTests {
    private func post(_ app: ComponentFixture, _ id: String, _ source: String) async throws -> RawResponse {
        let body: JSONValue = ["id": .string(id), "source": .string(source)]
        return try await app.send("POST", body: body.jsonString())
    }

    @Test func `one is added, tried, changed and removed`() async throws {
        try await ComponentFixture.run { app async throws in
            let added = try await post(app, "extra", "answer one")
            #expect(added.status == 201)
            #expect(added.json["version"] == 1)
            #expect(added.json["origin"] == "added")
            #expect(try await app.output(of: "extra") == "one")
            #expect(try await app.send("GET").json.arrayValue?.map { $0["id"] } == ["extra", "tool"])
            #expect(try await app.put("answer two", to: "extra").status == 200)
            #expect(try await app.output(of: "extra") == "two")
            #expect(try await app.send("POST", "/extra/rollback").status == 200)
            #expect(try await app.output(of: "extra") == "one")
            #expect(try await app.send("DELETE", "/extra", headers: ["if-match: \"other\""]).status == 412)
            #expect(try await app.send("DELETE", "/extra").status == 204)
            #expect(try await app.send("GET", "/extra").status == 404)
            #expect(try await app.send("DELETE", "/extra").status == 404)
            #expect(try await post(app, "extra", "answer new").json["version"] == 1)
            #expect(try await app.output(of: "extra") == "new")
        }
    }

    @Test func `PUT adds one too, unless there has to be one`() async throws {
        try await ComponentFixture.run { app async throws in
            #expect(try await app.put("echo", to: "extra", headers: ["if-match: *"]).status == 412)
            #expect(try await app.send("GET", "/extra").status == 404)
            #expect(try await app.put("echo", to: "extra", headers: ["if-none-match: *"]).status == 200)
            #expect(try await app.put("echo", to: "extra", headers: ["if-none-match: *"]).status == 412)
        }
    }

    @Test(arguments: ["syntax", "init", "start", "eval('1')"])
    func `one that does not work is not added`(script: String) async throws {
        let store = InMemoryStateStore()
        try await ComponentFixture.run(store: store) { app async throws in
            #expect(try await post(app, "extra", script).status == 422)
            #expect(try await app.send("GET", "/extra").status == 404)
            #expect(try await app.send("GET").json.arrayValue?.count == 1)
            let values = try await store.values(
                namespace: "components", prefix: "", limit: 10, now: .systemNow())
            #expect(values.isEmpty)
        }
    }

    @Test func `they are there after a restart, and steps find them`() async throws {
        let store = InMemoryStateStore()
        let machine = """
              - {name: machines, type: statemachine.engine}
              - {name: step, type: processing.step, config: {componentId: extra, successTransition: finish}}
            workflows:
              statemachine:
                engine: machines
                definitions:
                  - name: order
                    initialState: new
                    states: {new: , working: , done: {isFinal: true}}
                    transitions: {work: {fromState: new, toState: working}, finish: {fromState: working, toState: done}}
                hooks: [{workflowType: order, transitions: [work], handler: step}]
            """
        try await ComponentFixture.run(store: store) { app async throws in
            #expect(try await post(app, "extra", "answer one").status == 201)
        }
        try await ComponentFixture.run(store: store, more: machine) { app async throws in
            #expect(try await app.output(of: "extra") == "one")
            #expect(try await app.send("GET", "/extra/versions").json["versions"]?.arrayValue?.count == 1)
            // The step goes on with whatever the component is, also after it was removed and added again.
            #expect(try await app.send("DELETE", "/extra").status == 204)
            #expect(try await post(app, "extra", "answer two").status == 201)
            let engine = try app.engine.service(StateMachineEngine.self)
            _ = try await engine.create("order", id: "o1", data: [:])
            _ = try await engine.fire("work", on: "o1", data: [:])
            try await withTimeLimit("the step finishes the order") {
                while try await engine.instance("o1")?.currentState != "done" {
                    try Task.checkCancellation()
                    await Task.yield()
                }
            }
            #expect(try await engine.instance("o1")?.data["result"] == "two")
        }
    }

    @Test func `one that does not load any more does not keep the application from starting`() async throws {
        let store = InMemoryStateStore()
        try await store.commit(
            StoreTransaction([
                .setValue(namespace: "components", key: "extra", value: ["text": "syntax"], expiresAt: nil)
            ]))
        try await ComponentFixture.run(store: store) { app async throws in
            let shown = try await app.send("GET", "/extra").json
            #expect(shown["status"] == "error")
            #expect(shown["error"] == "unexpected end (line 3, column 7)")
            #expect(try await app.send("POST", "/extra/execute").status == 503)
            #expect(try await app.put("answer fixed", to: "extra").status == 200)
            #expect(try await app.output(of: "extra") == "fixed")
        }
    }

    @Test func `what the configuration defines is not removed`() async throws {
        try await ComponentFixture.run { app async throws in
            let response = try await app.send("DELETE", "/tool")
            #expect(response.status == 409)
            #expect(
                response.json["error"]
                    == "The configuration defines the component \"tool\"; remove its module from the configuration and reload."
            )
            #expect(try await app.output() == "one")
        }
    }

    @Test func `a module that is no component does not become one`() async throws {
        try await ComponentFixture.run(more: "  - {name: events, type: messaging.broker}") { app async throws in
            let response = try await post(app, "events", "echo")
            #expect(response.status == 409)
            #expect(response.json["error"]?.stringValue?.contains("no dynamic.component") == true)
        }
    }

    @Test func `those who add the same at once add it once`() async throws {
        try await ComponentFixture.run { app async throws in
            let statuses = try await withThrowingTaskGroup(of: Int.self) { group in
                for number in 0..<6 {
                    group.addTask {
                        try await app.put("answer \(number)", to: "extra", headers: ["if-none-match: *"]).status
                    }
                }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(statuses.sorted() == [200, 412, 412, 412, 412, 412])
        }
    }
}
