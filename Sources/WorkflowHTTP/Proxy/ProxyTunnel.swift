import HTTPTypes
import Synchronization
import WorkflowCore

/// The upgraded connections of a proxy, so that they can be ended when it stops.
final class ProxyTunnels: Sendable {
    private struct State {
        var open: [ObjectIdentifier: ProxyTunnel] = [:]
        var isClosed = false
    }

    private let state = Mutex(State())

    var count: Int { state.withLock { $0.open.count } }

    /// - Returns: Whether tunnels may still begin.
    func add(_ tunnel: ProxyTunnel) -> Bool {
        state.withLock { state in
            guard !state.isClosed else { return false }
            state.open[ObjectIdentifier(tunnel)] = tunnel
            return true
        }
    }

    func remove(_ tunnel: ProxyTunnel) {
        state.withLock { _ = $0.open.removeValue(forKey: ObjectIdentifier(tunnel)) }
    }

    /// Ends all tunnels; no further ones may begin.
    func close() {
        let open = state.withLock { state in
            state.isClosed = true
            return state.open.values
        }
        for tunnel in open { tunnel.connection.close() }
    }
}

/// Passes the bytes of an upgraded connection on, both ways, until one side closes.
final class ProxyTunnel: Sendable {
    let connection: UpstreamConnection
    private let exchange: UInt64
    private let incoming: StreamedRequestBody
    private let idleTimeout: Duration
    private let clock: any EngineClock
    private let lastUse: Mutex<Timestamp>

    init(
        _ connection: UpstreamConnection, exchange: UInt64, incoming: StreamedRequestBody, idleTimeout: Duration,
        clock: any EngineClock
    ) {
        self.connection = connection
        self.exchange = exchange
        self.incoming = incoming
        self.idleTimeout = idleTimeout
        self.clock = clock
        lastUse = Mutex(clock.now)
    }

    // The client may be gone before the tunnel was begun.
    deinit { connection.close() }

    func run(to writer: any ResponseWriter) async {
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await self.passOnResponse(to: writer) }
            group.addTask { await self.passOnRequest() }
            group.addTask { await self.watch() }
            // The first that ends, ends the others: a half of a tunnel is of no use.
            await group.next()
            group.cancelAll()
        }
        connection.close()
    }

    private func passOnResponse(to writer: any ResponseWriter) async {
        do {
            while case .body(let bytes) = try await connection.next(exchange: exchange, within: nil) {
                use()
                try await writer.write(bytes)
            }
        } catch {
            // Either side may close at any time; that is how tunnels end.
        }
    }

    private func passOnRequest() async {
        do {
            while let bytes = try await incoming.nextChunk() {
                use()
                try await connection.write(bytes, exchange: exchange, within: nil)
            }
        } catch {
            // As above.
        }
    }

    private func use() {
        let now = clock.now
        lastUse.withLock { $0 = now }
    }

    /// Returns when nothing has been passed on for too long.
    private func watch() async {
        while true {
            let left = idleTimeout - lastUse.withLock { $0 }.duration(to: clock.now)
            guard left > .zero else { return }
            guard await clock.wait(for: left) else { return }
        }
    }
}
