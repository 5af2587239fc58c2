import NIOCore
import Synchronization
import Testing
import WorkflowCore

@testable import WorkflowHTTP

/// Answers never, whatever happens.
private struct StubbornHandler: WorkflowModule, HTTPHandler {
    static let descriptor = ModuleDescriptor(
        type: "test.stubborn", summary: "Never answers.", provides: [.httpHandler])

    /// Hears of each request.
    final class Arrivals: Sendable {
        let signal = Signal()
        let release = Signal()
    }

    private let arrivals: Arrivals

    init(configuration: EmptyConfiguration, context: ModuleContext) {
        arrivals = context.generation.shared(Arrivals.self) { Arrivals() }
    }

    func handle(_ request: ServerRequest) async throws -> ServerResponse {
        arrivals.signal.send()
        let release = arrivals.release
        // Cancellation does not end this.
        await Task.detached { await release.wait() }.value
        return .text("late")
    }
}

struct `The time that a stop takes` {
    @Test func `is that of one server although several wait for requests that never end`() async throws {
        let yaml = """
            modules:
              - {name: one, type: http.server, config: {address: "127.0.0.1:0", shutdownTimeout: 1s, router: router}}
              - {name: two, type: http.server, config: {address: "127.0.0.1:0", shutdownTimeout: 1s, router: router}}
              - {name: three, type: http.server, config: {address: "127.0.0.1:0", shutdownTimeout: 1s, router: router}}
              - {name: router, type: http.router}
              - {name: stubborn, type: test.stubborn}
            workflows:
              http:
                routes: [{method: GET, path: /, handler: stubborn}]
            """
        let engine = WorkflowEngine(
            configuration: try ApplicationConfiguration(yaml: yaml),
            registry: ModuleRegistry(HTTPModules.all + [StubbornHandler.self]), environment: quietEnvironment())
        try await engine.start()
        let arrivals = try #require(engine.runningGeneration).shared(StubbornHandler.Arrivals.self) { .init() }
        var open: [RawConnection] = []
        for name in ["one", "two", "three"] {
            let port = try engine.service(HTTPServerModule.self, named: name).port ?? 0
            let connection = try await RawConnection.open(port: port)
            try await connection.send("GET / HTTP/1.1\r\nhost: t\r\n\r\n")
            await arrivals.signal.wait()
            open.append(connection)
        }
        let start = ContinuousClock.now
        await engine.stop()
        // Each would take two seconds alone if both of its waits took as long as they may: six, one after the other.
        #expect(ContinuousClock.now - start < .seconds(4))
        for connection in open { #expect(try await connection.receiveToEnd() == []) }
        for _ in open { arrivals.release.send() }
    }

    @Test func `does not depend on TLS clients that do not say farewell`() async throws {
        try await withTemporaryDirectory { directory in
            try TestCertificate.make("a", in: directory)
            let entered = Signal()
            let handler = ClosureHandler { _ in
                entered.send()
                try await Task.sleep(for: .seconds(60))
                return .text("late")
            }
            try await withServer(handler, configure: { $0.useTLS("a", directory) }) { (server) async throws in
                let tls = try TestCertificate.clientContext(trusting: "a", in: directory, protocols: [])
                let connection = try await RawConnection.open(port: server.port, autoRead: false, tls: tls)
                try connection.sendIgnoringErrors(Array("GET / HTTP/1.1\r\nhost: t\r\n\r\n".utf8))
                // The handshake is let through, and nothing after it.
                while server.server.requestsInFlight == 0 { try await connection.readOnce() }
                await entered.wait()
                let report = await server.server.stop(deadline: .zero)
                #expect(report.requestsCut == 1)
                #expect(server.server.openConnections == 0)
            }
        }
    }

    @Test func `a response that is still being read is not cut`() async throws {
        let size = 12 << 20
        let handler = ClosureHandler { _ in ServerResponse(body: .bytes(Array(repeating: 65, count: size))) }
        try await withServer(handler) { (server) async throws in
            let connection = try await RawConnection.open(port: server.port, autoRead: false, receiveBuffer: 8192)
            try await connection.send("GET / HTTP/1.1\r\nhost: t\r\n\r\n")
            while server.server.openConnections == 0 { await Task.yield() }
            let sent = try await server.get("/").body.count
            #expect(sent == size)
            async let report = server.server.stop(deadline: .seconds(30))
            try await connection.channel.setOption(.autoRead, value: true).get()
            #expect(try await connection.receiveToEnd(timeout: .seconds(30)).count > size)
            #expect(await report.requestsCut == 0)
        }
    }
}
