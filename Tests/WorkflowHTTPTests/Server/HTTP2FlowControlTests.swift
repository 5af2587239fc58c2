import Synchronization
import Testing
import WorkflowCore
import WorkflowHTTP

private func withFrames(
    _ handler: any HTTPHandler, window: UInt32, configure: (inout HTTPServerConfiguration) -> Void = { _ in },
    _ body: (TestServer, HTTP2Frames) async throws -> Void
) async throws {
    func prepare(_ configuration: inout HTTPServerConfiguration) {
        configuration.http2.allowsPriorKnowledge = true
        configure(&configuration)
    }
    try await withServer(handler, configure: prepare) { (server) async throws in
        let frames = try await HTTP2Frames.open(port: server.port, window: window)
        try await body(server, frames)
        try? await frames.close()
    }
}

struct `HTTP/2 clients that do not take their responses` {
    @Test(arguments: [1, 5000, 200_000])
    func `a stream without a window is reset`(size: Int) async throws {
        let handler = ClosureHandler { _ in ServerResponse(body: .bytes(Array(repeating: 65, count: size))) }
        try await withFrames(handler, window: 0, configure: { $0.writeTimeout = .milliseconds(200) }) {
            (_, frames) async throws in
            try await frames.get(stream: 1)
            let reset = try await frames.next { $0.type == 3 }
            #expect(reset.stream == 1)
            #expect(reset.code == 8)
        }
    }

    @Test func `a streamed body without a window is reset and its producer cancelled`() async throws {
        let cancelled = Signal()
        let handler = ClosureHandler { _ in
            ServerResponse(
                body: .stream(length: nil) { writer in
                    do {
                        try await writer.write([65])
                        try await Task.sleep(for: .seconds(60))
                    } catch {
                        cancelled.send()
                        throw error
                    }
                })
        }
        try await withFrames(handler, window: 0, configure: { $0.writeTimeout = .milliseconds(200) }) {
            (server, frames) async throws in
            try await frames.get(stream: 1)
            #expect(try await frames.next { $0.type == 3 }.code == 8)
            await cancelled.wait()
        }
    }

    @Test func `after the reset the connection is idle and closed`() async throws {
        let handler = ClosureHandler { _ in .text("x") }
        func configure(_ configuration: inout HTTPServerConfiguration) {
            configuration.writeTimeout = .milliseconds(200)
            configuration.idleTimeout = .milliseconds(200)
            configuration.readTimeout = .seconds(2)
        }
        try await withFrames(handler, window: 0, configure: configure) { (_, frames) async throws in
            try await frames.get(stream: 1)
            try await frames.receiveToEnd()
        }
    }

    @Test func `requests wait while too much of the responses before them is unsent`() async throws {
        let count = Atomic<Int>(0)
        let handler = ClosureHandler { _ in
            count.add(1, ordering: .relaxed)
            return ServerResponse(body: .bytes(Array(repeating: 65, count: 1 << 20)))
        }
        try await withFrames(handler, window: 0) { (_, frames) async throws in
            let streams = (0..<8).map { UInt32(2 * $0 + 1) }
            for stream in streams { try await frames.get(stream: stream) }
            try await frames.synchronize()
            #expect(count.load(ordering: .relaxed) == 4)
            // The client takes everything after all.
            try await frames.openWindow(100 << 20)
            for stream in streams { try await frames.openWindow(2 << 20, stream: stream) }
            while count.load(ordering: .relaxed) < 8 { await Task.yield() }
        }
    }
}
