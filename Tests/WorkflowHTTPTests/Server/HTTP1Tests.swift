import HTTPTypes
import Synchronization
import Testing
import WorkflowCore
import WorkflowHTTP

/// Answers with what it got.
private let echo = ClosureHandler { request in
    let body = try await request.body.collect(upTo: 1 << 20)
    let line = "\(request.method.rawValue) \(request.path) \(request.query ?? "-") \(body.count)"
    return .text(line)
}

struct `HTTP/1 requests and responses` {
    @Test func `a request gets its response with length and date`() async throws {
        try await withServer(echo) { (server) async throws in
            let response = try await server.get("/a/b?c=d&e")
            #expect(response.status == 200)
            #expect(response.reason == "OK")
            #expect(response.text == "GET /a/b c=d&e 0")
            #expect(response["content-length"] == "16")
            #expect(response["date"]?.hasSuffix(" GMT") == true)
            #expect(response["connection"] == nil)
            #expect(response["server"] == nil)
        }
    }

    @Test func `the server header field is sent when it is configured, without line breaks`() async throws {
        try await withServer(echo, configure: { $0.serverName = "engine\r\nx: y" }) { (server) async throws in
            let response = try await server.get("/")
            #expect(response["server"] == "engine  x: y")
            #expect(response["x"] == nil)
        }
    }

    @Test func `many requests use one connection`() async throws {
        try await withServer(echo) { (server) async throws in
            let connection = try await server.connect()
            for number in 0..<50 {
                try await connection.send("GET /\(number) HTTP/1.1\r\nhost: test\r\n\r\n")
                #expect(try await connection.response().text == "GET /\(number) - 0")
            }
            #expect(server.server.openConnections == 1)
        }
    }

    @Test func `pipelined requests are answered in order although the first takes longest`() async throws {
        let handler = ClosureHandler { request in
            if request.path == "/slow" { try await Task.sleep(for: .milliseconds(30)) }
            return .text(request.path)
        }
        try await withServer(handler) { (server) async throws in
            let connection = try await server.connect()
            let paths = ["/slow", "/2", "/3", "/slow", "/5"]
            try await connection.send(paths.map { "GET \($0) HTTP/1.1\r\nhost: test\r\n\r\n" }.joined())
            for path in paths { #expect(try await connection.response().text == path) }
        }
    }

    @Test func `thousands of pipelined requests in one packet do not exhaust the stack`() async throws {
        try await withServer(echo) { (server) async throws in
            let connection = try await server.connect()
            let count = 5000
            try connection.sendIgnoringErrors(
                Array(String(repeating: "GET / HTTP/1.1\r\nhost: t\r\n\r\n", count: count).utf8))
            for _ in 0..<count { #expect(try await connection.response().status == 200) }
        }
    }

    @Test func `HEAD has the header fields of GET and no body`() async throws {
        let handler = ClosureHandler { request in
            request.path == "/stream"
                ? ServerResponse(body: .stream(length: 12) { _ in Issue.record("the body was asked for") })
                : .text("hello")
        }
        try await withServer(handler) { (server) async throws in
            let connection = try await server.connect()
            try await connection.send("HEAD / HTTP/1.1\r\nhost: t\r\n\r\nHEAD /stream HTTP/1.1\r\nhost: t\r\n\r\n")
            #expect(try await connection.response(toHead: true)["content-length"] == "5")
            #expect(try await connection.response(toHead: true)["content-length"] == "12")
            try await connection.send("GET / HTTP/1.1\r\nhost: t\r\n\r\n")
            #expect(try await connection.response().text == "hello")
        }
    }

    @Test(arguments: [204, 205, 304])
    func `a status without body is sent without body`(status: Int) async throws {
        let handler = ClosureHandler { _ in
            ServerResponse(status: .init(code: status), headers: [.eTag: "\"x\""], body: .bytes(Array("oops".utf8)))
        }
        try await withServer(handler) { (server) async throws in
            let connection = try await server.connect()
            for _ in 0..<2 {
                try await connection.send("GET / HTTP/1.1\r\nhost: t\r\n\r\n")
                let response = try await connection.response()
                #expect(response.status == status)
                #expect(!response.reason.isEmpty)
                #expect(response["etag"] == "\"x\"")
                #expect(response["transfer-encoding"] == nil)
                if status == 205 { #expect(response["content-length"] == "0") }
                if status == 204 { #expect(response["content-length"] == nil) }
            }
        }
    }

    @Test func `a handler cannot disturb the framing or split the response`() async throws {
        let handler = ClosureHandler { _ in
            var response = ServerResponse.text("body")
            response.headers[.contentLength] = "9999"
            response.headers[.transferEncoding] = "chunked"
            response.headers[.location] = "/a\r\nset-cookie: evil=1\r\n\r\n<html>"
            return response
        }
        try await withServer(handler) { (server) async throws in
            let response = try await server.get("/")
            #expect(response["content-length"] == "4")
            #expect(response.count(of: "content-length") == 1)
            #expect(response["transfer-encoding"] == nil)
            #expect(response["set-cookie"] == nil)
            #expect(response.text == "body")
        }
    }

    @Test(arguments: [
        ("GET / HTTP/1.1\r\nhost: t\r\nconnection: close\r\n\r\n", "close" as String?),
        ("GET / HTTP/1.0\r\n\r\n", "close"),
    ])
    func `the connection is closed when the client wants it`(request: String, header: String?) async throws {
        try await withServer(echo) { (server) async throws in
            let connection = try await server.connect()
            try await connection.send(request)
            #expect(try await connection.response()["connection"] == header)
            #expect(try await connection.receiveToEnd() == [])
        }
    }

    @Test func `HTTP/1.0 may keep the connection`() async throws {
        try await withServer(echo) { (server) async throws in
            let connection = try await server.connect()
            for _ in 0..<3 {
                try await connection.send("GET / HTTP/1.0\r\nconnection: keep-alive\r\n\r\n")
                #expect(try await connection.response()["connection"] == "keep-alive")
            }
        }
    }

    @Test func `the last allowed request of a connection says so`() async throws {
        try await withServer(echo, configure: { $0.maxRequestsPerConnection = 2 }) { (server) async throws in
            let connection = try await server.connect()
            try await connection.send("GET / HTTP/1.1\r\nhost: t\r\n\r\n")
            #expect(try await connection.response()["connection"] == nil)
            try await connection.send("GET / HTTP/1.1\r\nhost: t\r\n\r\n")
            #expect(try await connection.response()["connection"] == "close")
            #expect(try await connection.receiveToEnd() == [])
        }
    }

    @Test func `errors of handlers become responses`() async throws {
        struct Secret: Error {}
        let handler = ClosureHandler { request in
            switch request.path {
            case "/known": throw HTTPError(.conflict, "It exists.", headers: [.retryAfter: "3"])
            case "/cancelled": throw CancellationError()
            case "/informational": return ServerResponse(status: .continue)
            default: throw Secret()
            }
        }
        try await withServer(handler) { (server) async throws in
            let known = try await server.get("/known")
            #expect(known.status == 409)
            #expect(known["retry-after"] == "3")
            #expect(known["content-type"] == "application/problem+json")
            #expect(known.text.contains("It exists."))
            #expect(try await server.get("/cancelled").status == 503)
            #expect(try await server.get("/informational").status == 500)
            let unknown = try await server.get("/unknown")
            #expect(unknown.status == 500)
            #expect(!unknown.text.contains("Secret"))
        }
    }

    @Test func `absolute and asterisk targets are understood`() async throws {
        let handler = ClosureHandler { .text("\($0.path) \($0.query ?? "-") \($0.authority ?? "-")") }
        try await withServer(handler) { (server) async throws in
            let absolute = "GET http://example.test:81/a?b HTTP/1.1\r\nhost: other\r\n\r\n"
            #expect(try await server.request(absolute).text == "/a b example.test:81")
            #expect(try await server.request("OPTIONS * HTTP/1.1\r\nhost: t\r\n\r\n").text == "* - t")
            #expect(try await server.request("GET * HTTP/1.1\r\nhost: t\r\n\r\n").status == 400)
            #expect(try await server.request("CONNECT a:1 HTTP/1.1\r\nhost: a:1\r\n\r\n").status == 501)
        }
    }

    @Test func `the responder is exchanged between two requests of one connection`() async throws {
        let entered = Signal()
        let leave = Signal()
        let old = ClosureHandler { request in
            if request.path == "/wait" {
                entered.send()
                await leave.wait()
            }
            return .text("old")
        }
        try await withServer(old) { (server) async throws in
            let waiting = try await server.connect()
            try await waiting.send("GET /wait HTTP/1.1\r\nhost: t\r\n\r\n")
            await entered.wait()
            let other = try await server.connect()
            try await other.send("GET / HTTP/1.1\r\nhost: t\r\n\r\n")
            #expect(try await other.response().text == "old")
            server.server.exchangeResponder(ClosureHandler { _ in .text("new") })
            try await other.send("GET / HTTP/1.1\r\nhost: t\r\n\r\n")
            #expect(try await other.response().text == "new")
            leave.send()
            #expect(try await waiting.response().text == "old")
            try await waiting.send("GET / HTTP/1.1\r\nhost: t\r\n\r\n")
            #expect(try await waiting.response().text == "new")
        }
    }

    @Test func `an observer hears about each request with its route`() async throws {
        var builder = RouteTableBuilder()
        try builder.add(
            method: .post, pattern: "/orders/{id}",
            handler: ClosureHandler { request in
                var request = request
                request.id = "r-1"
                request.principal = Principal(id: "ann")
                return .text("order \(request.parameters["id"] ?? "-")", status: .created)
            })
        let observer = RecordingObserver()
        try await withServer(builder.build(), observer: observer) { (server) async throws in
            let text = "POST /orders/7 HTTP/1.1\r\nhost: t\r\ncontent-length: 3\r\n\r\nabc"
            #expect(try await server.request(text).text == "order 7")
            let outcome = try #require(await observer.nextOutcome())
            #expect(outcome.routePattern == "/orders/{id}")
            #expect(outcome.path == "/orders/7")
            #expect(outcome.status == .created)
            #expect(outcome.requestBytes == 3)
            #expect(outcome.responseBytes == 7)
            #expect(outcome.requestID == "r-1")
            #expect(outcome.principalID == "ann")
            #expect(outcome.remoteAddress == "127.0.0.1")
            #expect(outcome.protocolName == "HTTP/1.1")
            #expect(outcome.ending == .completed)
            #expect(server.server.requestsInFlight == 0)
        }
    }
}
