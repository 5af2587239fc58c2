import HTTPTypes
import NIOCore
import NIOPosix
import WorkflowCore

/// What a connection is set up with and keeps to its end: limits, times, certificates.
///
/// A server that gets others uses them for the connections that it accepts from then on.
final class ConnectionSettings: Sendable {
    let configuration: HTTPServerConfiguration
    /// The certificates; `nil` for plain HTTP.
    let tls: TLSContext?
    let serverLine: [UInt8]
    let readTimeout: TimeAmount
    let idleTimeout: TimeAmount
    let writeTimeout: TimeAmount
    let handlerTimeout: TimeAmount?
    let sweepInterval: TimeAmount
    let trustedProxies: TrustedProxies

    init(_ configuration: HTTPServerConfiguration, tls: TLSContext? = nil) {
        self.configuration = configuration
        self.tls = tls
        trustedProxies = TrustedProxies(configuration.trustedProxies)
        let name = configuration.serverName.map { HTTPField(name: .server, value: $0).value }
        serverLine = name.map { Array("server: \($0)\r\n".utf8) } ?? []
        readTimeout = TimeAmount(configuration.readTimeout)
        idleTimeout = TimeAmount(configuration.idleTimeout)
        writeTimeout = TimeAmount(configuration.writeTimeout)
        handlerTimeout = configuration.handlerTimeout.map { TimeAmount($0) }
        let shortest = [readTimeout, idleTimeout, writeTimeout, handlerTimeout ?? idleTimeout].min() ?? .seconds(1)
        sweepInterval = .nanoseconds(max(2_000_000, min(1_000_000_000, shortest.nanoseconds / 4)))
    }

    /// Whether the files of the certificate and the key still hold what was read from them; blocks while it reads them.
    var isCurrent: Bool {
        guard let tls, let files = configuration.tls else { return true }
        return tls.isCurrent(files)
    }

    /// Reads the certificate and the key that a configuration names. Blocks while it reads.
    ///
    /// - Throws: ``WorkflowError`` that names the file at fault.
    convenience init(loading configuration: HTTPServerConfiguration) throws {
        let tls = try configuration.tls.map { try TLSContext($0, offersHTTP2: configuration.http2.isEnabled) }
        self.init(configuration, tls: tls)
    }

    /// Reads the certificate and the key that a configuration names, on a thread that may block.
    ///
    /// - Throws: ``WorkflowError`` that names the file at fault.
    static func load(_ configuration: HTTPServerConfiguration, on pool: NIOThreadPool) async throws -> Self {
        guard configuration.tls != nil else { return Self(configuration) }
        return try await pool.runIfActive { try Self(loading: configuration) }
    }
}
