import HTTPTypes
import NIOCore
import Synchronization
import Testing
import WorkflowCore
import WorkflowHTTP

/// Answers with the size of the body and a checksum, and how many chunks it came in.
private let count = ClosureHandler { request in
    var size = 0
    var sum = 0
    var chunks = 0
    try await request.body.forEachChunk { chunk in
        size += chunk.count
        for byte in chunk { sum = (sum &* 31 &+ Int(byte)) & 0xFFFF_FFFF }
        chunks += 1
    }
    return .text("\(size) \(sum) \(chunks > 1)")
}

private func checksum(_ bytes: [UInt8]) -> Int {
    bytes.reduce(0) { ($0 &* 31 &+ Int($1)) & 0xFFFF_FFFF }
}

struct `HTTP/1 bodies` {
    @Test(arguments: [0, 1, 65_536, 65_537, 900_000])
    func `a body of known length arrives whole`(size: Int) async throws {
        let body = (0..<size).map { UInt8(truncatingIfNeeded: $0 &* 7) }
        try await withServer(count) { (server) async throws in
            let connection = try await server.connect()
            for _ in 0..<2 {
                try await connection.send("POST / HTTP/1.1\r\nhost: t\r\ncontent-length: \(size)\r\n\r\n")
                try await connection.send(body)
                let text = try await connection.response().text
                #expect(text.hasPrefix("\(size) \(checksum(body))"))
            }
        }
    }

    @Test func `a chunked body arrives whole, in pieces of any size`() async throws {
        let body = (0..<100_000).map { UInt8(truncatingIfNeeded: $0 &* 13) }
        var message = Array("POST / HTTP/1.1\r\nhost: t\r\ntransfer-encoding: chunked\r\n\r\n".utf8)
        for start in stride(from: 0, to: body.count, by: 333) {
            let chunk = body[start..<min(body.count, start + 333)]
            message += Array("\(String(chunk.count, radix: 16));ext=1\r\n".utf8) + chunk + [13, 10]
        }
        message += Array("0\r\ntrailer: x\r\n\r\n".utf8)
        try await withServer(count) { (server) async throws in
            let connection = try await server.connect()
            for start in stride(from: 0, to: message.count, by: 7919) {
                try await connection.send(Array(message[start..<min(message.count, start + 7919)]))
            }
            #expect(try await connection.response().text.hasPrefix("\(body.count) \(checksum(body))"))
            try await connection.send("GET / HTTP/1.1\r\nhost: t\r\n\r\n")
            #expect(try await connection.response().status == 200)
        }
    }

    @Test func `a request byte by byte is understood`() async throws {
        try await withServer(count) { (server) async throws in
            let connection = try await server.connect()
            for byte in "POST /x HTTP/1.1\r\nHost: t\r\nContent-Length: 2\r\n\r\nab".utf8 {
                try await connection.send([byte])
            }
            #expect(try await connection.response().text.hasPrefix("2 "))
        }
    }

    @Test func `a body that is announced as too large is refused without being read`() async throws {
        let calls = Atomic<Int>(0)
        let handler = ClosureHandler { _ in
            calls.add(1, ordering: .relaxed)
            return .text("read")
        }
        try await withServer(handler) { (server) async throws in
            let connection = try await server.connect()
            try await connection.send("POST / HTTP/1.1\r\nhost: t\r\ncontent-length: 10000000\r\n\r\n")
            try connection.sendIgnoringErrors(Array(repeating: 32, count: 10_000_000))
            let response = try await connection.response()
            #expect(response.status == 413)
            #expect(response["connection"] == "close")
            let callCount = calls.load(ordering: .relaxed)
            #expect(callCount == 0)
        }
    }

    @Test func `a chunked body that grows too large is refused`() async throws {
        try await withServer(count, configure: { $0.maxBodyBytes = 100_000 }) { (server) async throws in
            let connection = try await server.connect()
            let chunk = "4000\r\n" + String(repeating: "x", count: 0x4000) + "\r\n"
            let body = String(repeating: chunk, count: 200)
            try connection.sendIgnoringErrors(
                Array("POST / HTTP/1.1\r\nhost: t\r\ntransfer-encoding: chunked\r\n\r\n\(body)".utf8))
            let response = try await connection.response()
            #expect(response.status == 413)
            #expect(response["connection"] == "close")
        }
    }

    @Test func `the rest of a short body that nobody reads is skipped`() async throws {
        let handler = ClosureHandler { _ in .text("done") }
        try await withServer(handler) { (server) async throws in
            let connection = try await server.connect()
            let size = 100_000
            try await connection.send("POST / HTTP/1.1\r\nhost: t\r\ncontent-length: \(size)\r\n\r\n")
            let response = try await connection.response()
            #expect(response["connection"] == nil)
            try await connection.send(Array(repeating: UInt8(ascii: "G"), count: size))
            try await connection.send("GET / HTTP/1.1\r\nhost: t\r\n\r\n")
            #expect(try await connection.response().text == "done")
        }
    }

    @Test func `the connection is closed when a long body is not read`() async throws {
        let handler = ClosureHandler { _ in .text("done") }
        try await withServer(handler) { (server) async throws in
            let connection = try await server.connect()
            try await connection.send("POST / HTTP/1.1\r\nhost: t\r\ncontent-length: 900000\r\n\r\n")
            #expect(try await connection.response()["connection"] == "close")
            #expect(try await connection.receiveToEnd() == [])
        }
    }

    @Test func `100 Continue is sent when the body is wanted`() async throws {
        try await withServer(count) { (server) async throws in
            for (size, body) in [(5, "hello"), (70_000, String(repeating: "x", count: 70_000))] {
                let connection = try await server.connect()
                try await connection.send(
                    "POST / HTTP/1.1\r\nhost: t\r\nexpect: 100-continue\r\ncontent-length: \(size)\r\n\r\n")
                #expect(try await connection.response().status == 100)
                try await connection.send(body)
                #expect(try await connection.response().text.hasPrefix("\(size) "))
            }
        }
    }

    @Test func `100 Continue is not sent when the handler answers without the body`() async throws {
        let handler = ClosureHandler { _ in throw HTTPError(.unauthorized, "No.") }
        try await withServer(handler) { (server) async throws in
            let connection = try await server.connect()
            try await connection.send(
                "POST / HTTP/1.1\r\nhost: t\r\nexpect: 100-continue\r\ncontent-length: 70000\r\n\r\n")
            let response = try await connection.response()
            #expect(response.status == 401)
            #expect(response["connection"] == "close")
            let large = try await server.request(
                "POST / HTTP/1.1\r\nhost: t\r\nexpect: 100-continue\r\ncontent-length: 7000000\r\n\r\n")
            #expect(large.status == 413)
            let unknown = try await server.request("POST / HTTP/1.1\r\nhost: t\r\nexpect: tea\r\n\r\n")
            #expect(unknown.status == 417)
        }
    }

    @Test func `a stream without length is chunked, one with length is not`() async throws {
        let handler = ClosureHandler { request in
            let length: Int64? = request.path == "/known" ? 11 : nil
            return ServerResponse(
                body: .stream(length: length) { writer in
                    try await writer.write(Array("hello".utf8))
                    try await writer.write([])
                    await Task.yield()
                    try await writer.write(Array(" world".utf8))
                })
        }
        try await withServer(handler) { (server) async throws in
            let connection = try await server.connect()
            for path in ["/known", "/unknown", "/known"] {
                try await connection.send("GET \(path) HTTP/1.1\r\nhost: t\r\n\r\n")
                let response = try await connection.response()
                #expect(response.text == "hello world")
                #expect(response["transfer-encoding"] == (path == "/known" ? nil : "chunked"))
                #expect(response["content-length"] == (path == "/known" ? "11" : nil))
            }
            let old = try await server.connect()
            try await old.send("GET /unknown HTTP/1.0\r\nconnection: keep-alive\r\n\r\n")
            let response = try await old.response()
            #expect(response["transfer-encoding"] == nil)
            #expect(response["connection"] == "close")
            #expect(response.text == "hello world")
        }
    }

    @Test func `the head of a stream leaves before the first byte of its body`() async throws {
        let go = Signal()
        let handler = ClosureHandler { _ in
            ServerResponse(
                body: .stream(length: nil) { writer in
                    await go.wait()
                    try await writer.write(Array("data: 1\n\n".utf8))
                })
        }
        try await withServer(handler) { (server) async throws in
            let connection = try await server.connect()
            try await connection.send("GET / HTTP/1.1\r\nhost: t\r\n\r\n")
            _ = try await connection.receive(until: "\r\n\r\n")
            go.send()
            #expect(try await connection.receive(until: "data: 1") != "")
        }
    }

    @Test func `an error before the first byte of a stream becomes a response`() async throws {
        let handler = ClosureHandler { _ in
            ServerResponse(body: .stream(length: nil) { _ in throw HTTPError(.badGateway, "Upstream failed.") })
        }
        try await withServer(handler) { (server) async throws in
            #expect(try await server.get("/").status == 502)
        }
    }

    @Test(arguments: ["/throws", "/short", "/long"])
    func `a stream that fails after its beginning is cut off`(path: String) async throws {
        struct Failure: Error {}
        let handler = ClosureHandler { request in
            ServerResponse(
                body: .stream(length: request.path == "/throws" ? nil : 10) { writer in
                    try await writer.write(Array("begin".utf8))
                    if request.path == "/throws" { throw Failure() }
                    if request.path == "/long" { try await writer.write(Array("too long".utf8)) }
                })
        }
        let observer = RecordingObserver()
        try await withServer(handler, observer: observer) { (server) async throws in
            let connection = try await server.connect()
            try await connection.send("GET \(path) HTTP/1.1\r\nhost: t\r\n\r\n")
            let received = String(decoding: try await connection.receiveToEnd(), as: UTF8.self)
            #expect(!received.hasSuffix("0\r\n\r\n"))
            #expect(await observer.nextOutcome()?.ending == .responseFailed)
        }
    }

    @Test func `a writer waits while the client does not read`() async throws {
        let written = Atomic<Int>(0)
        let handler = ClosureHandler { _ in
            ServerResponse(
                body: .stream(length: nil) { writer in
                    for _ in 0..<2000 {
                        try await writer.write(Array(repeating: 65, count: 16_384))
                        written.add(16_384, ordering: .relaxed)
                    }
                })
        }
        try await withServer(handler) { (server) async throws in
            let connection = try await RawConnection.open(port: server.port, autoRead: false, receiveBuffer: 8192)
            try await connection.send("GET / HTTP/1.1\r\nhost: t\r\n\r\n")
            // It stops somewhere far below the whole: wait until two looks see the same.
            var last = -1
            while true {
                try await Task.sleep(for: .milliseconds(50))
                let now = written.load(ordering: .relaxed)
                if now == last, now > 0 { break }
                last = now
            }
            #expect(last < 16_000_000)
            try await connection.channel.setOption(.autoRead, value: true).get()
            let response = try await connection.response(timeout: .seconds(60))
            #expect(response.body.count == 2000 * 16_384)
        }
    }

    @Test func `a client that vanishes cancels the handler`() async throws {
        let entered = Signal()
        let cancelled = Signal()
        let handler = ClosureHandler { _ in
            entered.send()
            do {
                try await Task.sleep(for: .seconds(60))
            } catch {
                cancelled.send()
                throw error
            }
            return .text("never")
        }
        let observer = RecordingObserver()
        try await withServer(handler, observer: observer) { (server) async throws in
            let connection = try await server.connect()
            try await connection.send("GET / HTTP/1.1\r\nhost: t\r\n\r\n")
            await entered.wait()
            try await connection.close()
            await cancelled.wait()
            let outcome = await observer.nextOutcome()
            #expect(outcome?.ending == .clientGone)
            #expect(outcome?.status == nil)
        }
    }

    @Test func `a client that vanishes in the middle of its body fails the body`() async throws {
        let failed = Signal()
        let entered = Signal()
        let handler = ClosureHandler { request in
            entered.send()
            do {
                _ = try await request.body.collect(upTo: 1 << 20)
            } catch let error as HTTPError where error.status == .badRequest {
                failed.send()
                throw error
            }
            return .text("never")
        }
        try await withServer(handler) { (server) async throws in
            let connection = try await server.connect()
            try await connection.send("POST / HTTP/1.1\r\nhost: t\r\ncontent-length: 100000\r\n\r\nabc")
            await entered.wait()
            try await connection.close()
            await failed.wait()
        }
    }

    @Test func `a body is only read as fast as the handler asks for it`() async throws {
        let go = Signal()
        let handler = ClosureHandler { request in
            await go.wait()
            var size = 0
            try await request.body.forEachChunk { size += $0.count }
            return .text("\(size)")
        }
        try await withServer(handler, configure: { $0.maxBodyBytes = 100 << 20 }) { (server) async throws in
            let connection = try await server.connect()
            let size = 32 << 20
            try await connection.send("POST / HTTP/1.1\r\nhost: t\r\ncontent-length: \(size)\r\n\r\n")
            let channel = try connection.channel
            let isDone = Atomic<Bool>(false)
            let sent = channel.eventLoop.makePromise(of: Void.self)
            sent.futureResult.whenComplete { _ in isDone.store(true, ordering: .relaxed) }
            channel.writeAndFlush(ByteBuffer(bytes: Array(repeating: UInt8(7), count: size)), promise: sent)
            try await Task.sleep(for: .milliseconds(300))
            let isFinished = isDone.load(ordering: .relaxed)
            #expect(!isFinished)
            go.send()
            #expect(try await connection.response(timeout: .seconds(60)).text == "\(size)")
        }
    }
}
