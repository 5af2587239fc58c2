import HTTPTypes
import NIOCore
import TestServices
import Testing
import WorkflowCore
import WorkflowTesting

@testable import WorkflowHTTP

@Suite("http.proxy: when something fails", .timeLimit(.minutes(1)))
struct ProxyFailureTests {
    @Test func `a backend that cannot be reached is 502`() async throws {
        let port = try FreePort.next()
        try await withProxy(
            "backendServices: {api: \"http://127.0.0.1:\(port)\"}\ndefaultBackend: api"
        ) { app async throws in
            let response = try await app.get("/")
            #expect(response.status == 502)
            #expect(response.json["detail"] == "The upstream server cannot be reached.")
        }
    }

    @Test func `a backend at an address that the policy does not allow is not connected to`() async throws {
        var environment = quietEnvironment()
        environment.outboundPolicy = OutboundPolicy(reach: .public)
        try await withServer(ClosureHandler { _ in .text("inside") }) { server async throws in
            let yaml = "backendServices: {api: \"http://localhost:\(server.port)\"}\ndefaultBackend: api"
            try await withProxy(yaml, environment: environment) { app async throws in
                #expect(try await app.get("/").status == 502)
            }
            environment.outboundPolicy.allowed = ["127.0.0.1", "::1"].compactMap { AddressRange($0) }
            try await withProxy(yaml, environment: environment) { app async throws in
                #expect(try await app.get("/").text == "inside")
            }
        }
    }

    @Test func `a backend that does not answer in time is 504`() async throws {
        try await withRawBackend("requestTimeout: 100ms") { app, backend async throws in
            async let response = app.get("/")
            let peer = try await backend.accept()
            #expect(try await response.status == 504)
            // It must not go on working for nobody.
            _ = await peer.receiveToEnd()
        }
    }

    @Test(arguments: [
        "nonsense\r\n\r\n", "HTTP/1.1 200 OK\r\ncontent-length: 5\r\ncontent-length: 6\r\n\r\nhello",
        "HTTP/1.1 200 OK\r\ncontent-length: 5\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n",
        "HTTP/1.1 200 OK\r\nbad name: x\r\ncontent-length: 0\r\n\r\n",
        "HTTP/1.1 101 Switching Protocols\r\nupgrade: x\r\nconnection: upgrade\r\n\r\n",
    ])
    func `an answer that is none is 502`(answer: String) async throws {
        try await withRawBackend { app, backend async throws in
            async let response = app.get("/")
            let peer = try await backend.accept()
            _ = try await peer.head()
            try await peer.send(answer)
            #expect(try await response.status == 502)
        }
    }

    @Test func `bytes that nobody asked for do not become the next answer`() async throws {
        try await withRawBackend { app, backend async throws in
            let client = try await app.connect()
            try await client.send("GET /1 HTTP/1.1\r\nhost: t\r\n\r\n")
            let first = try await backend.accept()
            _ = try await first.head()
            try await first.send(
                "HTTP/1.1 200 OK\r\ncontent-length: 1\r\n\r\n1HTTP/1.1 200 OK\r\ncontent-length: 6\r\n\r\npoison")
            #expect(try await client.response().text == "1")
            _ = await first.receiveToEnd()
            try await client.send("GET /2 HTTP/1.1\r\nhost: t\r\n\r\n")
            let second = try await backend.accept()
            #expect(try await second.head().first == "get /2 http/1.1")
            try await second.answer("2")
            #expect(try await client.response().text == "2")
        }
    }

    @Test(arguments: [
        ("GET", "", 2), ("PUT", "body", 2), ("DELETE", "", 2), ("POST", "body", 1), ("PATCH", "body", 1),
    ])
    func `only requests that may be repeated are`(method: String, body: String, attempts: Int) async throws {
        try await withRawBackend { app, backend async throws in
            async let response = app.send(method, "/", body: body)
            for attempt in 1...attempts {
                let peer = try await backend.accept()
                _ = try await peer.receive(until: body.isEmpty ? "\r\n\r\n" : body)
                if attempt == 2 { try await peer.answer("second") } else { try await peer.close() }
            }
            let received = try await response
            #expect(received.status == (attempts == 2 ? 200 : 502))
            #expect(backend.connectionCount == attempts)
        }
    }

    @Test func `the next attempt is for another target`() async throws {
        let port = try FreePort.next()
        try await withServer(ClosureHandler { _ in .text("alive") }) { server async throws in
            let yaml = """
                backendServices: {api: ["http://127.0.0.1:\(port)", "http://127.0.0.1:\(server.port)"]}
                defaultBackend: api
                """
            try await withProxy(yaml) { app async throws in
                for _ in 0..<4 { #expect(try await app.get("/").text == "alive") }
            }
        }
    }

    @Test(arguments: ["content-length: 10\r\n\r\nabc", "transfer-encoding: chunked\r\n\r\n3\r\nabc\r\n"])
    func `a response that breaks off does not look complete`(start: String) async throws {
        try await withRawBackend { app, backend async throws in
            let client = try await app.connect()
            try await client.send("GET / HTTP/1.1\r\nhost: t\r\n\r\n")
            let peer = try await backend.accept()
            _ = try await peer.head()
            try await peer.send("HTTP/1.1 200 OK\r\n\(start)")
            _ = try await client.receive(until: "abc")
            try await peer.close()
            let rest = String(decoding: try await client.receiveToEnd(), as: UTF8.self)
            #expect(rest == "" || rest == "\r\n")
        }
    }

    @Test func `a pause within a response ends it`() async throws {
        try await withRawBackend("bodyTimeout: 100ms") { app, backend async throws in
            let client = try await app.connect()
            try await client.send("GET / HTTP/1.1\r\nhost: t\r\n\r\n")
            let peer = try await backend.accept()
            _ = try await peer.head()
            try await peer.send("HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nabc")
            #expect(String(decoding: try await client.receiveToEnd(), as: UTF8.self).hasSuffix("abc"))
        }
    }

    @Test(arguments: ["", "HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nabc"])
    func `a client that goes away ends the request to the backend`(answer: String) async throws {
        try await withRawBackend("requestTimeout: 60s") { app, backend async throws in
            let client = try await app.connect()
            try await client.send("GET / HTTP/1.1\r\nhost: t\r\n\r\n")
            let peer = try await backend.accept()
            _ = try await peer.head()
            if !answer.isEmpty {
                try await peer.send(answer)
                _ = try await client.receive(until: "abc")
            }
            try await client.close()
            #expect(await peer.receiveToEnd() == "")
        }
    }

    @Test func `a client that breaks off its body ends the request to the backend`() async throws {
        try await withRawBackend { app, backend async throws in
            let client = try await app.connect()
            try await client.send("POST / HTTP/1.1\r\nhost: t\r\ntransfer-encoding: chunked\r\n\r\n3\r\nabc\r\n")
            let peer = try await backend.accept()
            _ = try await peer.receive(until: "abc\r\n")
            try await client.close()
            // The last chunk would make it a complete request.
            #expect(await peer.receiveToEnd() == "")
        }
    }

    @Test func `a body that is too large is refused`() async throws {
        try await withRawBackend(server: ", maxBodyBytes: 100KB") { app, backend async throws in
            let client = try await app.connect()
            let body = String(repeating: "x", count: 0x20000)
            try client.sendIgnoringErrors(
                Array(
                    "POST / HTTP/1.1\r\nhost: t\r\ntransfer-encoding: chunked\r\n\r\n20000\r\n\(body)\r\n0\r\n\r\n".utf8
                )
            )
            #expect(try await client.response().status == 413)
            let peer = try await backend.accept()
            #expect(await !peer.receiveToEnd().hasSuffix("0\r\n\r\n"))
        }
    }

    @Test(arguments: [
        "content-length: 5\r\ntransfer-encoding: chunked", "content-length: 5\r\ncontent-length: 6",
        "transfer-encoding: xchunked", "transfer-encoding: chunked, chunked", "content-length: +5",
        "content-length : 5",
    ])
    func `requests whose end is ambiguous never reach a backend`(fields: String) async throws {
        try await withRawBackend { app, backend async throws in
            let client = try await app.connect()
            try await client.send(
                "POST / HTTP/1.1\r\nhost: t\r\n\(fields)\r\n\r\n0\r\n\r\nGET /smuggled HTTP/1.1\r\nhost: t\r\n\r\n")
            let status = try await client.response().status
            #expect(status == 400 || status == 501)
            #expect(backend.connectionCount == 0)
        }
    }

    @Test func `connection options cannot take the framing away`() async throws {
        try await withRawBackend { app, backend async throws in
            async let response = app.send(
                "POST", "/", headers: ["connection: content-length, host, x-forwarded-for"], body: "GET /x HTTP/1.1")
            let peer = try await backend.accept()
            let head = try await peer.head()
            try await peer.answer("ok")
            #expect(try await response.text == "ok")
            #expect(head.contains("content-length: 15"))
            #expect(head.contains("x-forwarded-for: 127.0.0.1"))
            #expect(head.contains("host: 127.0.0.1:\(backend.port)"))
        }
    }
}
