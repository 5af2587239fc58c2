public import Logging
import NIOCore
import NIOPosix
import Synchronization
public import WorkflowCore

/// An HTTP server on one address: HTTP/1.1, and HTTP/2 over TLS.
///
/// The server outlives configurations: its responder can be exchanged while it serves, without losing a request.
///
/// ```swift
/// let server = HTTPServer(
///     configuration: HTTPServerConfiguration(address: try ListenAddress("127.0.0.1:8080")),
///     responder: routes, logger: logger)
/// try await server.start()
/// // ...
/// let report = await server.stop(deadline: .seconds(10))
/// ```
public final class HTTPServer: Sendable {
    private enum State {
        case idle
        case starting
        case running(sockets: [ListeningSocket], acceptor: ConnectionAcceptor)
        /// Nothing new is taken in; so many requests were in progress when that began.
        case draining(loops: [ServerLoop], inFlight: Int)
        case stopped
    }

    /// What ``stop(deadline:)`` had to do.
    public struct StopReport: Sendable, Hashable {
        /// How many requests were in progress when the server was told to stop.
        public let requestsInFlight: Int
        /// How many of them were cut off at the deadline.
        public let requestsCut: Int

        /// Creates a report.
        public init(requestsInFlight: Int, requestsCut: Int) {
            self.requestsInFlight = requestsInFlight
            self.requestsCut = requestsCut
        }
    }

    private let core: ServerCore
    let loops: HTTPEventLoops
    private let state = Mutex(State.idle)

    /// Creates a server. Nothing happens before ``start()``.
    ///
    /// - Parameters:
    ///   - configuration: Where to listen and what to tolerate.
    ///   - responder: What answers the requests, usually a ``RouteTable`` behind middlewares.
    ///   - loops: The event loops to run on.
    ///   - observer: Hears about each request.
    ///   - logger: Gets one line at level `error` for each request that failed with an unexpected error.
    public init(
        configuration: HTTPServerConfiguration, responder: any HTTPHandler, loops: HTTPEventLoops = .shared,
        observer: (any HTTPServerObserver)? = nil, logger: Logger
    ) {
        self.loops = loops
        self.core = ServerCore(
            settings: ConnectionSettings(configuration), responder: responder, observer: observer, logger: logger,
            threadPool: loops.threadPool)
    }

    /// The configuration that connections get which are accepted now.
    public var configuration: HTTPServerConfiguration { core.settings.configuration }

    /// The number of connections that are open.
    public var openConnections: Int { core.openConnections.load(ordering: .relaxed) }

    /// The number of requests that have been given to a handler and are not answered completely.
    public var requestsInFlight: Int { core.requestsInFlight.load(ordering: .relaxed) }

    /// The address that the server listens on with the port that the system chose; `nil` while it is not running.
    public var localAddress: ListenAddress? {
        state.withLock { state in
            guard case .running(let sockets, _) = state, let socket = sockets.first else { return nil }
            guard case .tcp(let host, _) = configuration.address.endpoint, let port = socket.port else {
                return configuration.address
            }
            return ListenAddress(host: host, port: UInt16(port))
        }
    }

    /// The port that the server listens on; `nil` while it is not running and for unix sockets.
    public var port: Int? {
        guard case .tcp(_, let port)? = localAddress?.endpoint else { return nil }
        return port
    }

    /// Lets another responder answer the requests that begin from now on.
    ///
    /// Requests in progress stay with the responder that they began with.
    ///
    /// - Returns: The responder so far.
    @discardableResult
    public func exchangeResponder(_ responder: any HTTPHandler) -> any HTTPHandler {
        core.exchangeResponder(responder)
    }

    /// Reads the certificate and the key again; connections from now on use them. Blocks while it reads.
    ///
    /// - Throws: ``WorkflowError`` when they cannot be used; the ones so far stay in use.
    public func reloadCertificates() throws {
        let configuration = configuration
        guard configuration.tls != nil else { return }
        core.settings = try ConnectionSettings(loading: configuration)
    }

    /// Gives other settings to the connections that are accepted from now on; those that are open keep theirs.
    ///
    /// Where and how the server listens, which is decided by ``start()``, stays as it is.
    func exchangeSettings(_ settings: ConnectionSettings) {
        let previous = core.settings
        guard settings !== previous else { return }
        core.settings = settings
        if settings.configuration.maxConnections != previous.configuration.maxConnections { limitConnections() }
    }

    /// Binds the address, unless the process was started with a socket that has it, and begins to serve.
    ///
    /// - Throws: ``WorkflowError`` with code `unavailable` that names the address, the reason and a way out.
    public func start() async throws {
        try await start(with: nil)
    }

    /// Does what ``start()`` does.
    ///
    /// - Parameter settings: What connections get, when it has been loaded already.
    func start(with settings: ConnectionSettings?) async throws {
        let mayStart = state.withLock { state in
            guard case .idle = state else { return false }
            state = .starting
            return true
        }
        guard mayStart else { throw WorkflowError(.conflict, "The server was started before; make a new one.") }
        do {
            if let settings {
                core.settings = settings
            } else {
                core.settings = try await ConnectionSettings.load(configuration, on: loops.threadPool)
            }
            limitConnections()
            let acceptor = ConnectionAcceptor(core: core, group: loops.group)
            let sockets = try await listen(acceptor)
            state.withLock { $0 = .running(sockets: sockets, acceptor: acceptor) }
        } catch {
            state.withLock { $0 = .idle }
            throw error
        }
    }

    private func limitConnections() {
        let wanted = configuration.maxConnections
        let possible = DescriptorLimit.connections(wanted: wanted, descriptors: DescriptorLimit.current)
        core.connectionLimit.store(possible, ordering: .relaxed)
        guard possible < wanted else { return }
        core.logger.info(
            "The system allows fewer connections than configured; raise the limit of open files (ulimit -n)",
            metadata: [
                "http.listener": "\(configuration.address)", "http.connections.configured": "\(wanted)",
                "http.connections.limit": "\(possible)",
            ])
    }

    /// Takes nothing new any more: closes the address and idle connections; requests in progress may go on.
    ///
    /// Connections that wait to be accepted still are, unless others have the socket too and can accept them.
    /// Responses that begin from now on say that the connection will be closed. ``stop(deadline:)`` does the rest.
    public func drain() async {
        let running: (sockets: [ListeningSocket], acceptor: ConnectionAcceptor)? = state.withLock { state in
            guard case .running(let sockets, let acceptor) = state else { return nil }
            state = .draining(loops: acceptor.loops, inFlight: requestsInFlight)
            return (sockets, acceptor)
        }
        guard let running else { return }
        // In a task of its own, since a cancelled one would not wait for what is accepted last.
        await Task {
            for socket in running.sockets { await socket.close(running.acceptor) }
        }.value
        // A loop that is shut down takes nothing more, and has nothing to drain.
        for loop in running.acceptor.loops { try? await loop.eventLoop.submit { loop.drain() }.get() }
    }

    /// Stops: no new connections, idle ones are closed, requests in progress may finish until the deadline.
    ///
    /// Requests that are still in progress at the deadline are cancelled and their connections are closed. Returns when
    /// no connection is left.
    ///
    /// - Parameter deadline: How long the requests in progress may still take.
    /// - Returns: What was in progress and what had to be cut.
    @discardableResult
    public func stop(deadline: Duration) async -> StopReport {
        await drain()
        let draining: (loops: [ServerLoop], inFlight: Int)? = state.withLock { state in
            defer { state = .stopped }
            guard case .draining(let loops, let inFlight) = state else { return nil }
            return (loops, inFlight)
        }
        guard let draining else { return StopReport(requestsInFlight: 0, requestsCut: 0) }
        if await core.waitUntilEmpty(for: deadline, on: loops.group.any()) {
            return StopReport(requestsInFlight: draining.inFlight, requestsCut: 0)
        }
        var cut = 0
        // A loop that is shut down has nothing to cut.
        for loop in draining.loops { cut += (try? await loop.eventLoop.submit { loop.cut() }.get()) ?? 0 }
        _ = await core.waitUntilEmpty(for: .seconds(1), on: loops.group.any())
        return StopReport(requestsInFlight: draining.inFlight, requestsCut: cut)
    }
}
