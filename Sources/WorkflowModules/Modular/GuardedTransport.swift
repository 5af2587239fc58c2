import NIOSSL
import WorkflowCore

/// Sends requests only to addresses that a policy allows.
///
/// All addresses of a host are checked before a connection is made. Since a name may lead elsewhere a moment later, the
/// address of each connection is checked again before anything is sent through it, see ``CheckedHTTPClient``.
struct GuardedTransport: FetchTransport {
    let policy: AddressPolicy
    /// Whether the configuration names the host of a place itself. An address, or `localhost`, is allowed then.
    let isNamed: @Sendable (FetchPlace) -> Bool
    let resolver: any HostResolver
    /// Sends requests to hosts that are looked up; checks connections.
    let checked: any FetchTransport
    /// Sends requests to addresses and to `localhost`.
    let plain: any FetchTransport

    func send(_ request: FetchRequest, limit: Int, timeout: Duration) async throws -> FetchResponse {
        let place = try FetchPlace.parse(request.url).place
        let address = IPAddress(place.host)
        if address != nil || place.host == "localhost", isNamed(place) {
            return try await plain.send(request, limit: limit, timeout: timeout)
        }
        if let address {
            try check([address], of: place)
            return try await plain.send(request, limit: limit, timeout: timeout)
        }
        try check(try await resolver.addresses(of: place.host), of: place)
        return try await checked.send(request, limit: limit, timeout: timeout)
    }

    private func check(_ addresses: [IPAddress], of place: FetchPlace) throws {
        for case let problem? in addresses.lazy.map({ policy.problem($0) }) {
            throw policy.refusal(of: place.description, problem)
        }
    }
}

/// Sends requests to addresses that a policy allows, through connections of its own.
final class GuardedHTTPClient: FetchTransport {
    private let transport: GuardedTransport
    /// Whether something in this program answers, so that nothing is to be guarded.
    private let isAnswered: Bool
    private let clients: [CheckedHTTPClient]

    /// - Parameters:
    ///   - policy: Says which addresses the configuration allows; the policy of the engine has the last word.
    ///   - connectTimeout: How long a connection may take to be made.
    ///   - idleTimeout: How long a connection is kept that nobody uses.
    ///   - certificates: Who vouches for other hosts instead of those that the system trusts.
    ///   - environment: Its clock says when a host is looked up again.
    ///   - isNamed: Whether the configuration names the host of a place itself.
    init(
        policy: AddressPolicy, connectTimeout: Duration = .seconds(10), idleTimeout: Duration = .seconds(60),
        certificates: [NIOSSLCertificate]? = nil, environment: EngineEnvironment,
        isNamed: @escaping @Sendable (FetchPlace) -> Bool
    ) {
        let answering = environment.outboundHTTP
        let policy = environment.outboundPolicy.limiting(policy)
        let decides = environment.outboundPolicy.reach == .configured
        isAnswered = answering != nil
        clients = [policy, nil].map { policy in
            CheckedHTTPClient(
                policy: policy, connectTimeout: connectTimeout, idleTimeout: idleTimeout,
                certificates: certificates, answering: answering)
        }
        transport = GuardedTransport(
            policy: policy, isNamed: { decides && isNamed($0) },
            resolver: RememberingResolver(SystemResolver(), clock: environment.clock),
            checked: clients[0], plain: clients[1])
    }

    /// Creates a client for hosts that only the configuration names.
    ///
    /// - Parameters:
    ///   - environment: Its policy says where requests may go.
    ///   - certificates: Who vouches for other hosts instead of those that the system trusts.
    convenience init(forNamedHosts environment: EngineEnvironment, certificates: [NIOSSLCertificate]? = nil) {
        self.init(
            policy: environment.outboundPolicy.policyForNames, certificates: certificates, environment: environment
        ) { _ in true }
    }

    func send(_ request: FetchRequest, limit: Int, timeout: Duration) async throws -> FetchResponse {
        if isAnswered { return try await clients[0].send(request, limit: limit, timeout: timeout) }
        return try await transport.send(request, limit: limit, timeout: timeout)
    }

    func shutdown() async {
        for client in clients { await client.shutdown() }
    }
}
