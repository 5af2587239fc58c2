import NIOSSL
import TestServices
import Testing
import WorkflowCore
import WorkflowHTTP

@Suite("http.server at a reload", .timeLimit(.minutes(1)))
struct ServerReloadTests {
    private static func yaml(_ config: String, type: String = "http.server") -> String {
        """
        modules:
          - {name: server, type: \(type), config: {\(config)}}
          - {name: router, type: http.router}
          - {name: echo, type: test.echo}
        workflows:
          http:
            routes: [{method: "*", path: /echo, handler: echo}]
        """
    }

    private static func free(_ config: String, type: String = "http.server") throws -> ApplicationConfiguration {
        try ApplicationConfiguration(yaml: yaml("address: \"127.0.0.1:0\", \(config)", type: type))
    }

    private func withServer(
        _ configuration: String, type: String = "http.server", _ body: (TestApplication) async throws -> Void
    ) async throws {
        try await withApplication(Self.yaml("address: \"127.0.0.1:0\", \(configuration)", type: type), body)
    }

    private func post(_ count: Int, on connection: RawConnection) async throws -> Int {
        let body = String(repeating: "x", count: count)
        try await connection.send("POST /echo HTTP/1.1\r\nhost: a\r\ncontent-length: \(count)\r\n\r\n\(body)")
        return try await connection.response().status
    }

    private func works(_ tls: NIOSSLContext, _ port: Int) async throws -> Bool {
        let connection = try await RawConnection.open(port: port, tls: tls)
        do {
            return try await post(1, on: connection) == 200
        } catch {
            return false
        }
    }

    private func port(_ app: TestApplication) throws -> Int? { try app.engine.service(HTTPServerModule.self).port }

    @Test func `a limit counts for new connections, and open ones keep theirs`() async throws {
        try await withServer("maxBodyBytes: 1KB") { app async throws in
            let (old, untouched) = (
                try await RawConnection.open(port: app.port), try await RawConnection.open(port: app.port)
            )
            #expect(try await post(1000, on: old) == 200)
            #expect(try await post(1000, on: untouched) == 200)
            #expect(try await post(2000, on: RawConnection.open(port: app.port)) == 413)
            let report = try await app.engine.reload(try Self.free("maxBodyBytes: 4KB"))
            #expect(report.status == .reloaded)
            #expect(try port(app) == app.port)
            let new = try await RawConnection.open(port: app.port)
            #expect(try await post(2000, on: new) == 200)
            #expect(try await post(5000, on: new) == 413)
            #expect(try await post(1000, on: old) == 200)
            #expect(try await post(2000, on: old) == 413)
            #expect(try await app.engine.reload(try Self.free("maxBodyBytes: 1KB")).status == .reloaded)
            #expect(try await post(2000, on: RawConnection.open(port: app.port)) == 413)
            #expect(try await post(1000, on: untouched) == 200)
        }
    }

    @Test func `a shorter time counts for new connections`() async throws {
        try await withServer("idleTimeout: 60s") { app async throws in
            let old = try await RawConnection.open(port: app.port)
            #expect(try await post(1, on: old) == 200)
            #expect(try await app.engine.reload(try Self.free("idleTimeout: 50ms")).status == .reloaded)
            let new = try await RawConnection.open(port: app.port)
            #expect(try await post(1, on: new) == 200)
            #expect(try await new.receiveToEnd().isEmpty)
            #expect(try await post(1, on: old) == 200)
        }
    }

    @Test func `connections of one address are counted over a change of their limit`() async throws {
        try await withServer("maxConnectionsPerAddress: 2") { app async throws in
            let open = [try await RawConnection.open(port: app.port), try await RawConnection.open(port: app.port)]
            for connection in open { #expect(try await post(1, on: connection) == 200) }
            #expect(try await RawConnection.open(port: app.port).response().status == 503)
            #expect(try await app.engine.reload(try Self.free("maxConnectionsPerAddress: 3")).status == .reloaded)
            let third = try await RawConnection.open(port: app.port)
            #expect(try await post(1, on: third) == 200)
            #expect(try await RawConnection.open(port: app.port).response().status == 503)
            for connection in open { #expect(try await post(1, on: connection) == 200) }
        }
    }

    @Test func `what is taken back counts no more`() async throws {
        try await withServer("maxBodyBytes: 1KB") { app async throws in
            let new = SharedValue<RawConnection?>(nil)
            let port = app.port
            let report = try await app.engine.reload(
                try Self.free("maxBodyBytes: 4KB"),
                commit: {
                    new.set(try await RawConnection.open(port: port))
                    #expect(try await post(2000, on: try #require(new.value)) == 200)
                    throw WorkflowError(.storageFull, "The disk is full.")
                })
            #expect(report.status == .refused)
            #expect(report.reason == "The disk is full.")
            // The modules that failed leave a moment later.
            var status = 0
            while status != 413 { status = try await post(2000, on: RawConnection.open(port: port)) }
            #expect(try await post(2000, on: try #require(new.value)) == 200)
        }
    }

    @Test(arguments: ["http.server", "httpserver.modular"])
    func `a certificate that was renewed is used for new connections`(type: String) async throws {
        try await withTemporaryDirectory { directory in
            try TestCertificate.make("a", in: directory)
            let config = "tls: {certificate: \(directory.path)/a.pem, key: \(directory.path)/a.key}"
            let same = try Self.free(config, type: type)
            try await withServer(config, type: type) { app async throws in
                let old = try TestCertificate.clientContext(trusting: "a", in: directory, protocols: [])
                let connection = try await RawConnection.open(port: app.port, tls: old)
                #expect(try await post(1, on: connection) == 200)
                #expect(try await app.engine.reload(same).status == .unchanged)

                try TestCertificate.make("a", in: directory)
                let new = try TestCertificate.clientContext(trusting: "a", in: directory, protocols: [])
                #expect(try await works(old, app.port))
                let report = try await app.engine.reload(same)
                #expect(report.status == .reloaded)
                #expect(try port(app) == app.port)
                #expect(try await works(new, app.port))
                #expect(try await !works(old, app.port))
                #expect(try await post(1, on: connection) == 200)
                #expect(try await app.engine.reload(same).status == .unchanged)
            }
        }
    }

    @Test func `a certificate or key that cannot be used refuses the reload`() async throws {
        try await withTemporaryDirectory { directory in
            try TestCertificate.make("a", in: directory)
            try TestCertificate.make("b", in: directory)
            let files = (certificate: "\(directory.path)/a.pem", key: "\(directory.path)/a.key")
            let config = "tls: {certificate: \(files.certificate), key: \(files.key)}"
            let same = try Self.free(config)
            try await withServer(config) { app async throws in
                let tls = try TestCertificate.clientContext(trusting: "a", in: directory, protocols: [])
                func isRefused(_ reason: String) async throws {
                    let report = try await app.engine.reload(same)
                    #expect(report.status == .refused)
                    #expect(report.reason?.hasPrefix("server (http.server): \(reason)") == true, "\(report)")
                    #expect(try await works(tls, app.port))
                }
                try directory.write("rubbish", to: "a.pem")
                try await isRefused(
                    "Cannot use the certificate in '\(files.certificate)'; it must be readable and in PEM form.")
                try TestCertificate.make("a", in: directory)
                try directory.write("rubbish", to: "a.key")
                try await isRefused(
                    "Cannot use the private key in '\(files.key)'; it must be readable and in PEM form.")
                // The certificate has been renewed, and its key has not been written yet.
                directory.remove("a.key")
                try directory.link("a.key", to: "b.key")
                try await isRefused(
                    "The private key in '\(files.key)' does not belong to the certificate in '\(files.certificate)'.")
            }
        }
    }

    @Test func `a server changes to TLS and back while an open connection goes on`() async throws {
        try await withTemporaryDirectory { directory in
            try TestCertificate.make("a", in: directory)
            try await withServer("requestId: false") { app async throws in
                let plain = try await RawConnection.open(port: app.port)
                #expect(try await post(1, on: plain) == 200)
                let secured = "tls: {certificate: \(directory.path)/a.pem, key: \(directory.path)/a.key}"
                #expect(try await app.engine.reload(try Self.free(secured)).status == .reloaded)
                let tls = try TestCertificate.clientContext(trusting: "a", in: directory, protocols: [])
                #expect(try await works(tls, app.port))
                #expect(try await post(1, on: plain) == 200)
                #expect(try await app.engine.reload(try Self.free("requestId: false")).status == .reloaded)
                #expect(try await app.get("/echo").status == 200)
                #expect(try await !works(tls, app.port))
            }
        }
    }

    @Test func `only reusePort cannot change while the address stays`() async throws {
        let port = try FreePort.next()
        let address = "address: \"127.0.0.1:\(port)\""
        try await withApplication(Self.yaml(address)) { app async throws in
            let shared = try ApplicationConfiguration(yaml: Self.yaml("\(address), reusePort: true"))
            let report = try await app.engine.reload(shared)
            #expect(report.status == .refused)
            #expect(
                report.reason
                    == "server (http.server): This program listens on 127.0.0.1:\(port) with another reusePort, which "
                    + "cannot change until it is restarted (see docs/upgrade.md).")
            #expect(try await app.get("/echo").status == 200)
            let larger = try ApplicationConfiguration(yaml: Self.yaml("\(address), maxHeaderBytes: 32KB"))
            #expect(try await app.engine.reload(larger).status == .reloaded)
            let header = "x-long: " + String(repeating: "x", count: 20_000)
            #expect(try await app.get("/echo", headers: [header]).status == 200)
        }
    }
}
