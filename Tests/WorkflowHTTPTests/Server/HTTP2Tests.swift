import HTTPTypes
import NIOCore
import NIOHTTPTypes
import Synchronization
import Testing
import WorkflowCore
import WorkflowHTTP

/// Runs a server that takes HTTP/2 without TLS, and a client.
private func withHTTP2(
    _ handler: any HTTPHandler, observer: (any HTTPServerObserver)? = nil,
    configure: (inout HTTPServerConfiguration) -> Void = { _ in },
    _ body: (TestServer, HTTP2Client) async throws -> Void
) async throws {
    func prepare(_ configuration: inout HTTPServerConfiguration) {
        configuration.http2.allowsPriorKnowledge = true
        configure(&configuration)
    }
    try await withServer(handler, observer: observer, configure: prepare) { (server) async throws in
        let client = try await HTTP2Client.open(port: server.port, tls: nil)
        try await body(server, client)
        try? await client.channel.close().get()
    }
}

private let echo = ClosureHandler { request in
    let body = try await request.body.collect(upTo: 1 << 20)
    return .text(
        "\(request.method.rawValue) \(request.path) \(request.query ?? "-") \(request.authority ?? "-") \(body.count)")
}

struct `HTTP/2` {
    @Test func `is chosen by ALPN over TLS`() async throws {
        try await withTemporaryDirectory { directory in
            try TestCertificate.make("a", in: directory)
            try await withServer(echo, configure: { $0.useTLS("a", directory) }) { (server) async throws in
                let tls = try TestCertificate.clientContext(trusting: "a", in: directory, protocols: ["h2"])
                let client = try await HTTP2Client.open(port: server.port, tls: tls)
                let response = try await client.send(.post, "/a?b", body: Array("hello".utf8))
                #expect(response.head.status == .ok)
                #expect(response.text == "POST /a b localhost 5")
                #expect(response.head.headerFields[.contentLength] == "21")
                #expect(response.head.headerFields[.date]?.hasSuffix("GMT") == true)
                #expect(response.head.headerFields[.connection] == nil)
            }
        }
    }

    @Test func `HTTP/1.1 is still spoken beside prior knowledge`() async throws {
        try await withHTTP2(echo) { (server, client) async throws in
            #expect(try await client.send(.get, "/x").text == "GET /x - localhost 0")
            #expect(try await server.get("/y").text == "GET /y - test 0")
            let slow = try await server.connect()
            for byte in "PRIX".utf8 { try await slow.send([byte]) }
            #expect(try await slow.response().status == 400)
        }
    }

    @Test func `requests run side by side on one connection`() async throws {
        let count = 20
        let arrived = Atomic<Int>(0)
        let all = Signal()
        let gate = AsyncStream.makeStream(of: Void.self)
        let handler = ClosureHandler { request in
            if arrived.add(1, ordering: .relaxed).newValue == count { all.send() }
            for await _ in gate.stream {}
            return .text(request.path)
        }
        try await withHTTP2(handler) { (_, client) async throws in
            try await withThrowingTaskGroup(of: Void.self) { group in
                for number in 0..<count {
                    group.addTask {
                        let response = try await client.send(.get, "/\(number)")
                        #expect(response.text == "/\(number)")
                    }
                }
                await all.wait()
                gate.continuation.finish()
                try await group.waitForAll()
            }
        }
    }

    @Test(arguments: [0, 65_536, 900_000])
    func `bodies go both ways`(size: Int) async throws {
        let handler = ClosureHandler { request in
            ServerResponse(body: .bytes(try await request.body.collect(upTo: 1 << 20)))
        }
        let body = (0..<size).map { UInt8(truncatingIfNeeded: $0 &* 7) }
        try await withHTTP2(handler) { (_, client) async throws in
            #expect(try await client.send(.post, "/", body: body).body == body)
            let declared = try await client.send(.post, "/", headers: [.contentLength: "\(size)"], body: body)
            #expect(declared.body == body)
        }
    }

    @Test func `a stream is written as it is produced, HEAD has no body`() async throws {
        let handler = ClosureHandler { _ in
            ServerResponse(
                body: .stream(length: nil) { writer in
                    for _ in 0..<100 { try await writer.write(Array(repeating: 65, count: 10_000)) }
                })
        }
        try await withHTTP2(handler) { (_, client) async throws in
            #expect(try await client.send(.get, "/").body.count == 1_000_000)
            #expect(try await client.send(.head, "/").body.isEmpty)
        }
    }

    @Test func `a file is sent`() async throws {
        try await withTemporaryDirectory { directory in
            let content = (0..<500_000).map { UInt8(truncatingIfNeeded: $0 &* 31) }
            try directory.write(content, to: "large.bin")
            let path = directory.path + "/large.bin"
            let handler = ClosureHandler { _ in ServerResponse(body: .file(path: path, offset: 5, length: 400_000)) }
            try await withHTTP2(handler) { (_, client) async throws in
                #expect(try await client.send(.get, "/").body == Array(content[5..<400_005]))
            }
        }
    }

    @Test func `a body that is too large is refused`() async throws {
        try await withHTTP2(echo, configure: { $0.maxBodyBytes = 1000 }) { (_, client) async throws in
            #expect(try await client.send(.post, "/", body: Array(repeating: 1, count: 2000)).head.status.code == 413)
            let declared = try await client.send(
                .post, "/", headers: [.contentLength: "2000"], body: Array(repeating: 1, count: 2000))
            #expect(declared.head.status.code == 413)
            #expect(try await client.send(.post, "/", body: Array(repeating: 1, count: 1000)).head.status == .ok)
        }
    }

    @Test func `a large header is refused`() async throws {
        try await withHTTP2(echo) { (_, client) async throws in
            let value = String(repeating: "x", count: 20_000)
            await #expect(throws: (any Error).self) { try await client.send(.get, "/", headers: [.userAgent: value]) }
        }
    }

    @Test func `a body without stated length is bounded although the method has none`() async throws {
        try await withHTTP2(echo) { (_, client) async throws in
            let response = try await client.send(.get, "/", body: Array(repeating: 1, count: 100_000))
            #expect(response.head.status.code == 413)
        }
    }

    @Test func `a client that opens and resets streams all the time is cut off`() async throws {
        try await withHTTP2(echo) { (_, client) async throws in
            let isClosed = Atomic<Bool>(false)
            client.channel.closeFuture.whenComplete { _ in isClosed.store(true, ordering: .relaxed) }
            for _ in 0..<2000 where !isClosed.load(ordering: .relaxed) {
                let request = HTTPRequest(method: .post, scheme: "http", authority: "localhost", path: "/")
                guard let stream = try? await client.begin(request) else { break }
                try? await stream.close()
            }
            try await client.channel.closeFuture.get()
        }
    }

    @Test func `a malformed path gets 400`() async throws {
        try await withHTTP2(echo) { (_, client) async throws in
            #expect(try await client.send(.get, "/%zz").head.status == .badRequest)
            #expect(try await client.send(.get, "/a/../b").head.status == .badRequest)
            #expect(try await client.send(.get, "/", headers: [.init("host")!: "other"]).head.status == .badRequest)
        }
    }

    @Test func `a client that resets a stream cancels its handler`() async throws {
        let entered = Signal()
        let cancelled = Signal()
        let handler = ClosureHandler { _ in
            entered.send()
            do { try await Task.sleep(for: .seconds(60)) } catch { cancelled.send() }
            return .text("late")
        }
        let observer = RecordingObserver()
        try await withHTTP2(handler, observer: observer) { (_, client) async throws in
            let stream = try await client.begin(
                HTTPRequest(method: .get, scheme: "http", authority: "localhost", path: "/"))
            try await stream.send(.end(nil))
            await entered.wait()
            try? await stream.close()
            await cancelled.wait()
            let outcome = await observer.nextOutcome()
            #expect(outcome?.ending == .clientGone)
            #expect(outcome?.protocolName == "HTTP/2")
        }
    }

    @Test func `a handler that takes too long gets 503, a body that does not come 408`() async throws {
        let handler = ClosureHandler { request in
            if request.path == "/slow" { try await Task.sleep(for: .seconds(60)) }
            return .text("\(try await request.body.collect(upTo: 1000).count)")
        }
        func configure(_ configuration: inout HTTPServerConfiguration) {
            configuration.handlerTimeout = .seconds(2)
            configuration.readTimeout = .seconds(1)
        }
        try await withHTTP2(handler, configure: configure) { (_, client) async throws in
            #expect(try await client.send(.get, "/slow").head.status.code == 503)
            let stream = try await client.begin(
                HTTPRequest(method: .post, scheme: "http", authority: "localhost", path: "/"))
            #expect(try await stream.response().head.status.code == 408)
        }
    }

    @Test func `stopping lets streams in progress finish`() async throws {
        let entered = Signal()
        let leave = Signal()
        let handler = ClosureHandler { _ in
            entered.send()
            await leave.wait()
            return .text("finished")
        }
        try await withHTTP2(handler) { (server, client) async throws in
            async let response = client.send(.get, "/")
            await entered.wait()
            async let report = server.server.stop(deadline: .seconds(10))
            leave.send()
            #expect(try await response.text == "finished")
            #expect(await report.requestsCut == 0)
            #expect(server.server.openConnections == 0)
        }
    }

    @Test func `stopping cuts off streams at the deadline`() async throws {
        let entered = Signal()
        let handler = ClosureHandler { _ in
            entered.send()
            try await Task.sleep(for: .seconds(60))
            return .text("late")
        }
        try await withHTTP2(handler) { (server, client) async throws in
            let stream = try await client.begin(
                HTTPRequest(method: .get, scheme: "http", authority: "localhost", path: "/"))
            try await stream.send(.end(nil))
            await entered.wait()
            #expect(await server.server.stop(deadline: .milliseconds(50)).requestsCut == 1)
            await #expect(throws: (any Error).self) { try await stream.response() }
        }
    }

    @Test func `an idle connection is closed`() async throws {
        try await withHTTP2(echo, configure: { $0.idleTimeout = .seconds(3) }) { (_, client) async throws in
            #expect(try await client.send(.get, "/").head.status == .ok)
            try await client.channel.closeFuture.get()
        }
    }
}
