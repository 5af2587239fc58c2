import Logging
import NIOCore
import NIOHTTP1
import WorkflowCore

/// Asks targets whether they work.
struct ProxyHealthMonitor: Sendable {
    let settings: ReverseProxyModule.HealthCheckSettings
    let backends: [ProxyBackend]
    let clock: any EngineClock
    let logger: Logger

    /// Asks all targets again and again until the task is cancelled.
    func run() async {
        await withTaskGroup(of: Void.self) { group in
            for backend in backends {
                for target in backend.targets { group.addTask { await watch(target, of: backend) } }
            }
        }
    }

    private func watch(_ target: ProxyTarget, of backend: ProxyBackend) async {
        while !Task.isCancelled {
            let problem = await problem(with: target, of: backend)
            if Task.isCancelled { return }
            let hasChanged = target.note(
                isHealthy: problem == nil, healthyThreshold: settings.healthyThreshold,
                unhealthyThreshold: settings.unhealthyThreshold)
            if hasChanged {
                logger.notice(
                    problem == nil ? "a target is healthy again" : "a target is unhealthy and gets no requests",
                    metadata: [
                        "proxy.backend": "\(backend.name)", "proxy.target": "\(target.url)",
                        "proxy.problem": "\(problem ?? "none")",
                    ])
            }
            guard await clock.wait(for: settings.interval) else { return }
        }
    }

    /// Asks once.
    private func problem(with target: ProxyTarget, of backend: ProxyBackend) async -> String? {
        let request = UpstreamRequest.probe(
            path: settings.endpoints[backend.name] ?? settings.path, of: target.url,
            timeout: TimeAmount(settings.timeout))
        do {
            let connection = try await target.pool.acquire(fresh: true)
            let exchange = try await UpstreamExchange.begin(
                request.head(length: 0), body: [], on: connection, pool: target.pool, timeouts: request.timeouts)
            let head = try await exchange.head()
            exchange.close()
            let status = Int(head.status.code)
            let expected = settings.expectedStatusCodes
            let isGood = expected.isEmpty ? (200..<400).contains(status) : expected.contains(status)
            return isGood ? nil : "status \(status)"
        } catch {
            return "\(error)"
        }
    }
}

/// Tells how many targets of a proxy get requests.
struct ProxyHealthCheck: HealthCheck {
    /// The backends as long as the proxy is there.
    let backends: @Sendable () -> [ProxyBackend]

    func check() async -> HealthStatus {
        let backends = backends()
        let failing = backends.filter { !$0.unavailable.isEmpty }
        guard !failing.isEmpty else { return .healthy }
        let message = failing.map { backend in
            "\(backend.name): \(backend.unavailable.count) of \(backend.targets.count) not available"
        }.joined(separator: "; ")
        let isAnyLeft = backends.contains { $0.unavailable.count < $0.targets.count }
        return HealthStatus(isAnyLeft ? .degraded : .unhealthy, message: message)
    }
}
