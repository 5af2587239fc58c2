import NIOSSL
import WorkflowCore

/// Certificates that are ready for use.
struct TLSContext: Sendable {
    let context: NIOSSLContext

    /// Reads the certificate and the key. Blocks.
    ///
    /// - Throws: ``WorkflowError`` that names the file at fault.
    init(_ settings: HTTPServerConfiguration.TLS, offersHTTP2: Bool) throws {
        let certificates = try Self.load("certificate", settings.certificatePath) {
            try NIOSSLCertificate.fromPEMFile(settings.certificatePath)
        }
        guard !certificates.isEmpty else {
            throw WorkflowError(.invalidInput, "'\(settings.certificatePath)' holds no certificate.")
        }
        let key = try Self.load("private key", settings.privateKeyPath) {
            try NIOSSLPrivateKey(file: settings.privateKeyPath, format: .pem)
        }
        var configuration = TLSConfiguration.makeServerConfiguration(
            certificateChain: certificates.map { .certificate($0) }, privateKey: .privateKey(key))
        configuration.minimumTLSVersion = settings.minimumVersion == .tls13 ? .tlsv13 : .tlsv12
        configuration.applicationProtocols = offersHTTP2 ? ["h2", "http/1.1"] : ["http/1.1"]
        context = try Self.load("certificate and key", settings.certificatePath) {
            try NIOSSLContext(configuration: configuration)
        }
    }

    private static func load<Value>(_ what: String, _ path: String, _ body: () throws -> Value) throws -> Value {
        do {
            return try body()
        } catch {
            throw WorkflowError(
                .invalidInput, "Cannot use the \(what) in '\(path)'; it must be readable and in PEM form.", cause: error
            )
        }
    }
}
