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

    /// The configuration.
    public let configuration: HTTPServerConfiguration
    private let core: ServerCore
    let loops: HTTPEventLoops
    private let tls: Mutex<TLSContext?> = Mutex(nil)
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
        self.configuration = configuration
        self.loops = loops
        self.core = ServerCore(
            configuration: configuration, responder: responder, observer: observer, logger: logger,
            threadPool: loops.threadPool)
    }

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
        guard let settings = configuration.tls else { return }
        let context = try TLSContext(settings, offersHTTP2: configuration.http2.isEnabled)
        tls.withLock { $0 = context }
    }

    /// Binds the address, unless the process was started with a socket that has it, and begins to serve.
    ///
    /// - Throws: ``WorkflowError`` with code `unavailable` that names the address, the reason and a way out.
    public func start() async throws {
        let mayStart = state.withLock { state in
            guard case .idle = state else { return false }
            state = .starting
            return true
        }
        guard mayStart else { throw WorkflowError(.conflict, "The server was started before; make a new one.") }
        limitConnections()
        do {
            if configuration.tls != nil {
                try await loops.threadPool.runIfActive { try self.reloadCertificates() }
            }
            let acceptor = ConnectionAcceptor(core: core, group: loops.group) { [self] in tls.withLock { $0 } }
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
        for socket in running.sockets { await socket.close(running.acceptor) }
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
        for loop in draining.loops { cut += (try? await loop.eventLoop.submit { loop.cut() }.get()) ?? 0 }
        _ = await core.waitUntilEmpty(for: .seconds(1), on: loops.group.any())
        return StopReport(requestsInFlight: draining.inFlight, requestsCut: cut)
    }
}
