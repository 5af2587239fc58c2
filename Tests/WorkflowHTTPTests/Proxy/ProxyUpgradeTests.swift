import HTTPTypes
import Testing
import WorkflowCore
import WorkflowTesting

@testable import WorkflowHTTP

@Suite("http.proxy: upgrades", .timeLimit(.minutes(1)))
struct ProxyUpgradeTests {
    private static let request =
        "GET /chat HTTP/1.1\r\nhost: t\r\nconnection: keep-alive, Upgrade\r\nupgrade: websocket\r\n"
        + "sec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\nsec-websocket-version: 13\r\n\r\n"
    private static let agreement =
        "HTTP/1.1 101 Switching Protocols\r\nupgrade: websocket\r\nconnection: Upgrade\r\n"
        + "sec-websocket-accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n"

    /// A tunnel that both sides have agreed to; the client's first bytes come with its request.
    private func withTunnel(
        _ configuration: String = "", environment: EngineEnvironment = quietEnvironment(),
        _ body: (TestApplication, RawConnection, RawPeer) async throws -> Void
    ) async throws {
        try await withRawBackend(configuration, environment: environment) { app, backend async throws in
            let client = try await app.connect()
            try await client.send(Self.request + "early")
            let peer = try await backend.accept()
            let head = try await peer.head()
            #expect(head.contains("connection: upgrade"))
            #expect(head.contains("upgrade: websocket"))
            #expect(head.contains("sec-websocket-version: 13"))
            try await peer.send(Self.agreement + "first")
            let answer = try await client.receive(until: "\r\n\r\n")
            #expect(answer.hasPrefix("HTTP/1.1 101 Switching Protocols\r\n"))
            #expect(answer.contains("connection: upgrade\r\nupgrade: websocket\r\n"))
            #expect(answer.contains("sec-websocket-accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo="))
            #expect(!answer.contains("content-length") && !answer.contains("transfer-encoding"))
            #expect(try await client.receive(until: "first") == "first")
            #expect(try await peer.receive(until: "early") == "early")
            try await body(app, client, peer)
        }
    }

    @Test func `bytes pass both ways until the client closes`() async throws {
        let environment = quietEnvironment()
        try await withTunnel(environment: environment) { _, client, peer async throws in
            let gauge = { String(decoding: environment.metrics.registry.render(), as: UTF8.self) }
            #expect(gauge().contains("proxy_tunnels{backend=\"api\"} 1"))
            // A masked text frame with "Hello" and an unmasked one (RFC 6455, section 5.7).
            let frame: [UInt8] = [0x81, 0x85, 0x37, 0xFA, 0x21, 0x3D, 0x7F, 0x9F, 0x4D, 0x51, 0x58]
            try await client.send(frame)
            #expect(try await peer.receive(count: frame.count) == frame)
            try await peer.send("\u{5}Hello")
            #expect(try await client.receive(until: "Hello") == "\u{5}Hello")
            let large = (0..<1 << 20).map { UInt8(truncatingIfNeeded: $0) }
            async let sent: Void = client.send(large)
            #expect(try await peer.receive(count: large.count) == large)
            try await sent
            try await client.close()
            _ = await peer.receiveToEnd()
            try await eventually { gauge().contains("proxy_tunnels{backend=\"api\"} 0") }
        }
    }

    @Test func `what the backend sent last arrives before the close`() async throws {
        try await withTunnel { _, client, peer async throws in
            try await peer.send("goodbye")
            try await peer.close()
            #expect(String(decoding: try await client.receiveToEnd(), as: UTF8.self) == "goodbye")
        }
    }

    @Test func `a backend that does not agree answers as usual`() async throws {
        try await withRawBackend { app, backend async throws in
            let client = try await app.connect()
            try await client.send(Self.request)
            let peer = try await backend.accept()
            _ = try await peer.head()
            try await peer.answer("not here", status: "403 Forbidden")
            let response = try await client.response()
            #expect(response.status == 403)
            #expect(response.text == "not here")
            #expect(try await client.receiveToEnd() == [])
        }
    }

    @Test func `another protocol is not passed on`() async throws {
        try await withRawBackend { app, backend async throws in
            let client = try await app.connect()
            try await client.send(
                "GET / HTTP/1.1\r\nhost: t\r\nconnection: upgrade, http2-settings\r\nupgrade: h2c\r\n"
                    + "http2-settings: AAMAAABkAAQAAP__\r\n\r\n")
            let peer = try await backend.accept()
            let head = try await peer.head()
            #expect(!head.contains { $0.hasPrefix("upgrade") || $0.hasPrefix("connection") || $0.hasPrefix("http2") })
            try await peer.answer("plain")
            #expect(try await client.response().text == "plain")
        }
    }

    @Test func `a backend cannot choose another protocol`() async throws {
        try await withRawBackend { app, backend async throws in
            let client = try await app.connect()
            try await client.send(Self.request)
            let peer = try await backend.accept()
            _ = try await peer.head()
            try await peer.send("HTTP/1.1 101 Switching Protocols\r\nupgrade: h2c\r\nconnection: upgrade\r\n\r\n")
            #expect(try await client.response().status == 502)
            _ = await peer.receiveToEnd()
        }
    }

    @Test func `what follows a refused upgrade is no request`() async throws {
        try await withRawBackend { app, backend async throws in
            let client = try await app.connect()
            try await client.send(Self.request + "GET /smuggled HTTP/1.1\r\nhost: t\r\n\r\n")
            let peer = try await backend.accept()
            _ = try await peer.head()
            try await peer.answer("no", status: "426 Upgrade Required")
            #expect(try await client.response().status == 426)
            #expect(try await client.receiveToEnd() == [])
            await app.engine.stop()
            #expect(await peer.receiveToEnd() == "")
            #expect(backend.connectionCount == 1)
        }
    }

    @Test func `a silent tunnel is closed`() async throws {
        let clock = TestClock()
        try await withTunnel("tunnelIdleTimeout: 60s", environment: quietEnvironment(clock: clock)) {
            _, client, peer async throws in
            for _ in 0..<3 {
                clock.advance(by: .seconds(59))
                try await client.send("still here.")
                _ = try await peer.receive(until: "still here.")
                clock.advance(by: .seconds(59))
                try await peer.send("me too.")
                #expect(try await client.receive(until: "me too.") == "me too.")
            }
            let advancing = Task {
                while !Task.isCancelled {
                    clock.advance(by: .seconds(60))
                    await Task.yield()
                }
            }
            defer { advancing.cancel() }
            #expect(try await client.receiveToEnd() == [])
            _ = await peer.receiveToEnd()
        }
    }

    @Test func `tunnels end when the application stops`() async throws {
        try await withTunnel { app, client, peer async throws in
            await app.engine.stop()
            #expect(try await client.receiveToEnd() == [])
            _ = await peer.receiveToEnd()
        }
    }

    @Test func `requestTimeout of the server does not cut a tunnel`() async throws {
        let backend = try await RawBackend.open()
        try await withProxy(
            "backendServices: {api: \"\(backend.url)\"}\ndefaultBackend: api", server: ", requestTimeout: 2s"
        ) { app async throws in
            let client = try await app.connect()
            try await client.send(Self.request)
            let peer = try await backend.accept()
            _ = try await peer.head()
            try await peer.send(Self.agreement)
            _ = try await client.receive(until: "\r\n\r\n")
            // A request of its own tells that the time is over.
            async let slow = app.get("/slow")
            #expect(try await slow.status == 503)
            try await client.send("ping.")
            #expect(try await peer.receive(until: "ping.") == "ping.")
        }
        try await backend.close()
    }
}
