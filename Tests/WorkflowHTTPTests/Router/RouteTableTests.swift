import HTTPTypes
import Testing
import WorkflowCore
import WorkflowHTTP

/// Answers with its own name and the parameters.
private struct Named: HTTPHandler {
    let name: String

    func handle(_ request: ServerRequest) async throws -> ServerResponse {
        let parameters = request.parameters.entries.map { "\($0.name)=\($0.value)" }
        #expect(name.hasSuffix(request.routePattern))
        return .text(([name] + parameters).joined(separator: " "))
    }
}

/// A table of routes written as `GET /path` or `/path`.
private func makeTable(_ routes: [String]) throws -> RouteTable {
    var builder = RouteTableBuilder()
    for route in routes {
        let parts = route.split(separator: " ")
        let method = parts.count == 2 ? HTTPRequest.Method(String(parts[0])) : nil
        try builder.add(method: method, pattern: String(parts[parts.count - 1]), handler: Named(name: route))
    }
    return builder.build()
}

extension RouteTable {
    fileprivate func send(
        _ method: HTTPRequest.Method, _ target: String, _ headers: HTTPFields = [:]
    ) async throws -> (status: Int, text: String, response: ServerResponse) {
        let response = try await handle(ServerRequest(method: method, target: target, headers: headers))
        guard case .bytes(let bytes) = response.body else { return (response.status.code, "", response) }
        return (response.status.code, String(decoding: bytes, as: UTF8.self), response)
    }
}

private let routes = [
    "GET /", "GET /api/orders", "POST /api/orders", "GET /api/orders/{id}", "GET /api/orders/latest",
    "DELETE /api/orders/:id", "GET /api/orders/{id}/items/{item}", "GET /files/{path...}", "GET /files/readme",
    "/images/", "GET /exact/{$}", "/any", "GET /caf%C3%A9", "HEAD /special", "GET /special", "PUT /api/orders/latest",
]

struct `Route tables` {
    @Test(arguments: [
        ("/api/orders", "GET /api/orders"), ("/api/orders?limit=1", "GET /api/orders"),
        ("/api/orders/7", "GET /api/orders/{id} id=7"), ("/api/orders/latest", "GET /api/orders/latest"),
        ("/api/orders/a%2Fb%20c", "GET /api/orders/{id} id=a/b c"), ("/api/%6Frders", "GET /api/orders"),
        ("/api/orders/1/items/2", "GET /api/orders/{id}/items/{item} id=1 item=2"),
        ("/files/", "GET /files/{path...} path="), ("/files/a/b%20c/", "GET /files/{path...} path=a/b c/"),
        ("/files/readme", "GET /files/readme"), ("/images/", "/images/"), ("/images/a/b", "/images/"),
        ("/exact/", "GET /exact/{$}"), ("/any", "/any"), ("/caf%C3%A9", "GET /caf%C3%A9"), ("/café", "GET /caf%C3%A9"),
        ("/unknown", "GET /"), ("/exact/more", "GET /"), ("/api/orders/", "GET /"),
    ])
    func `the most specific route wins`(target: String, expected: String) async throws {
        #expect(try await makeTable(routes).send(.get, target).text == expected)
    }

    @Test func `a more specific path without the method does not hide a more general one`() async throws {
        let table = try makeTable(["POST /a/new", "GET /a/{id}"])
        #expect(try await table.send(.get, "/a/new").text == "GET /a/{id} id=new")
        #expect(try await table.send(.post, "/a/new").text == "POST /a/new")
        #expect(try await table.send(.post, "/a/old").status == 405)
    }

    @Test func `HEAD is answered by GET unless there is a route for it`() async throws {
        let table = try makeTable(routes)
        #expect(try await table.send(.head, "/api/orders").text == "GET /api/orders")
        #expect(try await table.send(.head, "/special").text == "HEAD /special")
        #expect(try await table.send(.head, "/any").text == "/any")
    }

    @Test func `a wrong method gets 405 with the right ones`() async throws {
        let table = try makeTable(["GET /a", "POST /a", "PUT /b", "DELETE /{x}"])
        let response = try await table.send(.patch, "/a")
        #expect(response.status == 405)
        #expect(response.response.headers[.allow] == "DELETE, GET, HEAD, OPTIONS, POST")
        #expect(response.response.headers[.contentType] == "application/problem+json")
        #expect(try await table.send(.get, "/b").response.headers[.allow] == "DELETE, OPTIONS, PUT")
    }

    @Test func `an unknown path gets 404 as a problem document`() async throws {
        let response = try await makeTable(["GET /a"]).send(.get, "/b")
        #expect(response.status == 404)
        #expect(response.response.headers[.contentType] == "application/problem+json")
        #expect(response.text.contains("\"error\""))
    }

    @Test func `OPTIONS is answered with the allowed methods`() async throws {
        let table = try makeTable(["GET /a", "POST /a", "OPTIONS /own", "/any"])
        let response = try await table.send(.options, "/a")
        #expect(response.status == 204)
        #expect(response.response.headers[.allow] == "GET, HEAD, OPTIONS, POST")
        #expect(try await table.send(.options, "/own").text == "OPTIONS /own")
        #expect(try await table.send(.options, "/any").text == "/any")
        #expect(try await table.send(.options, "/none").status == 404)
        #expect(try await table.send(.options, "*").status == 204)
    }

    @Test func `the preflight middlewares of the route that is meant see OPTIONS`() async throws {
        struct CORS: HTTPMiddleware {
            let name: String
            func handle(_ request: ServerRequest, next: any HTTPHandler) async throws -> ServerResponse {
                guard request.headers[.origin] != nil else { return try await next.handle(request) }
                return ServerResponse(status: .noContent, headers: [.accessControlAllowOrigin: name])
            }
        }
        var builder = RouteTableBuilder()
        let handler = Named(name: "/a/{id}")
        try builder.add(method: .get, pattern: "/a/{id}", handler: handler, preflight: [CORS(name: "get")])
        try builder.add(method: .put, pattern: "/a/{id}", handler: handler, preflight: [CORS(name: "put")])
        let table = builder.build()
        let preflight = try await table.send(
            .options, "/a/1", [.origin: "https://x.test", .accessControlRequestMethod: "PUT"])
        #expect(preflight.response.headers[.accessControlAllowOrigin] == "put")
        #expect(preflight.response.headers[.allow] == nil)
        let plain = try await table.send(.options, "/a/1")
        #expect(plain.response.headers[.allow] == "GET, HEAD, OPTIONS, PUT")
    }

    @Test func `a subtree without its slash is redirected, other servers are not reached by it`() async throws {
        let table = try makeTable(["GET /images/", "GET /files/{path...}"])
        let response = try await table.send(.get, "/images?a=b")
        #expect(response.status == 307)
        #expect(response.response.headers[.location] == "/images/?a=b")
        #expect(try await table.send(.get, "/files").response.headers[.location] == "/files/")
        let open = try makeTable(["GET /{x}/deep/{y...}", "GET /{x}/"])
        #expect(try await open.send(.get, "//evil.test/deep").status == 404)
        #expect(try await open.send(.get, "/\\evil.test").status == 404)
    }

    @Test(arguments: [
        (["GET /a", "GET /a"], "GET /a"), (["GET /a/{x}", "GET /a/:y"], "GET /a/{x}"),
        (["GET /a/{x}", "GET /{y}/b"], "GET /a/{x}"), (["/a/{x}", "GET /{y}/b"], "/a/{x}"),
        (["GET /a/{x}", "HEAD /{y}/b"], "GET /a/{x}"), (["/a/", "/a/{rest...}"], "/a/"),
    ])
    func `routes that contradict each other are refused by name`(routes: [String], other: String) throws {
        let error = #expect(throws: RouteError.self) { try makeTable(routes) }
        #expect(error?.pattern == routes[1])
        #expect(error?.other == other)
        #expect(error?.description.contains("'\(routes[1])' and '\(other)'") == true)
    }

    @Test(arguments: [
        ["GET /a/{x}", "POST /{y}/b"], ["GET /a", "/a"], ["/a", "GET /{x}"], ["GET /", "/any/"],
        ["GET /{x}", "/{x}", "/{x...}"], ["/a", "/a/", "/a/{$}"],
    ])
    func `routes that do not contradict each other are taken together`(routes: [String]) throws {
        #expect(try makeTable(routes).routes.map(\.description) == routes)
    }

    @Test func `a literal with an escaped slash is not the path with a slash`() async throws {
        let table = try makeTable(["GET /a%2Fb", "GET /a/b", "GET /100%25"])
        #expect(try await table.send(.get, "/a%2fb").text == "GET /a%2Fb")
        #expect(try await table.send(.get, "/a/b").text == "GET /a/b")
        #expect(try await table.send(.get, "/100%25").text == "GET /100%25")
    }

    @Test func `hundreds of routes are found`() async throws {
        let table = try makeTable((0..<500).flatMap { ["GET /r\($0)/{id}", "GET /r\($0)/{id}/x"] })
        for number in stride(from: 0, to: 500, by: 37) {
            #expect(try await table.send(.get, "/r\(number)/7").text == "GET /r\(number)/{id} id=7")
        }
    }
}
