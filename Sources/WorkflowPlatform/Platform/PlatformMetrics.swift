import HTTPTypes
import WorkflowCore
import WorkflowHTTP

/// What the platform tells its operator in numbers. No label names a company, a workflow or a person.
///
/// Events of links and details of executions that were left out are counted where they occur.
enum PlatformMetrics {
    /// Adds the metrics to a registry; those that are not counted all the time are read when it is rendered.
    static func register(_ services: PlatformServices, in registry: MetricsRegistry) {
        func gauge(_ name: String, _ help: String) -> MetricGauge { registry.gauge(name, help: help).with() }
        let engines = registry.gauge(
            "platform_workflows", help: "Workflows that this process runs or was to run, each environment by itself.",
            labels: ["state"])
        let executions = gauge("platform_executions_waiting", "Executions whose changes wait to be recorded.")
        let lines = gauge("platform_log_lines_waiting", "Lines of workflows' logs that wait to be recorded.")
        let streams = gauge("platform_streams_open", "Streams of events that are open.")
        let mails = gauge("platform_mails_waiting", "E-mails that wait to be sent.")
        registry.onCollect(of: services) { services in
            let states = services.workflows.engines.states
            for state in DeploymentStatus.State.allCases {
                engines.with(state.rawValue).set(Double(states[state] ?? 0))
            }
            executions.set(Double(services.executions.waitingCount))
            lines.set(Double(services.logs.waitingCount))
            streams.set(Double(services.streamSlots.count))
            mails.set(Double(services.mail.waitingCount))
        }
    }

    /// Answers `GET /metrics`.
    static func handler(_ registry: MetricsRegistry) throws -> any HTTPHandler {
        var builder = RouteTableBuilder()
        try builder.add(
            method: .get, pattern: "/metrics",
            handler: ClosureHandler { _ in
                ServerResponse(
                    headers: [.contentType: MetricsRegistry.contentType, .cacheControl: "no-store"],
                    body: .bytes(registry.render()))
            })
        return builder.build()
    }
}
