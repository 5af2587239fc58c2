import HTTPTypes
import Logging
import NIOSSL
import Testing
import WorkflowCore
import WorkflowHTTP

private let echo = ClosureHandler { request in
    .text("\(request.isSecure) \(request.authority ?? "-") \(try await request.body.collect(upTo: 1 << 20).count)")
}

struct `TLS` {
    @Test func `HTTP/1.1 is spoken over TLS`() async throws {
        try await withTemporaryDirectory { directory in
            try TestCertificate.make("a", in: directory)
            try await withServer(echo, configure: { $0.useTLS("a", directory) }) { (server) async throws in
                let tls = try TestCertificate.clientContext(trusting: "a", in: directory, protocols: ["http/1.1"])
                let connection = try await RawConnection.open(port: server.port, tls: tls)
                for _ in 0..<3 {
                    try await connection.send("POST / HTTP/1.1\r\nhost: t\r\ncontent-length: 2\r\n\r\nab")
                    #expect(try await connection.response().text == "true t 2")
                }
                try await connection.send("GET / HTTP/1.1\r\nhost: t\r\nconnection: close\r\n\r\n")
                #expect(try await connection.response().text == "true t 0")
                #expect(try await connection.receiveToEnd() == [])
            }
        }
    }

    @Test func `a client without ALPN gets HTTP/1.1`() async throws {
        try await withTemporaryDirectory { directory in
            try TestCertificate.make("a", in: directory)
            try await withServer(echo, configure: { $0.useTLS("a", directory) }) { (server) async throws in
                let tls = try TestCertificate.clientContext(trusting: "a", in: directory, protocols: [])
                let connection = try await RawConnection.open(port: server.port, tls: tls)
                try await connection.send("GET / HTTP/1.1\r\nhost: t\r\n\r\n")
                #expect(try await connection.response().text == "true t 0")
            }
        }
    }

    @Test func `TLS 1.1 is refused`() async throws {
        try await withTemporaryDirectory { directory in
            try TestCertificate.make("a", in: directory)
            try await withServer(echo, configure: { $0.useTLS("a", directory) }) { (server) async throws in
                let tls = try TestCertificate.clientContext(
                    trusting: "a", in: directory, protocols: [], maximumVersion: .tlsv11)
                let connection = try await RawConnection.open(port: server.port, tls: tls)
                await #expect(throws: (any Error).self) {
                    try await connection.send("GET / HTTP/1.1\r\nhost: t\r\n\r\n")
                    _ = try await connection.response()
                }
            }
        }
    }

    @Test(arguments: [("1.2", true), ("1.3", false)])
    func `the lowest version can be chosen`(version: String, acceptsTLS12: Bool) async throws {
        try await withTemporaryDirectory { directory in
            try TestCertificate.make("a", in: directory)
            let yaml = """
                modules:
                  - name: server
                    type: http.server
                    config:
                      address: "127.0.0.1:0"
                      tls: {certificate: \(directory.path)/a.pem, key: \(directory.path)/a.key, minVersion: \(version)}
                  - {name: router, type: http.router}
                  - {name: hello, type: http.handler}
                workflows:
                  http:
                    routes: [{method: GET, path: /, handler: hello}]
                """
            try await withApplication(yaml) { app async throws in
                func works(_ maximum: TLSVersion) async throws -> Bool {
                    let tls = try TestCertificate.clientContext(
                        trusting: "a", in: directory, protocols: [], maximumVersion: maximum)
                    let connection = try await RawConnection.open(port: app.port, tls: tls)
                    do {
                        try await connection.send("GET / HTTP/1.1\r\nhost: t\r\n\r\n")
                        return try await connection.response().status == 200
                    } catch {
                        return false
                    }
                }
                #expect(try await works(.tlsv13))
                #expect(try await works(.tlsv12) == acceptsTLS12)
            }
        }
    }

    @Test func `an unknown lowest version is refused`() async {
        let yaml = web.replacing(
            "\"127.0.0.1:0\"", with: "\"127.0.0.1:0\", tls: {certificate: a, key: b, minVersion: 1.1}")
        #expect(await problems(of: yaml).contains("must be one of 1.2, 1.3"))
    }

    @Test func `a large file goes over TLS`() async throws {
        try await withTemporaryDirectory { directory in
            try TestCertificate.make("a", in: directory)
            let content = (0..<1_000_000).map { UInt8(truncatingIfNeeded: $0 &* 31) }
            try directory.write(content, to: "large.bin")
            let path = directory.path + "/large.bin"
            let handler = ClosureHandler { _ in
                ServerResponse(body: .file(path: path, offset: 10, length: 999_000))
            }
            try await withServer(handler, configure: { $0.useTLS("a", directory) }) { (server) async throws in
                let tls = try TestCertificate.clientContext(trusting: "a", in: directory, protocols: [])
                let connection = try await RawConnection.open(port: server.port, tls: tls)
                try await connection.send("GET / HTTP/1.1\r\nhost: t\r\n\r\n")
                #expect(try await connection.response().body == Array(content[10..<999_010]))
            }
        }
    }

    @Test func `a handshake that does not go on is ended`() async throws {
        try await withTemporaryDirectory { directory in
            try TestCertificate.make("a", in: directory)
            func configure(_ configuration: inout HTTPServerConfiguration) {
                configuration.useTLS("a", directory)
                configuration.readTimeout = .milliseconds(100)
            }
            try await withServer(echo, configure: configure) { (server) async throws in
                let connection = try await server.connect()
                _ = try await connection.receiveToEnd()
            }
        }
    }

    @Test func `certificates are exchanged while the server serves`() async throws {
        try await withTemporaryDirectory { directory in
            try TestCertificate.make("a", in: directory)
            let old = try TestCertificate.clientContext(trusting: "a", in: directory, protocols: [])
            try await withServer(echo, configure: { $0.useTLS("a", directory) }) { (server) async throws in
                func works(_ tls: NIOSSLContext) async throws -> Bool {
                    let connection = try await RawConnection.open(port: server.port, tls: tls)
                    do {
                        try await connection.send("GET / HTTP/1.1\r\nhost: t\r\n\r\n")
                        return try await connection.response().status == 200
                    } catch {
                        return false
                    }
                }
                #expect(try await works(old))
                try directory.write("rubbish", to: "a.pem")
                #expect(throws: WorkflowError.self) { try server.server.reloadCertificates() }
                #expect(try await works(old))
                try TestCertificate.make("a", in: directory)
                try server.server.reloadCertificates()
                #expect(try await !works(old))
                let new = try TestCertificate.clientContext(trusting: "a", in: directory, protocols: [])
                #expect(try await works(new))
            }
        }
    }

    @Test func `a missing certificate is named in the error`() async throws {
        var configuration = HTTPServerConfiguration(address: ListenAddress(host: "127.0.0.1", port: 0))
        configuration.tls = .init(certificatePath: "/nonexistent/cert.pem", privateKeyPath: "/nonexistent/key.pem")
        let server = HTTPServer(configuration: configuration, responder: echo, logger: Logger(label: "test"))
        let error = await #expect(throws: WorkflowError.self) { try await server.start() }
        #expect(error?.message.contains("/nonexistent/cert.pem") == true)
    }
}

extension HTTPServerConfiguration {
    mutating func useTLS(_ name: String, _ directory: TemporaryDirectory) {
        tls = TLS(certificatePath: "\(directory.path)/\(name).pem", privateKeyPath: "\(directory.path)/\(name).key")
    }
}
