import HTTPTypes
public import Logging
import Synchronization
import WorkflowCore

/// The management API of a running engine, on a listener of its own.
///
/// It listens on the loopback interface unless something else is allowed, asks for a token, and refuses requests that
/// name a foreign host, which is how a web page would try to reach it (DNS rebinding).
///
/// ```swift
/// let management = try ManagementServer(
///     configuration: .init(address: try ListenAddress("127.0.0.1:8081"), token: token),
///     application: ManagedApplication(engine: engine, manager: manager, registry: registry))
/// try await management.start()
/// ```
///
/// | request | answer |
/// |---|---|
/// | `GET /api/workflow/status` | what runs: `{status, generation, configHash, since, modules, lastReload, ...}` |
/// | `GET`, `PUT /api/workflow/config` | the configuration, shown without secrets, and its replacement |
/// | `POST /api/workflow/plan` | what a configuration would change |
/// | `POST /api/workflow/reload` | has the files read again |
/// | `GET /api/workflow/history`, `POST /api/workflow/rollback` | earlier configurations, and the way back to them |
/// | `GET /api/workflow/modules` | the module types: `[{type, label, category, configFields, ...}]` |
/// | `POST /api/workflow/validate` | `{valid, errors?, issues?}` for a configuration in YAML or JSON |
/// | `GET /api/workflow/instances` and below | instances of state machines, their history, and transitions |
/// | `GET /api/workflow/executions` and below | the runs of integrations |
/// | `GET /api/workflow/logs`, `/api/workflow/events` | what is logged, and what happens, also while it does |
/// | `GET /healthz` | `{status, checks}`; without a token only the status |
/// | `GET /readyz`, `GET /livez` | whether the application is ready, and alive; no token needed |
public final class ManagementServer: Sendable {
    /// How the server listens.
    public struct Configuration: Sendable {
        /// Where to listen.
        public var address: ListenAddress
        /// What a client must send as `Authorization: Bearer`.
        public var token: String
        /// Whether an address that other machines reach is allowed.
        public var allowsRemoteAccess = false
        /// Further hosts that requests may name, such as the name of this machine.
        public var allowedHosts: [String] = []
        /// The sockets that the process was started with; one with the server's address is used.
        public var inheritedSockets: InheritedSockets?
        /// The greatest size of a configuration to check.
        public var maxBodyBytes = 8 << 20

        /// Creates a configuration.
        ///
        /// - Parameters:
        ///   - address: Where to listen.
        ///   - token: What a client must send; at least 16 characters.
        public init(address: ListenAddress, token: String) {
            self.address = address
            self.token = token
        }
    }

    private let server: HTTPServer
    private let streams: EventStreams

    /// Creates a server; nothing happens before ``start()``.
    ///
    /// - Parameters:
    ///   - configuration: How it listens.
    ///   - application: What it manages.
    ///   - logger: Gets one line for each request that fails unexpectedly.
    ///   - loops: The event loops to run on.
    /// - Throws: ``WorkflowError`` `.invalidInput` when the token is too short, or the address is reachable from other
    ///   machines and that is not allowed.
    public init(
        configuration: Configuration, application: ManagedApplication, logger: Logger = Logger(label: "management"),
        loops: HTTPEventLoops = .shared
    ) throws {
        guard configuration.token.utf8.count >= 16 else {
            throw WorkflowError(.invalidInput, "The token of the management API must have at least 16 characters.")
        }
        guard configuration.allowsRemoteAccess || configuration.address.isLocal else {
            throw WorkflowError(
                .invalidInput,
                "The management API would be reachable from other machines at \(configuration.address); "
                    + "use 127.0.0.1, or allow remote access explicitly.")
        }
        var settings = HTTPServerConfiguration(address: configuration.address)
        settings.maxBodyBytes = configuration.maxBodyBytes
        settings.maxConnections = 256
        settings.inheritedSockets = configuration.inheritedSockets
        let api = ManagementAPI(application: application, maxBodyBytes: configuration.maxBodyBytes)
        streams = api.streams
        let guarded = ManagementGuard(
            next: try api.routes(), token: Array(configuration.token.utf8),
            hosts: configuration.allowsRemoteAccess && configuration.allowedHosts.isEmpty
                ? nil : ManagementGuard.localHosts.union(configuration.allowedHosts.map { $0.lowercased() }))
        server = HTTPServer(configuration: settings, responder: guarded, loops: loops, logger: logger)
    }

    /// The address that it listens on; `nil` while it does not.
    public var localAddress: ListenAddress? { server.localAddress }

    /// The port that it listens on; `nil` while it does not.
    public var port: Int? { server.port }

    /// Binds the address and begins to serve.
    ///
    /// - Throws: ``WorkflowError`` `.unavailable` that says why the address cannot be used.
    public func start() async throws {
        try await server.start()
    }

    /// Stops serving. Streams of events are told so, and end.
    ///
    /// - Parameter deadline: How long requests in progress may still take.
    public func stop(deadline: Duration = .seconds(5)) async {
        streams.end()
        await server.stop(deadline: deadline)
    }
}

extension ListenAddress {
    /// Whether only this machine reaches it.
    var isLocal: Bool {
        switch endpoint {
        case .unix: true
        case .tcp(let host?, _): host.lowercased() == "localhost" || IPAddress(host)?.isLoopback == true
        case .tcp(nil, _): false
        }
    }
}
