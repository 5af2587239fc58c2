import HTTPTypes
import Logging
import NIOCore
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

private let ok = ClosureHandler { .text($0.remoteAddress) }
private let get = "GET / HTTP/1.1\r\nhost: t\r\n\r\n"

struct `Limits of connections` {
    @Test func `the connection that was idle for longest makes room for a new one`() async throws {
        try await withServer(ok, configure: { $0.maxConnections = 2 }) { (server) async throws in
            var open: [RawConnection] = []
            for _ in 0..<2 {
                let connection = try await server.connect()
                try await connection.send(get)
                #expect(try await connection.response().status == 200)
                open.append(connection)
            }
            for _ in 0..<4 {
                let connection = try await server.connect()
                try await connection.send(get)
                #expect(try await connection.response().status == 200)
                #expect(server.server.openConnections <= 2)
            }
            for connection in open { #expect(try await connection.receiveToEnd() == []) }
        }
    }

    @Test func `a connection over the limit gets 503 when none is idle`() async throws {
        let entered = Signal()
        let leave = Signal()
        let handler = ClosureHandler { _ in
            entered.send()
            await leave.wait()
            return .text("done")
        }
        try await withServer(handler, configure: { $0.maxConnections = 1 }) { (server) async throws in
            let first = try await server.connect()
            try await first.send(get)
            await entered.wait()
            let second = try await server.connect()
            let response = try await second.response()
            #expect(response.status == 503)
            #expect(response["retry-after"] == "1")
            #expect(try await second.receiveToEnd() == [])
            leave.send()
            #expect(try await first.response().text == "done")
        }
    }

    @Test func `one address may have only so many connections`() async throws {
        let observer = RecordingObserver()
        try await withServer(ok, observer: observer, configure: { $0.maxConnectionsPerAddress = 2 }) {
            (server) async throws in
            let first = try await server.connect()
            let second = try await server.connect()
            for connection in [first, second] {
                try await connection.send(get)
                #expect(try await connection.response().status == 200)
            }
            #expect(try await server.connect().response().status == 503)
            #expect(observer.refusals == [503])
            try await first.close()
            while server.server.openConnections > 1 { await Task.yield() }
            #expect(try await server.get("/").status == 200)
        }
    }

    @Test func `a trusted proxy may have more`() async throws {
        func configure(_ configuration: inout HTTPServerConfiguration) {
            configuration.maxConnectionsPerAddress = 1
            configuration.trustedProxies = ["127.0.0.1"]
        }
        try await withServer(ok, configure: configure) { (server) async throws in
            var open: [RawConnection] = []
            for _ in 0..<3 {
                let connection = try await server.connect()
                try await connection.send(get)
                #expect(try await connection.response().status == 200)
                open.append(connection)
            }
        }
    }

    @Test func `a unix socket is not counted by address`() async throws {
        try await withTemporaryDirectory { directory in
            let path = "\(directory.path)/server.sock"
            let address = try ListenAddress("unix:\(path)")
            func configure(_ configuration: inout HTTPServerConfiguration) {
                configuration.address = address
                configuration.maxConnectionsPerAddress = 1
            }
            try await withServer(ok, configure: configure) { (_) async throws in
                var open: [RawConnection] = []
                for _ in 0..<3 {
                    let connection = try await RawConnection.open(unixSocket: path)
                    try await connection.send(get)
                    #expect(try await connection.response().status == 200)
                    open.append(connection)
                }
            }
        }
    }

    @Test func `addresses of one IPv6 network are counted together`() {
        let none = TrustedProxies([])
        func network(_ text: String) -> IPAddress? { Peer(address: text, proxies: none).network }
        #expect(network("2001:db8::1") == network("2001:db8::2"))
        #expect(network("2001:db8:0:1::1") != network("2001:db8::1"))
        #expect(network("192.0.2.1") != network("192.0.2.2"))
        #expect(network("::ffff:192.0.2.1") == network("192.0.2.1"))
        #expect(network("") == nil)
    }

    @Test func `the limit of open files is raised to what the system allows`() {
        _ = DescriptorLimit.raise()
        var limit = rlimit()
        #if canImport(Glibc)
        getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
        #else
        getrlimit(RLIMIT_NOFILE, &limit)
        #endif
        #expect(limit.rlim_cur >= min(limit.rlim_max, 10_240))
    }

    @Test func `connections leave room for other files`() {
        #expect(DescriptorLimit.connections(wanted: 16_384, descriptors: 1_048_576) == 16_384)
        #expect(DescriptorLimit.connections(wanted: 16_384, descriptors: 1024) == 768)
        #expect(DescriptorLimit.connections(wanted: 100, descriptors: 1024) == 100)
        #expect(DescriptorLimit.connections(wanted: 16_384, descriptors: 256) == 64)
    }

    @Test func `a limit that the system does not allow is told`() async throws {
        let messages = SharedValue<[String]>([])
        let logger = Logger(label: "test", factory: { _ in RecordingLogHandler(messages: messages) })
        var configuration = HTTPServerConfiguration(address: ListenAddress(host: "127.0.0.1", port: 0))
        configuration.maxConnections = .max
        let server = HTTPServer(configuration: configuration, responder: ok, logger: logger)
        try await server.start()
        await server.stop(deadline: .zero)
        #expect(messages.value.contains { $0.contains("fewer connections") })
    }
}

struct `The client behind a proxy` {
    @Test(arguments: [
        ("203.0.113.7", "203.0.113.7"), ("198.51.100.1, 203.0.113.7", "203.0.113.7"),
        ("203.0.113.7, 10.1.2.3", "203.0.113.7"), ("rubbish", "127.0.0.1"), ("2001:db8::5", "2001:db8::5"),
    ])
    func `is told by a trusted one`(forwarded: String, client: String) async throws {
        try await withServer(ok, configure: { $0.trustedProxies = ["127.0.0.1", "10.0.0.0/8"] }) {
            (server) async throws in
            #expect(try await server.get("/", headers: ["x-forwarded-for: \(forwarded)"]).text == client)
            #expect(try await server.get("/").text == "127.0.0.1")
        }
    }

    @Test func `is not told by anybody else`() async throws {
        try await withServer(ok, configure: { $0.trustedProxies = ["unix", "10.0.0.0/8"] }) { (server) async throws in
            #expect(try await server.get("/", headers: ["x-forwarded-for: 203.0.113.7"]).text == "127.0.0.1")
        }
    }

    @Test(arguments: [(["unix"], "203.0.113.7"), ([], "")])
    func `is told over a unix socket when that is trusted`(proxies: [String], client: String) async throws {
        try await withTemporaryDirectory { directory in
            let path = "\(directory.path)/server.sock"
            let address = try ListenAddress("unix:\(path)")
            func configure(_ configuration: inout HTTPServerConfiguration) {
                configuration.address = address
                configuration.trustedProxies = proxies
            }
            try await withServer(ok, configure: configure) { (_) async throws in
                let connection = try await RawConnection.open(unixSocket: path)
                try await connection.send("GET / HTTP/1.1\r\nhost: t\r\nx-forwarded-for: 203.0.113.7\r\n\r\n")
                #expect(try await connection.response().text == client)
            }
        }
    }

    @Test func `is told for HTTP/2 as well`() async throws {
        func configure(_ configuration: inout HTTPServerConfiguration) {
            configuration.http2.allowsPriorKnowledge = true
            configuration.trustedProxies = ["127.0.0.1"]
        }
        try await withServer(ok, configure: configure) { (server) async throws in
            let client = try await HTTP2Client.open(port: server.port, tls: nil)
            let headers = [.init("x-forwarded-for")!: "203.0.113.7"] as HTTPFields
            #expect(try await client.send(.get, "/", headers: headers).text == "203.0.113.7")
            try await client.channel.close().get()
        }
    }
}

private struct RecordingLogHandler: LogHandler {
    let messages: SharedValue<[String]>
    var metadata: Logger.Metadata = [:]
    var logLevel = Logger.Level.trace

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        messages.update { $0.append("\(event.message)") }
    }
}
