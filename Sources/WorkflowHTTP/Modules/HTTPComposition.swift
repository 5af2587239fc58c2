import Synchronization
import WorkflowCore

/// How the HTTP modules of one generation fit together: which addresses are taken, and which router a server has.
///
/// Servers are created after everything else, so workflows and servers cannot find each other among the services; they
/// meet here.
final class HTTPComposition: Sendable {
    /// A server as it announced itself.
    struct Server: Sendable {
        let name: String
        let address: ListenAddress
        /// Whether its own configuration names its router.
        let hasRouter: Bool
    }

    /// A router that a workflow gives to a server.
    struct Attachment: Sendable {
        let router: HTTPRouterModule
        /// The server; empty for the only one.
        let server: String
    }

    private struct State {
        var servers: [Server] = []
        var attachments: [Attachment] = []
        var listeners: [RouteListener] = []
    }

    private let state = Mutex(State())

    /// The composition of a module's generation.
    static func of(_ context: ModuleContext) -> HTTPComposition {
        context.generation.shared(HTTPComposition.self) { HTTPComposition() }
    }

    var servers: [Server] { state.withLock { $0.servers } }

    /// Announces a server.
    ///
    /// - Returns: The server that has the address, or a part of it, already.
    func add(_ server: Server) -> Server? {
        state.withLock { state in
            if let other = state.servers.first(where: { $0.address.overlaps(server.address) }) { return other }
            state.servers.append(server)
            return nil
        }
    }

    /// Announces a listener of another module.
    ///
    /// - Returns: The one that has the address, or a part of it, already.
    func add(_ listener: RouteListener) -> RouteListener? {
        state.withLock { state in
            if let other = state.listeners.first(where: { $0.address.overlaps(listener.address) }) { return other }
            state.listeners.append(listener)
            return nil
        }
    }

    /// The listeners of other modules that cannot listen beside a server on `address`.
    func listeners(overlapping address: ListenAddress) -> [RouteListener] {
        state.withLock { $0.listeners.filter { $0.address.overlaps(address) } }
    }

    /// Gives a router to a server.
    func attach(_ router: HTTPRouterModule, server: String) {
        state.withLock { $0.attachments.append(Attachment(router: router, server: server)) }
    }

    /// The servers that an attachment without a name may mean.
    var unnamedTargets: [String] {
        state.withLock { state in state.servers.filter { !$0.hasRouter }.map(\.name) }
    }

    /// The router that a workflow gave to a server.
    func router(ofServer name: String) -> HTTPRouterModule? {
        state.withLock { state in
            state.attachments.first { $0.server == name }?.router
                ?? state.attachments.first { $0.server.isEmpty }?.router
        }
    }
}

extension ListenAddress {
    /// Whether a server on this address keeps another one from listening on `other`.
    func overlaps(_ other: ListenAddress) -> Bool {
        switch (endpoint, other.endpoint) {
        case (.unix(let left), .unix(let right)):
            return left == right
        case (.tcp(let left, let leftPort), .tcp(let right, let rightPort)):
            guard leftPort == rightPort, leftPort != 0 else { return false }
            let (left, right) = (Self.normalised(left), Self.normalised(right))
            return left == nil || right == nil || left == right
        default:
            return false
        }
    }

    /// The host in one spelling; `nil` for all addresses of the machine.
    private static func normalised(_ host: String?) -> String? {
        guard let host = host?.lowercased() else { return nil }
        guard let address = IPAddress(host == "localhost" ? "127.0.0.1" : host) else { return host }
        return address.isUnspecified ? nil : address.description
    }
}
