import Testing
import WorkflowCore

@Suite("triggers.http")
struct HTTPTriggerModuleTests {
    private func app(triggers: String, routes: String = "[]", modules: String = "") -> String {
        web + """
              - {name: echo, type: test.echo}
              - {name: failing, type: test.failing}
              - {name: resources, type: test.resources}
              - {name: machine, type: test.machine}
              - {name: tokens, type: test.tokens}
              - {name: auth, type: http.middleware.auth}
              \(modules)
            workflows:
              recorder: {}
              http:
                routes: \(routes)
            triggers:
              http:
                routes: \(triggers)
            """
    }

    @Test func `path, query, body and params reach the workflow`() async throws {
        let trigger = """
            [{method: POST, path: "/run/{id}", workflow: recorder, action: record, params: {fixed: 1, both: params}}]
            """
        try await withApplication(app(triggers: trigger)) { app async throws in
            let response = try await app.postJSON(
                "/run/7?q=x&both=query&id=query&shared=query",
                #"{"id": "body", "shared": "body", "both": "body", "list": [1, 2]}"#)
            #expect(response.status == 202)
            #expect(response.json["status"]?.stringValue == "workflow triggered")
            #expect(response.json["workflow"]?.stringValue == "recorder")
            #expect(response.json["action"]?.stringValue == "record")
            let data = try #require(app.engine.recordedCalls.first?.data)
            #expect(data == ["q": "x", "both": "params", "id": "7", "shared": "body", "list": [1, 2], "fixed": 1])
            #expect(response.json["result"]?["got"] == .object(data))
        }
    }

    @Test func `a workflow without a result has none in the answer`() async throws {
        let trigger = "[{path: /run, workflow: recorder, action: silent}]"
        try await withApplication(app(triggers: trigger)) { app async throws in
            let response = try await app.send("POST", "/run")
            #expect(response.status == 202)
            #expect(response.json.objectValue?.keys == ["status", "workflow", "action"])
        }
    }

    @Test(arguments: [
        ("invalid", 400, "That is not valid."), ("missing", 404, "That does not exist."),
        ("refused", 409, "That is not possible now."), ("broken", 500, "The workflow failed."),
    ])
    func `what the workflow refuses is told, what breaks is not`(
        action: String, status: Int, message: String
    ) async throws {
        let trigger = "[{path: /run, workflow: recorder, action: \(action)}]"
        try await withApplication(app(triggers: trigger)) { app async throws in
            let response = try await app.send("POST", "/run")
            #expect(response.status == status)
            #expect(response.json["error"]?.stringValue == message)
            #expect(response["content-type"] == "application/problem+json")
        }
    }

    @Test(arguments: [
        ("{", "content-type: application/json", 400), ("[1]", "content-type: application/json", 400),
        ("a=b", "content-type: application/x-www-form-urlencoded", 415), ("{\"a\":1}", "content-type: text/plain", 202),
    ])
    func `a body must be a JSON object`(body: String, type: String, status: Int) async throws {
        let trigger = "[{path: /run, workflow: recorder, action: record}]"
        try await withApplication(app(triggers: trigger)) { app async throws in
            #expect(try await app.send("POST", "/run", headers: [type], body: body).status == status)
        }
    }

    @Test func `runs after the handler of a route with the same method and path`() async throws {
        let trigger = "[{method: POST, path: \"/orders/:key\", workflow: recorder, action: record, params: {p: 1}}]"
        let route = "[{method: POST, path: \"/orders/{key}\", handler: echo, middlewares: [auth]}]"
        try await withApplication(app(triggers: trigger, routes: route)) { app async throws in
            let body = #"{"id": "from-body", "item": "book"}"#
            let response = try await app.send(
                "POST", "/orders/7?q=1", headers: ["content-type: application/json", "authorization: Bearer good"],
                body: body)
            #expect(response.status == 200)
            #expect(response.json["body"]?.stringValue == body)
            let data = try #require(app.engine.recordedCalls.first?.data)
            #expect(data["id"]?.stringValue == "from-handler")
            #expect(data["item"]?.stringValue == "book")
            #expect(data["key"]?.stringValue == "7")
            #expect(data["q"]?.stringValue == "1")
            #expect(data["p"]?.intValue == 1)
            #expect(try await app.send("POST", "/orders/7").status == 401)
            #expect(app.engine.recordedCalls.count == 1)
        }
    }

    @Test func `does not run when the handler fails, and does not change its answer`() async throws {
        let trigger = """
            [{method: POST, path: /fail, workflow: recorder, action: record},
             {method: POST, path: /ok, workflow: recorder, action: broken}]
            """
        let route = "[{method: POST, path: /fail, handler: failing}, {method: \"*\", path: /ok, handler: echo}]"
        try await withApplication(app(triggers: trigger, routes: route)) { app async throws in
            #expect(try await app.send("POST", "/fail?status=422").status == 422)
            #expect(app.engine.recordedCalls.isEmpty)
            #expect(try await app.send("POST", "/ok").status == 200)
            #expect(app.engine.recordedCalls.count == 1)
            #expect(try await app.get("/ok").status == 200)
            #expect(app.engine.recordedCalls.count == 1)
        }
    }

    @Test func `hands a transition over to a handler of resources`() async throws {
        let trigger = """
            [{method: POST, path: /orders, workflow: order, action: pay, params: {by: web}},
             {method: POST, path: /other, workflow: recorder, action: record}]
            """
        let route =
            "[{method: POST, path: /orders, handler: resources}, {method: POST, path: /other, handler: resources}]"
        try await withApplication(app(triggers: trigger, routes: route)) { app async throws in
            let response = try await app.send("POST", "/orders")
            #expect(response.status == 201)
            #expect(response.json == ["transition": "pay", "workflow": "order", "data": ["by": "web"]])
            #expect(try await app.send("POST", "/other").json == ["transition": nil])
            #expect(app.engine.recordedCalls.count == 1)
        }
    }

    @Test func `may have middlewares of its own`() async throws {
        let trigger = "[{path: /run, workflow: recorder, action: record, middlewares: [auth]}]"
        try await withApplication(app(triggers: trigger)) { app async throws in
            #expect(try await app.send("POST", "/run").status == 401)
            #expect(try await app.send("POST", "/run", headers: ["authorization: Bearer good"]).status == 202)
        }
    }

    @Test(arguments: [
        (
            "[{path: /a, workflow: recordr, action: x}]", "there is no workflow \"recordr\"",
            "did you mean \"recorder\"?"
        ),
        (
            "[{path: /a, workflow: recorder, action: nonsense}]", "triggers.http.routes[0].action",
            "did you mean \"record\"?"
        ),
        ("[{path: a, workflow: recorder, action: x}]", "triggers.http.routes[0].path", "begins with '/'"),
        ("[{path: /a, workflow: recorder}]", "missing key \"action\"", "triggers.http.routes[0]"),
        (
            "[{path: /a, workflow: recorder, action: x}, {path: /a, workflow: recorder, action: y}]",
            "there is a trigger for POST /a already", "triggers.http.routes[1].path"
        ),
    ])
    func `what is wrong is told with its place`(triggers: String, message: String, place: String) async {
        let problem = await problems(of: app(triggers: triggers))
        #expect(problem.contains(message))
        #expect(problem.contains(place))
    }
}
