import HTTPTypes
import NIOHTTP1
import WorkflowCore

extension ProxyForwarder {
    /// Passes on a request that asks for another protocol; the target decides whether there will be a tunnel.
    ///
    /// - Throws: What ``forward(_:to:)`` throws.
    func forward(
        _ request: ServerRequest, upgrade: ConnectionUpgrade, to name: String, of backend: ProxyBackend,
        tunnels: ProxyTunnels, idleTimeout: Duration
    ) async throws -> ServerResponse {
        do {
            let target = try backend.choose(at: clock.now)
            let (head, exchange) = try await judged(target, of: backend) {
                let outgoing = UpstreamRequest(request, to: target.url, headers: headers, timeouts: timeouts)
                let connection = try await target.pool.acquire(fresh: true)
                let exchange = try await UpstreamExchange.begin(
                    outgoing.head(upgradingTo: name), body: [], on: connection, pool: target.pool, timeouts: timeouts)
                return (try await exchange.head(), exchange)
            }
            guard head.status == .switchingProtocols else {
                let response = try await response(to: request, head, exchange, of: backend)
                backend.series.count(status: response.status.code)
                return response
            }
            guard var fields = ProxyHeaders.response(head.headers),
                let chosen = head.headers.first(name: "upgrade"), chosen.lowercased() == name
            else { throw UpstreamFailure.malformed("an upgrade without its protocol") }
            fields[.upgrade] = chosen
            let tunnel = ProxyTunnel(
                try await exchange.upgraded(), exchange: exchange.number, incoming: upgrade.incoming,
                idleTimeout: idleTimeout, clock: clock)
            backend.series.count(status: 101)
            return ServerResponse(
                status: .switchingProtocols, headers: fields,
                body: .stream(length: nil) { writer in
                    guard tunnels.add(tunnel) else { throw CancellationError() }
                    backend.series.tunnels.add(1)
                    await tunnel.run(to: writer)
                    backend.series.tunnels.add(-1)
                    tunnels.remove(tunnel)
                })
        } catch {
            let answer = answer(for: error, of: backend)
            if let answer = answer as? HTTPError { backend.series.count(status: answer.status.code) }
            throw answer
        }
    }
}
