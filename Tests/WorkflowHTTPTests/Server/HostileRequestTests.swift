import HTTPTypes
import Testing
import WorkflowCore
import WorkflowHTTP

private let ok = ClosureHandler { .text("ok \(try await $0.body.collect(upTo: 1 << 20).count)") }

struct `Hostile requests` {
    @Test(arguments: [
        (
            "both lengths",
            "POST / HTTP/1.1\r\nhost: t\r\ncontent-length: 3\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n"
        ),
        (
            "both lengths the other way",
            "POST / HTTP/1.1\r\nhost: t\r\ntransfer-encoding: chunked\r\ncontent-length: 3\r\n\r\n0\r\n\r\n"
        ),
        ("the same length twice", "POST / HTTP/1.1\r\nhost: t\r\ncontent-length: 3\r\ncontent-length: 3\r\n\r\nabc"),
        ("two lengths", "POST / HTTP/1.1\r\nhost: t\r\ncontent-length: 3\r\ncontent-length: 4\r\n\r\nabcd"),
        ("a list of lengths", "POST / HTTP/1.1\r\nhost: t\r\ncontent-length: 3, 3\r\n\r\nabc"),
        ("a signed length", "POST / HTTP/1.1\r\nhost: t\r\ncontent-length: +3\r\n\r\nabc"),
        ("a negative length", "POST / HTTP/1.1\r\nhost: t\r\ncontent-length: -3\r\n\r\nabc"),
        ("a hexadecimal length", "POST / HTTP/1.1\r\nhost: t\r\ncontent-length: 0x3\r\n\r\nabc"),
        ("an empty length", "POST / HTTP/1.1\r\nhost: t\r\ncontent-length: \r\n\r\nabc"),
        ("an endless length", "POST / HTTP/1.1\r\nhost: t\r\ncontent-length: 99999999999999999999999\r\n\r\n"),
        (
            "chunked twice",
            "POST / HTTP/1.1\r\nhost: t\r\ntransfer-encoding: chunked\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n"
        ),
        ("chunked in HTTP/1.0", "POST / HTTP/1.0\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n"),
        ("space before the colon", "GET / HTTP/1.1\r\nhost: t\r\nx : y\r\n\r\n"),
        ("space before the colon of the length", "POST / HTTP/1.1\r\nhost: t\r\ncontent-length : 3\r\n\r\nabc"),
        ("folded line", "GET / HTTP/1.1\r\nhost: t\r\nx: a\r\n b\r\n\r\n"),
        ("bare LF in the header", "GET / HTTP/1.1\r\nhost: t\nx: y\r\n\r\n"),
        ("bare CR in a value", "GET / HTTP/1.1\r\nhost: t\r\nx: a\rb\r\n\r\n"),
        ("NUL in a value", "GET / HTTP/1.1\r\nhost: t\r\nx: a\0b\r\n\r\n"),
        ("no host", "GET / HTTP/1.1\r\n\r\n"),
        ("two hosts", "GET / HTTP/1.1\r\nhost: a\r\nhost: b\r\n\r\n"),
        ("a host with a path", "GET / HTTP/1.1\r\nhost: a/b\r\n\r\n"),
        ("a host with a user", "GET / HTTP/1.1\r\nhost: a@b\r\n\r\n"),
        ("no header name", "GET / HTTP/1.1\r\nhost: t\r\n: x\r\n\r\n"),
        ("a bad header name", "GET / HTTP/1.1\r\nhost: t\r\nx(y: z\r\n\r\n"),
        ("NUL in the path", "GET /%00 HTTP/1.1\r\nhost: t\r\n\r\n"),
        ("a raw NUL in the path", "GET /\0 HTTP/1.1\r\nhost: t\r\n\r\n"),
        ("a bad escape", "GET /%zz HTTP/1.1\r\nhost: t\r\n\r\n"),
        ("a cut escape", "GET /a%2 HTTP/1.1\r\nhost: t\r\n\r\n"),
        ("a bad escape in the query", "GET /?a=%g1 HTTP/1.1\r\nhost: t\r\n\r\n"),
        ("a fragment", "GET /a#b HTTP/1.1\r\nhost: t\r\n\r\n"),
        ("dot segments", "GET /a/../b HTTP/1.1\r\nhost: t\r\n\r\n"),
        ("encoded dot segments", "GET /a/%2e%2E/b HTTP/1.1\r\nhost: t\r\n\r\n"),
        ("a single dot at the end", "GET /a/. HTTP/1.1\r\nhost: t\r\n\r\n"),
        ("a relative target", "GET a HTTP/1.1\r\nhost: t\r\n\r\n"),
        ("a strange scheme", "GET ftp://a/ HTTP/1.1\r\nhost: t\r\n\r\n"),
        ("HTTP/2 without being allowed to", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"),
        ("a coding after chunked", "POST / HTTP/1.1\r\nhost: t\r\ntransfer-encoding: chunked, identity\r\n\r\n"),
        (
            "a vertical tab before the coding",
            "POST / HTTP/1.1\r\nhost: t\r\ntransfer-encoding:\u{B}chunked\r\n\r\n0\r\n\r\n"
        ),
        ("bare LF in the chunks", "POST / HTTP/1.1\r\nhost: t\r\ntransfer-encoding: chunked\r\n\r\n1\na\n0\n\n"),
        ("a method that nobody knows", "BREW / HTTP/1.1\r\nhost: t\r\n\r\n"),
        ("a TLS hello", "\u{16}\u{3}\u{1}\u{2}\0\u{1}\0\u{1}"),
        ("rubbish", "\u{1}\u{2}\u{3}\u{4}\r\n\r\n"),
        ("a bad chunk size", "POST / HTTP/1.1\r\nhost: t\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n"),
        ("a signed chunk size", "POST / HTTP/1.1\r\nhost: t\r\ntransfer-encoding: chunked\r\n\r\n-1\r\n"),
        ("a huge chunk size", "POST / HTTP/1.1\r\nhost: t\r\ntransfer-encoding: chunked\r\n\r\nffffffffffffffffff\r\n"),
        (
            "a chunk without its end",
            "POST / HTTP/1.1\r\nhost: t\r\ntransfer-encoding: chunked\r\n\r\n1\r\nab\r\n0\r\n\r\n"
        ),
    ])
    func `is refused with 400 and the connection is closed`(name: String, bytes: String) async throws {
        try await withServer(ok) { (server) async throws in
            let connection = try await server.connect()
            try await connection.send(bytes)
            let response = try await connection.response()
            #expect(response.status == 400, "\(name)")
            #expect(response["connection"] == "close", "\(name)")
            #expect(try await connection.receiveToEnd() == [], "\(name): nothing follows")
        }
    }

    @Test(arguments: [
        ("an unknown coding", "POST / HTTP/1.1\r\nhost: t\r\ntransfer-encoding: gzip\r\n\r\n", 501),
        (
            "a coding before chunked",
            "POST / HTTP/1.1\r\nhost: t\r\ntransfer-encoding: gzip, chunked\r\n\r\n0\r\n\r\n", 501
        ),
        ("a large header", "GET / HTTP/1.1\r\nhost: t\r\nx: \(String(repeating: "y", count: 20_000))\r\n\r\n", 431),
        ("a large path", "GET /\(String(repeating: "y", count: 20_000)) HTTP/1.1\r\nhost: t\r\n\r\n", 431),
        ("many fields", "GET / HTTP/1.1\r\nhost: t\r\n\(String(repeating: "x: y\r\n", count: 200))\r\n", 431),
        ("no version", "GET /\r\n\r\n", 505),
        ("bare LF everywhere", "GET / HTTP/1.1\nhost: t\n\n", 505),
        ("HTTP/3.1", "GET / HTTP/3.1\r\nhost: t\r\n\r\n", 505),
    ])
    func `is refused with the right status`(name: String, bytes: String, status: Int) async throws {
        let observer = RecordingObserver()
        try await withServer(ok, observer: observer) { (server) async throws in
            let connection = try await server.connect()
            try connection.sendIgnoringErrors(Array(bytes.utf8))
            let response = try await connection.response()
            #expect(response.status == status, "\(name)")
            #expect(try await connection.receiveToEnd() == [], "\(name): nothing follows")
            #expect(observer.refusals == [status])
        }
    }

    @Test func `a request before a malformed one is answered first`() async throws {
        let handler = ClosureHandler { _ in
            try await Task.sleep(for: .milliseconds(20))
            return .text("fine")
        }
        try await withServer(handler) { (server) async throws in
            let connection = try await server.connect()
            try await connection.send("GET / HTTP/1.1\r\nhost: t\r\n\r\nnonsense\r\n\r\n")
            #expect(try await connection.response().text == "fine")
            #expect(try await connection.response().status == 400)
            #expect(try await connection.receiveToEnd() == [])
        }
    }

    @Test func `white space around values does not matter`() async throws {
        try await withServer(ok) { (server) async throws in
            let request = "POST / HTTP/1.1\r\nhost: \t t \t\r\ncontent-length:2  \r\n\r\nab"
            let response = try await server.request(request)
            #expect(response.text == "ok 2")
        }
    }

    @Test func `an upgrade that is not offered is ignored`() async throws {
        try await withServer(ok) { (server) async throws in
            let connection = try await server.connect()
            try await connection.send(
                "GET / HTTP/1.1\r\nhost: t\r\nconnection: upgrade, http2-settings\r\nupgrade: h2c\r\n"
                    + "http2-settings: AAMAAABkAAQAAP__\r\n\r\n")
            let response = try await connection.response()
            #expect(response.text == "ok 0")
            #expect(response["connection"] == "close")
        }
    }

    @Test func `a body after GET is not taken for a request`() async throws {
        try await withServer(ok) { (server) async throws in
            let connection = try await server.connect()
            let smuggled = "GET /evil HTTP/1.1\r\nhost: t\r\n\r\n"
            try await connection.send(
                "GET / HTTP/1.1\r\nhost: t\r\ncontent-length: \(smuggled.utf8.count)\r\n\r\n\(smuggled)")
            #expect(try await connection.response().text == "ok \(smuggled.utf8.count)")
            try await connection.send("GET / HTTP/1.1\r\nhost: t\r\nconnection: close\r\n\r\n")
            #expect(try await connection.response().text == "ok 0")
            #expect(try await connection.receiveToEnd() == [])
        }
    }
}
