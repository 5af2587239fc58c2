import Logging
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

/// Answers with a text of its own.
private func answering(_ text: String) -> ClosureHandler {
    ClosureHandler { _ in .text(text) }
}

@Suite("Sockets that the process was started with")
struct InheritedSocketTests {
    @Test(
        arguments: [
            (["LISTEN_PID": "7", "LISTEN_FDS": "2", "LISTEN_FDNAMES": "web:admin"], ["3 web", "4 admin"]),
            (["LISTEN_PID": "7", "LISTEN_FDS": "2", "LISTEN_FDNAMES": "web"], ["3 web", "4 unknown"]),
            (["LISTEN_PID": "7", "LISTEN_FDS": "1"], ["3 unknown"]),
            (["LISTEN_PID": "8", "LISTEN_FDS": "1"], []),
            (["LISTEN_FDS": "1"], []),
            (["LISTEN_PID": "7"], []),
            (["LISTEN_PID": "7", "LISTEN_FDS": "0"], []),
            (["LISTEN_PID": "7", "LISTEN_FDS": "-1"], []),
            (["LISTEN_PID": "7", "LISTEN_FDS": "many"], []),
            (["LISTEN_PID": "7", "LISTEN_FDS": "2147483647"], []),
        ] as [([String: String], [String])])
    func `are announced to one process by the environment`(variables: [String: String], expected: [String]) {
        let found = InheritedSockets.announced(by: variables, to: 7)
        #expect(found.map { "\($0.descriptor) \($0.name)" } == expected)
    }

    @Test(arguments: [
        ("127.0.0.1:80", "127.0.0.1:80", true), ("127.0.0.1:80", "127.0.0.1:81", false),
        ("127.0.0.1:80", "127.0.0.2:80", false), ("127.0.0.1:80", "localhost:80", true),
        ("10.0.0.1:80", "localhost:80", false), ("127.0.0.1:80", ":80", false),
        ("127.0.0.1:80", "web.example:80", false),
        ("0.0.0.0:80", ":80", true), ("0.0.0.0:80", "0.0.0.0:80", true), ("0.0.0.0:80", "127.0.0.1:80", false),
        ("0.0.0.0:80", "[::]:80", false), ("[::1]:80", "[0:0::1]:80", true), ("[::1]:80", "localhost:80", true),
        ("[::]:80", ":80", true), ("[::]:80", "[::]:80", true), ("[::]:80", "0.0.0.0:80", true),
        ("[::]:80", "127.0.0.1:80", false), ("[::]:80 only", "0.0.0.0:80", false), ("[::]:80 only", ":80", true),
        ("127.0.0.1:0", "127.0.0.1:0", false), ("unix:/run/a", "unix:/run/a", true),
        ("unix:/run/a", "unix:/run/b", false),
        ("unix:/run/a", ":80", false), ("127.0.0.1:80", "unix:/run/a", false),
    ])
    func `serve the addresses that they are bound to`(socket: String, wanted: String, isServed: Bool) throws {
        let parts = socket.split(separator: " ")
        let address: InheritedSocket.Address
        switch try ListenAddress(String(parts[0])).endpoint {
        case .unix(let path): address = .unix(path: path)
        case .tcp(let host, let port):
            let host = try #require(host.flatMap { IPAddress($0) })
            address = .tcp(host, port: port, takesIPv4: parts.count == 1)
        }
        #expect(address.serves(try ListenAddress(wanted)) == isServed)
    }

    @Test func `are used instead of the address, and stay open after the server`() async throws {
        let (descriptor, port) = try listeningSocket()
        defer { close(descriptor) }
        let sockets = adopt(descriptor)
        #expect(sockets.unusedAddresses == ["127.0.0.1:\(port)"])
        let address = ListenAddress(host: "127.0.0.1", port: UInt16(port))
        func use(_ settings: inout HTTPServerConfiguration) {
            settings.address = address
            settings.inheritedSockets = sockets
        }
        for generation in ["first", "second"] {
            try await withServer(answering(generation), configure: use) { (server) async throws in
                #expect(server.server.localAddress == address)
                #expect(sockets.unusedAddresses == [])
                let answer = try await server.get("/")
                #expect(answer.text == generation)
            }
        }
        // Nobody accepts, and still nobody is refused: the answer comes from the server that is started later.
        let waiting = try await RawConnection.open(port: port)
        try await waiting.send("GET / HTTP/1.1\r\nhost: t\r\n\r\n")
        try await withServer(answering("third"), configure: use) { (_) async throws in
            #expect(try await waiting.response().text == "third")
        }
    }

    @Test func `are shared by servers at the same time`() async throws {
        let (descriptor, port) = try listeningSocket()
        defer { close(descriptor) }
        let sockets = adopt(descriptor)
        func use(_ settings: inout HTTPServerConfiguration) {
            settings.address = ListenAddress(host: "127.0.0.1", port: UInt16(port))
            settings.inheritedSockets = sockets
        }
        try await withServer(answering("old"), configure: use) { (old) async throws in
            try await withServer(answering("new"), configure: use) { (new) async throws in
                for _ in 0..<200 { #expect(try await ["old", "new"].contains(new.get("/").text)) }
                await old.server.stop(deadline: .seconds(5))
                for _ in 0..<20 { #expect(try await new.get("/").text == "new") }
            }
        }
    }

    @Test func `that are unix sockets keep their file`() async throws {
        try await withTemporaryDirectory { directory in
            let path = "\(directory.path)/web.sock"
            let descriptor = try unixSocket(path)
            defer { close(descriptor) }
            let sockets = adopt(descriptor)
            let address = try ListenAddress("unix:\(path)")
            func use(_ settings: inout HTTPServerConfiguration) {
                settings.address = address
                settings.inheritedSockets = sockets
            }
            for _ in 0..<2 {
                try await withServer(answering("ok"), configure: use) { (_) async throws in
                    let connection = try await RawConnection.open(unixSocket: path)
                    try await connection.send("GET / HTTP/1.1\r\nhost: t\r\n\r\n")
                    #expect(try await connection.response().text == "ok")
                }
            }
        }
    }

    @Test func `that cannot be listened on are told and left alone`() throws {
        var ends: [Int32] = [-1, -1]
        #expect(pipe(&ends) == 0)
        let stream = try socketDescriptor(AF_INET)
        defer { for descriptor in ends + [stream] { close(descriptor) } }
        let lines = SharedValue<[String]>([])
        let logger = Logger(label: "test") { _ in WarningHandler(lines: lines) }
        let sockets = InheritedSockets(
            [
                .init(descriptor: ends[0], name: "pipe"), .init(descriptor: stream, name: "idle"),
                .init(descriptor: 1_000_000, name: "closed"),
            ], logger: logger)
        #expect(sockets.unusedAddresses == [])
        #expect(
            lines.value == [
                "pipe: it is no socket: Socket operation on non-socket",
                "idle: it does not listen (sockets with Accept=yes are not supported)",
                "closed: it cannot be used: Bad file descriptor",
            ])
    }

    @Test func `that no server uses are told`() throws {
        let (descriptor, port) = try listeningSocket()
        defer { close(descriptor) }
        let sockets = adopt(descriptor)
        let lines = SharedValue<[String]>([])
        sockets.reportUnused(to: Logger(label: "test") { _ in WarningHandler(lines: lines) })
        #expect(lines.value == ["test: 127.0.0.1:\(port)"])
    }

    @Test func `do not reach programs that this one starts`() throws {
        let (descriptor, _) = try listeningSocket()
        defer { close(descriptor) }
        #expect(fcntl(descriptor, F_GETFD) & FD_CLOEXEC == 0)
        let socket = try InheritedSocket(descriptor: descriptor, name: "web")
        #expect(fcntl(descriptor, F_GETFD) & FD_CLOEXEC != 0)
        let copy = try socket.duplicate()
        defer { close(copy) }
        #expect(fcntl(copy, F_GETFD) & FD_CLOEXEC != 0)
    }
}

@Suite("Two servers on one address")
struct ReusePortTests {
    @Test func `are allowed when both say so, and nothing waiting is lost when one of them stops`() async throws {
        try await withServer(answering("old"), configure: { $0.reusePort = true }) { (old) async throws in
            let address = ListenAddress(host: "127.0.0.1", port: UInt16(old.port))
            func share(_ settings: inout HTTPServerConfiguration) {
                settings.address = address
                settings.reusePort = true
            }
            try await withServer(answering("new"), configure: share) { (new) async throws in
                let answered = try await withThrowingTaskGroup(of: Int.self) { group in
                    for _ in 0..<8 {
                        group.addTask {
                            var answered = 0
                            for _ in 0..<100 {
                                guard let response = try? await new.get("/") else { continue }
                                #expect(["old", "new"].contains(response.text))
                                answered += 1
                            }
                            return answered
                        }
                    }
                    await old.server.stop(deadline: .seconds(10))
                    return try await group.reduce(0, +)
                }
                // The kernel may reset one that comes between the last look at the queue and its closing; a queue that is
                // thrown away costs several.
                #expect(answered >= 799)
            }
        }
    }

    @Test func `are refused when only one says so`() async throws {
        try await withServer(answering("first")) { (first) async throws in
            var settings = HTTPServerConfiguration(address: ListenAddress(host: "127.0.0.1", port: UInt16(first.port)))
            settings.reusePort = true
            let second = HTTPServer(
                configuration: settings, responder: answering("second"), logger: Logger(label: "test"))
            let error = await #expect(throws: WorkflowError.self) { try await second.start() }
            #expect(error?.message.contains("the address is already in use") == true)
        }
    }

    @Test func `a connection whose first request is on its way is answered by a server that stops`() async throws {
        try await withServer(answering("late")) { (server) async throws in
            let connection = try await server.connect()
            while server.server.openConnections == 0 { await Task.yield() }
            await server.server.drain()
            try await connection.send("GET / HTTP/1.1\r\nhost: t\r\n\r\n")
            let answer = try await connection.response()
            #expect(answer.text == "late")
            #expect(answer["connection"] == "close")
            // One that stays silent is not waited for.
            let report = await server.server.stop(deadline: .seconds(10))
            #expect(report == HTTPServer.StopReport(requestsInFlight: 0, requestsCut: 0))
        }
    }
}

private struct NoSocket: Error {
    let code = errno
}

private func adopt(_ descriptor: Int32) -> InheritedSockets {
    InheritedSockets([.init(descriptor: descriptor, name: "test")], logger: Logger(label: "test"))
}

private func socketDescriptor(_ family: Int32) throws -> Int32 {
    #if canImport(Glibc)
    let descriptor = socket(family, Int32(SOCK_STREAM.rawValue), 0)
    #else
    let descriptor = socket(family, SOCK_STREAM, 0)
    #endif
    guard descriptor >= 0 else { throw NoSocket() }
    return descriptor
}

/// A socket that listens on a free port of the loopback interface.
private func listeningSocket() throws -> (descriptor: Int32, port: Int) {
    let descriptor = try socketDescriptor(AF_INET)
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    var size = socklen_t(MemoryLayout<sockaddr_in>.size)
    try withUnsafeMutableBytes(of: &address) { bytes in
        try bytes.withMemoryRebound(to: sockaddr.self) { address in
            guard bind(descriptor, address.baseAddress, size) == 0, listen(descriptor, 16) == 0,
                getsockname(descriptor, address.baseAddress, &size) == 0
            else { throw NoSocket() }
        }
    }
    return (descriptor, Int(UInt16(bigEndian: address.sin_port)))
}

private func unixSocket(_ path: String) throws -> Int32 {
    let descriptor = try socketDescriptor(AF_UNIX)
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: Array(path.utf8)) }
    try withUnsafeBytes(of: address) { bytes in
        try bytes.withMemoryRebound(to: sockaddr.self) { raw in
            let size = socklen_t(MemoryLayout<sockaddr_un>.size)
            guard bind(descriptor, raw.baseAddress, size) == 0, listen(descriptor, 16) == 0 else { throw NoSocket() }
        }
    }
    return descriptor
}

/// Keeps what a warning is about.
private struct WarningHandler: LogHandler {
    let lines: SharedValue<[String]>
    var metadata: Logger.Metadata = [:]
    var logLevel = Logger.Level.warning

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        let what = event.metadata?["error"] ?? event.metadata?["socket.address"] ?? ""
        lines.update { $0.append("\(event.metadata?["socket.name"] ?? ""): \(what)") }
    }
}
