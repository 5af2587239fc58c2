import Synchronization
import WorkflowCore

/// What a proxy counts.
struct ProxyMetrics: Sendable {
    private let requests: MetricFamily<MetricCounter>
    private let durations: MetricFamily<MetricHistogram>
    private let openCircuits: MetricFamily<MetricGauge>
    private let tunnels: MetricFamily<MetricGauge>

    init(_ registry: MetricsRegistry) {
        requests = registry.counter(
            "proxy_requests_total", help: "Requests passed on to backends.", labels: ["backend", "status"])
        durations = registry.histogram(
            "proxy_upstream_duration_seconds", help: "How long backends take until their response begins.",
            labels: ["backend"])
        openCircuits = registry.gauge(
            "proxy_open_circuits", help: "Targets that requests are kept away from.", labels: ["backend"])
        tunnels = registry.gauge(
            "proxy_tunnels", help: "Upgraded connections, such as WebSockets.", labels: ["backend"])
    }

    /// The series of one backend.
    func series(of backend: String) -> Series {
        Series(
            backend: backend, requests: requests, duration: durations.with(backend),
            openCircuits: openCircuits.with(backend), tunnels: tunnels.with(backend))
    }

    /// The series of one backend, found once.
    final class Series: Sendable {
        let duration: MetricHistogram
        let openCircuits: MetricGauge
        let tunnels: MetricGauge
        private let backend: String
        private let requests: MetricFamily<MetricCounter>
        private let byStatus = Mutex<[Int: MetricCounter]>([:])

        init(
            backend: String, requests: MetricFamily<MetricCounter>, duration: MetricHistogram,
            openCircuits: MetricGauge, tunnels: MetricGauge
        ) {
            self.backend = backend
            self.requests = requests
            self.duration = duration
            self.openCircuits = openCircuits
            self.tunnels = tunnels
        }

        /// Counts a request by what its client is told.
        func count(status: Int) {
            let counter = byStatus.withLock { byStatus in
                if let known = byStatus[status] { return known }
                let counter = requests.with(backend, String(status))
                byStatus[status] = counter
                return counter
            }
            counter.increment()
        }
    }
}
