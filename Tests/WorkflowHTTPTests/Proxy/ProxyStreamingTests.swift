import HTTPTypes
import NIOCore
import NIOPosix
import Synchronization
import Testing
import WorkflowCore

@testable import WorkflowHTTP

#if canImport(Glibc)
import Glibc
#elseif canImport(Darwin)
import Darwin
#elseif canImport(Musl)
import Musl
#endif

@Suite("http.proxy: streaming", .timeLimit(.minutes(1)))
struct ProxyStreamingTests {
    private static let chunk = [UInt8](repeating: 7, count: 64 * 1024)

    /// A backend that sends `count` chunks, or takes what comes and tells how much it was.
    private static func backend(chunks count: Int, sent: SharedCount) -> ClosureHandler {
        ClosureHandler { request in
            guard request.method == .get else {
                var size = 0
                try await request.body.forEachChunk { size += $0.count }
                return .text("\(size)")
            }
            return ServerResponse(
                body: .stream(length: request.path == "/length" ? Int64(count * chunk.count) : nil) { writer in
                    for _ in 0..<count {
                        try await writer.write(chunk)
                        sent.value.add(1, ordering: .relaxed)
                    }
                })
        }
    }

    private static func proxy(_ port: Int) -> String {
        "backendServices: {api: \"http://127.0.0.1:\(port)\"}\ndefaultBackend: api"
    }

    @Test(arguments: ["/length", "/chunked"])
    func `a large response passes in bounded memory`(path: String) async throws {
        let sent = SharedCount()
        try await withServer(Self.backend(chunks: 8192, sent: sent)) { server async throws in
            try await withProxy(Self.proxy(server.port)) { app async throws in
                let client = try await CountingClient.open(port: app.port)
                let before = residentBytes()
                var most = 0
                try await client.channel.writeAndFlush(
                    ByteBuffer(string: "GET \(path) HTTP/1.1\r\nhost: t\r\n\r\n"))
                while client.count.value.load(ordering: .relaxed) < 8192 * Self.chunk.count {
                    try Task.checkCancellation()
                    await Task.yield()
                    most = max(most, residentBytes() - before)
                }
                // Other tests of this process take memory as well; all of the response would be 512 MiB.
                #expect(most < 400 << 20)
                try await client.channel.close()
            }
        }
    }

    @Test func `a client that does not read holds the backend back`() async throws {
        let sent = SharedCount()
        try await withServer(Self.backend(chunks: 4096, sent: sent)) { server async throws in
            try await withProxy(Self.proxy(server.port)) { app async throws in
                let client = try await RawConnection.open(port: app.port, autoRead: false, receiveBuffer: 64 * 1024)
                try await client.send("GET / HTTP/1.1\r\nhost: t\r\n\r\n")
                let stalled = try await valueAtRest { sent.value.load(ordering: .relaxed) }
                #expect(stalled > 0)
                #expect(stalled < 512)
                try await client.channel.setOption(ChannelOptions.autoRead, value: true).get()
                try await eventually { sent.value.load(ordering: .relaxed) > stalled + 512 }
                try await client.close()
            }
        }
    }

    @Test func `a backend that does not read holds the client back`() async throws {
        let backend = try await RawBackend.open(autoRead: false)
        try await withProxy(Self.proxy(backend.port), server: ", maxBodyBytes: 1GB") { app async throws in
            let client = try await app.connect()
            let taken = SharedCount()
            try await client.send("POST / HTTP/1.1\r\nhost: t\r\ncontent-length: 536870912\r\n\r\n")
            let sending = Task {
                while !Task.isCancelled {
                    try await client.send(Self.chunk)
                    taken.value.add(1, ordering: .relaxed)
                }
            }
            let peer = try await backend.accept()
            let stalled = try await valueAtRest { taken.value.load(ordering: .relaxed) }
            #expect(stalled > 0)
            #expect(stalled < 512)
            try await peer.channel.setOption(ChannelOptions.autoRead, value: true).get()
            try await eventually { taken.value.load(ordering: .relaxed) > stalled + 512 }
            sending.cancel()
            try await client.close()
        }
        try await backend.close()
    }

    @Test(arguments: ["content-length: 1000000\r\n", "transfer-encoding: chunked\r\n"])
    func `a large request arrives whole`(framing: String) async throws {
        try await withServer(
            Self.backend(chunks: 0, sent: .init()), configure: { $0.maxBodyBytes = 16 << 20 }
        ) { server async throws in
            try await withProxy(Self.proxy(server.port)) { app async throws in
                let client = try await app.connect()
                let body = [UInt8](repeating: 1, count: 1_000_000)
                let isChunked = framing.contains("chunked")
                try client.sendIgnoringErrors(
                    Array("POST / HTTP/1.1\r\nhost: t\r\n\(framing)\r\n\(isChunked ? "f4240\r\n" : "")".utf8) + body
                        + Array((isChunked ? "\r\n0\r\n\r\n" : "").utf8))
                #expect(try await client.response().text == "1000000")
            }
        }
    }

    @Test func `the body is asked for only when it is wanted`() async throws {
        try await withRawBackend { app, backend async throws in
            let client = try await app.connect()
            try await client.send(
                "POST / HTTP/1.1\r\nhost: t\r\nexpect: 100-continue\r\ncontent-length: 100000\r\n\r\n")
            let peer = try await backend.accept()
            let head = try await peer.head()
            #expect(head.contains("content-length: 100000"))
            #expect(!head.contains { $0.hasPrefix("expect") })
            #expect(try await client.receive(until: "\r\n\r\n") == "HTTP/1.1 100 Continue\r\n\r\n")
            try await client.send([UInt8](repeating: 65, count: 99_999) + [66])
            _ = try await peer.receive(until: "B")
            try await peer.answer("done")
            #expect(try await client.response().text == "done")
        }
    }

    @Test func `a backend may answer before the request is complete`() async throws {
        try await withRawBackend { app, backend async throws in
            let client = try await app.connect()
            try await client.send("POST / HTTP/1.1\r\nhost: t\r\ncontent-length: 500000\r\n\r\nabc")
            let peer = try await backend.accept()
            _ = try await peer.receive(until: "abc")
            try await peer.answer("too much", status: "413 Content Too Large")
            let response = try await client.response()
            #expect(response.status == 413)
            #expect(response["connection"] == "close")
            // What is left of the request must not be taken for another one.
            _ = await peer.receiveToEnd()
        }
    }

    @Test func `events pass as they come`() async throws {
        try await withRawBackend { app, backend async throws in
            let client = try await app.connect()
            try await client.send("GET / HTTP/1.1\r\nhost: t\r\n\r\n")
            let peer = try await backend.accept()
            _ = try await peer.head()
            try await peer.send(
                "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n")
            _ = try await client.receive(until: "\r\n\r\n")
            for number in 0..<3 {
                try await peer.send("7\r\nevent \(number)\r\n")
                #expect(try await client.receive(until: "event \(number)\r\n").hasSuffix("event \(number)\r\n"))
            }
            try await client.close()
            _ = await peer.receiveToEnd()
        }
    }

    /// The value once it has not changed for a while.
    private func valueAtRest(_ read: () -> Int) async throws -> Int {
        var value = read()
        var since = ContinuousClock.now
        while value == 0 || ContinuousClock.now - since < .milliseconds(500) {
            try Task.checkCancellation()
            await Task.yield()
            let current = read()
            if current != value { (value, since) = (current, .now) }
        }
        return value
    }
}

/// A counter that closures share.
final class SharedCount: Sendable {
    let value = Atomic<Int>(0)
}

/// A client that counts what it gets and keeps nothing.
private final class CountingClient: ChannelInboundHandler, Sendable {
    typealias InboundIn = ByteBuffer
    let count = SharedCount()

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        count.value.add(unwrapInboundIn(data).readableBytes, ordering: .relaxed)
    }

    static func open(port: Int) async throws -> (channel: any Channel, count: SharedCount) {
        let client = CountingClient()
        let channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture { try channel.pipeline.syncOperations.addHandler(client) }
            }
            .connect(host: "127.0.0.1", port: port).get()
        return (channel, client.count)
    }
}

/// How much memory the process has.
private func residentBytes() -> Int {
    guard let file = fopen("/proc/self/statm", "r") else { return 0 }
    defer { fclose(file) }
    var line = [CChar](repeating: 0, count: 128)
    guard fgets(&line, 128, file) != nil else { return 0 }
    let text = String(decoding: line.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    return (text.split(separator: " ").dropFirst().first.flatMap { Int($0) } ?? 0) * 4096
}
