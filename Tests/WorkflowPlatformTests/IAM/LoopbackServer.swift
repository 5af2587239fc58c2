import Foundation
import HTTPTypes
import Synchronization
import WorkflowCore
import WorkflowTesting

@testable import WorkflowHTTP

/// An HTTP server on loopback that stands for a provider.
enum LoopbackServer {
    /// Runs a server while `body` runs.
    ///
    /// - Parameters:
    ///   - certificate: The files with its certificate and key; `nil` for plain HTTP.
    ///   - answer: Answers a request with its body.
    ///   - body: Gets the address of the server.
    static func with(
        certificate: (certificate: String, key: String)? = nil,
        _ answer: @escaping @Sendable (ServerRequest, [UInt8]) async throws -> ServerResponse,
        _ body: (String) async throws -> Void
    ) async throws {
        var configuration = HTTPServerConfiguration(address: try ListenAddress("127.0.0.1:0"))
        configuration.tls = certificate.map { .init(certificatePath: $0.certificate, privateKeyPath: $0.key) }
        let server = HTTPServer(
            configuration: configuration,
            responder: ClosureHandler { try await answer($0, try await $0.body.collect(upTo: 1 << 20)) },
            logger: .quiet)
        try await server.start()
        let result: Result<Void, any Error>
        do {
            let scheme = certificate == nil ? "http" : "https"
            result = .success(try await body("\(scheme)://127.0.0.1:\(server.port ?? 0)"))
        } catch {
            result = .failure(error)
        }
        await server.stop(deadline: .seconds(5))
        try result.get()
    }

    /// Makes a certificate for 127.0.0.1 that vouches for itself, while `body` runs.
    static func withCertificate(
        _ body: (_ certificate: String, _ key: String) async throws -> Void
    ) async throws {
        try await withStateFolder { folder in
            let (certificate, key) = ("\(folder)/server.pem", "\(folder)/server.key")
            let openssl = Process()
            openssl.executableURL = URL(fileURLWithPath: "/usr/bin/env")
            openssl.arguments = [
                "openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
                "-subj", "/CN=cluster", "-days", "2", "-addext", "subjectAltName=IP:127.0.0.1",
                "-keyout", key, "-out", certificate,
            ]
            openssl.standardError = FileHandle.nullDevice
            try openssl.run()
            openssl.waitUntilExit()
            try await body(certificate, key)
        }
    }
}

/// Remembers what a server was asked.
final class Heard<Value: Sendable>: Sendable {
    private let values = Mutex<[Value]>([])

    var all: [Value] { values.withLock { $0 } }

    func append(_ value: Value) { values.withLock { $0.append(value) } }
}
