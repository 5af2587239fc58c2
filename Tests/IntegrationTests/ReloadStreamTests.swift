import Foundation
import Synchronization
import Testing
import WorkflowCore

@Suite("Streams that go on through reloads")
struct ReloadStreamTests {
    /// Makes five changes that have nothing to do with what streams go through.
    private func reload(_ fixture: ReloadFixture, _ text: (String) -> String) async throws {
        for round in 1...5 {
            let answer = try await fixture.put(text("text/n\(round)"))
            #expect(answer.json?["status"] == "reloaded")
            #expect(try await fixture.contentType() == "text/n\(round)")
        }
    }

    @Test("server-sent events: the changes before, between and after reloads arrive, each once")
    func events() async throws {
        try await withTemporaryFolder { folder in
            // The old modules go at once, so that the stream cannot live by them.
            let fixture = try await ReloadFixture(
                ReloadText.tickets(), in: folder, ["--reload-observation-seconds", "0", "--drain-seconds", "1"])
            let id = try await fixture.client.ticket()
            let stream = try await RawSocket.connect(to: fixture.server.port())
            try stream.send("GET /tickets/\(id) HTTP/1.1\r\nhost: t\r\naccept: text/event-stream\r\n\r\n")
            try await stream.receive("\"state\":\"open\"")
            try await reload(fixture) { ReloadText.tickets($0) }
            #expect(try await fixture.client.transition(id, "hold") == 200)
            try await stream.receive("\"state\":\"held\"")
            try await reload(fixture) { ReloadText.tickets($0) }
            #expect(try await fixture.client.transition(id, "close") == 200)
            try await stream.receive("\"state\":\"closed\"")
            // The end of the stream of an instance that is complete.
            try await stream.receive("\r\n0\r\n\r\n")
            #expect(stream.received.split(separator: "event: resource", omittingEmptySubsequences: false).count == 4)
            try await fixture.stop()
        }
    }

    @Test("a WebSocket and a long answer through a proxy that does not change")
    func proxied() async throws {
        try await withTemporaryFolder { folder in
            let backend = try RawSocket.listener()
            let proxy = ReloadText.proxy(to: backend.port).replacing("enabled: true", with: "enabled: false")
            let text = { ReloadText.hello($0, modules: [proxy]) }
            let fixture = try await ReloadFixture(
                text("text/a"), in: folder, ["--reload-observation-seconds", "0", "--drain-seconds", "1"])
            let client = try await RawSocket.connect(to: fixture.server.port())
            try client.send(
                "GET /far/socket HTTP/1.1\r\nhost: t\r\nconnection: upgrade\r\nupgrade: websocket\r\n"
                    + "sec-websocket-version: 13\r\nsec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n")
            let far = try await backend.accept()
            try await far.receive("\r\n\r\n")
            try far.send(
                "HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: websocket\r\n"
                    + "sec-websocket-accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n")
            try await client.receive("101 Switching Protocols")

            let reader = try await RawSocket.connect(to: fixture.server.port())
            try reader.send("GET /far/long HTTP/1.1\r\nhost: t\r\n\r\n")
            let writer = try await backend.accept()
            try await writer.receive("\r\n\r\n")
            try writer.send("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\nfirst\r\n")
            try await reader.receive("first")

            try await reload(fixture, text)
            try client.send("from the client")
            try await far.receive("from the client")
            try far.send("from afar")
            try await client.receive("from afar")
            try writer.send("4\r\nlast\r\n0\r\n\r\n")
            try await reader.receive("last\r\n0\r\n\r\n")
            try await fixture.stop()
        }
    }
}

/// A TCP connection on loopback, or what accepts them, that hides nothing of what is sent and received.
final class RawSocket: Sendable {
    let port: Int
    private let descriptor: Int32
    private let state = Mutex((received: "", isOpen: true))

    /// Everything that was received.
    var received: String { state.withLock { $0.received } }

    private init(descriptor: Int32, port: Int) throws {
        self.descriptor = descriptor
        self.port = port
        guard fcntl(descriptor, F_SETFL, O_NONBLOCK) == 0 else { throw Self.failure("fcntl") }
    }

    /// Listens at a free port.
    static func listener() throws -> RawSocket {
        let descriptor = try make()
        guard withAddress(0, { bind(descriptor, $0, $1) }) == 0, listen(descriptor, 128) == 0 else {
            throw failure("listen")
        }
        var address = sockaddr_in()
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let result = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { getsockname(descriptor, $0, &length) }
        }
        guard result == 0 else { throw failure("getsockname") }
        return try RawSocket(descriptor: descriptor, port: Int(in_port_t(bigEndian: address.sin_port)))
    }

    /// Opens a connection.
    static func connect(to port: Int) throws -> RawSocket {
        let descriptor = try make()
        #if canImport(Glibc)
        let result = withAddress(port) { Glibc.connect(descriptor, $0, $1) }
        #else
        let result = withAddress(port) { Darwin.connect(descriptor, $0, $1) }
        #endif
        guard result == 0 else { throw failure("connect") }
        return try RawSocket(descriptor: descriptor, port: port)
    }

    /// Waits for the next connection.
    func accept() async throws -> RawSocket {
        var accepted: Int32 = -1
        try await eventually(within: .seconds(15), "a connection comes") {
            #if canImport(Glibc)
            accepted = Glibc.accept(descriptor, nil, nil)
            #else
            accepted = Darwin.accept(descriptor, nil, nil)
            #endif
            return accepted >= 0
        }
        return try RawSocket(descriptor: accepted, port: port)
    }

    /// Sends a text that fits the buffers of the system.
    func send(_ text: String) throws {
        #if canImport(Glibc)
        let flags = Int32(MSG_NOSIGNAL)
        let sent = Glibc.send(descriptor, text, text.utf8.count, flags)
        #else
        let sent = Darwin.send(descriptor, text, text.utf8.count, 0)
        #endif
        guard sent == text.utf8.count else { throw Self.failure("send") }
    }

    /// Waits until a text is among what was received.
    func receive(_ text: String) async throws {
        try await eventually(within: .seconds(15), "\(text) is received after \(received.suffix(200))") {
            var buffer = [UInt8](repeating: 0, count: 65536)
            let count = recv(descriptor, &buffer, buffer.count, 0)
            guard count != 0 else {
                throw WorkflowError(.unavailable, "The connection was closed before \(text) after \(received)")
            }
            if count > 0 { state.withLock { $0.received += String(decoding: buffer[..<count], as: UTF8.self) } }
            return received.contains(text)
        }
    }

    func close() {
        let wasOpen = state.withLock { state in
            defer { state.isOpen = false }
            return state.isOpen
        }
        if wasOpen { Foundation.close(descriptor) }
    }

    deinit { close() }

    private static func make() throws -> Int32 {
        #if canImport(Glibc)
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        #else
        let descriptor = socket(AF_INET, SOCK_STREAM, 0)
        #endif
        guard descriptor >= 0 else { throw failure("socket") }
        return descriptor
    }

    private static func withAddress(_ port: Int, _ body: (UnsafePointer<sockaddr>, socklen_t) -> Int32) -> Int32 {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = in_port_t(port).bigEndian
        address.sin_addr.s_addr = inet_addr("127.0.0.1")
        return withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                body($0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
    }

    private static func failure(_ call: String) -> WorkflowError {
        WorkflowError(.unavailable, "\(call): \(String(cString: strerror(errno)))")
    }
}
