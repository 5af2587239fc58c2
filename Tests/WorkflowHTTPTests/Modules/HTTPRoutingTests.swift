import Testing
import WorkflowCore
import WorkflowHTTP

@Suite("http.router, workflows.http and http.handler")
struct HTTPRoutingTests {
    private func app(_ router: String, routes: String, modules: String = "") -> String {
        """
        modules:
          - {name: server, type: http.server, config: {address: "127.0.0.1:0"}}
          - {name: router, type: http.router, config: \(router)}
          - {name: echo, type: test.echo}
          - {name: hello, type: http.handler}
          - {name: rid, type: http.middleware.requestid}
          - {name: tokens, type: test.tokens}
          - {name: auth, type: http.middleware.auth}
          \(modules)
        workflows:
          http:
            routes: \(routes)
        """
    }

    @Test(arguments: ["/api/v1", "/api/v1/", "api/v1"])
    func `the prefix stands before every route`(prefix: String) async throws {
        let yaml = app("{prefix: \(prefix)}", routes: "[{method: GET, path: \"/orders/{id}\", handler: echo}]")
        try await withApplication(yaml) { app async throws in
            let response = try await app.get("/api/v1/orders/7")
            #expect(response.json["route"]?.stringValue == "/api/v1/orders/{id}")
            #expect(response.json["parameters"]?["id"]?.stringValue == "7")
            #expect(try await app.get("/orders/7").status == 404)
        }
    }

    @Test func `unknown paths get a problem document`() async throws {
        try await withApplication(app("{}", routes: "[{method: GET, path: /a, handler: hello}]")) { app async throws in
            let response = try await app.get("/nowhere")
            #expect(response.status == 404)
            #expect(response["content-type"] == "application/problem+json")
            #expect(response.json["status"]?.intValue == 404)
            #expect(response.json["error"]?.stringValue != nil)
        }
    }

    @Test func `other methods get 405 with those that are allowed`() async throws {
        let routes = "[{method: \"POST, PUT\", path: /a, handler: hello}, {method: [DELETE], path: /a, handler: hello}]"
        try await withApplication(app("{}", routes: routes)) { app async throws in
            let response = try await app.get("/a")
            #expect(response.status == 405)
            #expect(response["allow"] == "DELETE, OPTIONS, POST, PUT")
            #expect(try await app.send("PUT", "/a").status == 200)
            #expect(try await app.send("DELETE", "/a").status == 200)
        }
    }

    @Test(arguments: ["\"*\"", "ANY", "any"])
    func `a route may answer all methods`(method: String) async throws {
        let yaml = app("{}", routes: "[{method: \(method), path: /a, handler: hello}]")
        try await withApplication(yaml) { app async throws in
            for method in ["GET", "POST", "PATCH", "PROPFIND"] {
                #expect(try await app.send(method, "/a").status == 200)
            }
        }
    }

    @Test func `the middlewares of the router see what no route matches`() async throws {
        let yaml = app("{middlewares: [rid]}", routes: "[{method: GET, path: /a, handler: hello}]")
        try await withApplication(yaml) { app async throws in
            let response = try await app.get("/nowhere", headers: ["x-request-id: known"])
            #expect(response.status == 404)
            #expect(response["x-request-id"] == "known")
        }
    }

    @Test(arguments: [
        (
            "[{method: GET, path: /a, handler: hello}, {method: GET, path: /a, handler: echo}]",
            "GET /a is routed twice", "the other one is at <config>:12:34"
        ),
        (
            "[{method: GET, path: \"/a/{x}\", handler: hello}, {method: GET, path: \"/{y}/b\", handler: echo}]",
            "some requests match both GET /{y}/b and GET /a/{x}", "the other one is at"
        ),
        ("[{method: GET, path: a, handler: hello}]", "workflows.http.routes[0].path", "begins with '/'"),
        ("[{method: GTE, path: /a, handler: hello}]", "\"GTE\" is not a method", "did you mean \"GET\"?"),
        ("[{method: GET, path: /a, handler: helo}]", "there is no module \"helo\"", "did you mean \"hello\"?"),
        ("[{method: GET, path: /a, handler: rid}]", "is not a HTTP handler", "workflows.http.routes[0].handler"),
        (
            "[{method: GET, path: /a, handler: hello, middlewares: [hello]}]", "is not a HTTP middleware",
            "workflows.http.routes[0].middlewares[0]"
        ),
        ("[{path: /a, handler: hello}]", "missing key \"method\"", "workflows.http.routes[0]"),
    ])
    func `what is wrong with routes is told with its place`(routes: String, message: String, place: String) async {
        let problem = await problems(of: app("{}", routes: routes))
        #expect(problem.contains(message) || problem.contains(message.replacing("a HTTP", with: "an HTTP")))
        #expect(problem.contains(place))
    }

    @Test func `a route for all methods and a more specific path get along`() async throws {
        let routes = """
            [{method: GET, path: "/{rest...}", handler: echo}, {method: "*", path: /api/a, handler: hello}]
            """
        try await withApplication(app("{}", routes: routes)) { app async throws in
            #expect(try await app.get("/api/a").json["handler"]?.stringValue == "hello")
            #expect(try await app.get("/api/b").json["route"]?.stringValue == "/{rest...}")
        }
    }

    @Test func `several servers need a name`() async {
        let yaml = """
            modules:
              - {name: one, type: http.server, config: {address: "127.0.0.1:0"}}
              - {name: two, type: http.server, config: {address: "127.0.0.1:0"}}
              - {name: router, type: http.router}
              - {name: hello, type: http.handler}
            workflows:
              http:
                routes: [{method: GET, path: /a, handler: hello}]
            """
        let problem = await problems(of: yaml)
        #expect(problem.contains("workflows.http: there are several servers"))
        #expect(problem.contains("server: one"))
    }

    @Test func `several routers need a name`() async {
        let yaml = """
            modules:
              - {name: server, type: http.server, config: {address: "127.0.0.1:0"}}
              - {name: one, type: http.router}
              - {name: two, type: http.router}
              - {name: hello, type: http.handler}
            workflows:
              http:
                routes: [{method: GET, path: /a, handler: hello}]
            """
        #expect(await problems(of: yaml).contains("\"one\", \"two\"; name one"))
    }

    @Test func `a handler answers as it is told`() async throws {
        let modules = """
            - name: teapot
                type: http.handler
                config: {method: GET, path: /teapot, status: 418, response: {short: true}}
              - name: text
                type: http.handler
                config: {path: /text, body: "plain <b>text</b>"}
              - name: xml
                type: http.handler
                config: {path: /xml, body: "<a/>", contentType: application/xml}
            """
        try await withApplication(app("{}", routes: "[]", modules: modules)) { app async throws in
            let teapot = try await app.get("/teapot")
            #expect(teapot.status == 418)
            #expect(teapot.text == #"{"short":true}"#)
            #expect(try await app.send("POST", "/teapot").status == 405)
            let text = try await app.get("/text")
            #expect(text.text == "plain <b>text</b>")
            #expect(text["content-type"] == "text/plain; charset=utf-8")
            #expect(try await app.get("/xml")["content-type"] == "application/xml")
        }
    }

    @Test func `a handler's own path gives way to the routes of the configuration`() async throws {
        let modules = "- {name: own, type: http.handler, config: {path: /own, response: own}}"
        let routes = "[{method: \"*\", path: /own, handler: hello}]"
        try await withApplication(app("{}", routes: routes, modules: modules)) { app async throws in
            #expect(try await app.get("/own").json["handler"]?.stringValue == "hello")
        }
    }

    @Test func `a handler's method is in effect behind a route for all methods`() async throws {
        let modules = "- {name: own, type: http.handler, config: {method: POST}}"
        let routes = "[{method: \"*\", path: /own, handler: own}]"
        try await withApplication(app("{}", routes: routes, modules: modules)) { app async throws in
            let response = try await app.get("/own")
            #expect(response.status == 405)
            #expect(response["allow"] == "POST")
            #expect(try await app.send("POST", "/own").status == 200)
        }
    }

    @Test func `the routes that other modules bring stay when the configuration routes to those modules`() async throws
    {
        let modules = "- {name: probes, type: test.probes}"
        let routes = "[{method: GET, path: /health, handler: probes}, {method: GET, path: /livez, handler: hello}]"
        try await withApplication(app("{prefix: /api}", routes: routes, modules: modules)) { app async throws in
            #expect(try await app.get("/healthz").text == "probe")
            #expect(try await app.get("/api/health").text == "probe")
            #expect(try await app.get("/livez").text == "probe")
        }
        try await withApplication(app("{}", routes: routes, modules: modules)) { app async throws in
            #expect(try await app.get("/livez").json["handler"]?.stringValue == "hello")
        }
    }
}
