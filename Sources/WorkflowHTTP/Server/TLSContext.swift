import NIOSSL
import WorkflowCore

/// Certificates that are ready for use.
struct TLSContext: Sendable {
    let context: NIOSSLContext
    private let pair: CertificateAndKey

    /// Reads the certificate and the key. Blocks.
    ///
    /// - Throws: ``WorkflowError`` that names the file at fault.
    init(_ settings: HTTPServerConfiguration.TLS, offersHTTP2: Bool) throws {
        pair = try CertificateAndKey(settings)
        var configuration = TLSConfiguration.makeServerConfiguration(
            certificateChain: pair.certificates.map { .certificate($0) }, privateKey: .privateKey(pair.key))
        configuration.minimumTLSVersion = settings.minimumVersion == .tls13 ? .tlsv13 : .tlsv12
        configuration.applicationProtocols = offersHTTP2 ? ["h2", "http/1.1"] : ["http/1.1"]
        do {
            context = try NIOSSLContext(configuration: configuration)
        } catch {
            throw WorkflowError(
                .invalidInput,
                "The private key in '\(settings.privateKeyPath)' does not belong to the certificate in "
                    + "'\(settings.certificatePath)'.", cause: error)
        }
    }

    /// Whether the files of some settings still hold the same certificates and key; blocks while it reads them.
    func isCurrent(_ settings: HTTPServerConfiguration.TLS) -> Bool {
        do {
            return try CertificateAndKey(settings) == pair
        } catch {
            // What is wrong with them is for the next reading to tell.
            return false
        }
    }
}

/// What the files hold that the settings of TLS name.
private struct CertificateAndKey: Sendable, Equatable {
    let certificates: [NIOSSLCertificate]
    let key: NIOSSLPrivateKey

    init(_ settings: HTTPServerConfiguration.TLS) throws {
        certificates = try Self.load("certificate", settings.certificatePath) {
            try NIOSSLCertificate.fromPEMFile(settings.certificatePath)
        }
        guard !certificates.isEmpty else {
            throw WorkflowError(.invalidInput, "'\(settings.certificatePath)' holds no certificate.")
        }
        key = try Self.load("private key", settings.privateKeyPath) {
            try NIOSSLPrivateKey(file: settings.privateKeyPath, format: .pem)
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
