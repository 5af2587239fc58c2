/// The metrics that every engine has.
///
/// The names of the families that the configuration format's reference lists are part of its contract.
public struct EngineMetrics: Sendable {
    /// Where the metrics are.
    public let registry: MetricsRegistry

    /// Workflow runs: `workflow_type`, `action`, `status` (`success`, `error`).
    public let workflowExecutions: MetricFamily<MetricCounter>
    /// How long workflow runs take: `workflow_type`, `action`.
    public let workflowDuration: MetricFamily<MetricHistogram>
    /// Workflow instances that are not completed: `workflow_type`.
    public let activeWorkflows: MetricFamily<MetricGauge>
    /// Operations of modules: `module`, `operation`, `status` (`success`, `failure`).
    public let moduleOperations: MetricFamily<MetricCounter>
    /// Transitions of state machines: `workflow_type`, `transition`, `status`.
    public let stateTransitions: MetricFamily<MetricCounter>
    /// Durable work that is being done; no labels.
    public let workItemsInFlight: MetricFamily<MetricGauge>

    /// Requests served: `method`, `path` (the route), `status_code`.
    public let httpRequests: MetricFamily<MetricCounter>
    /// How long requests take, except for event streams and WebSockets: `method`, `path` (the route).
    public let httpRequestDuration: MetricFamily<MetricHistogram>
    /// Requests that are being served; no labels.
    public let httpRequestsInFlight: MetricFamily<MetricGauge>

    /// Messages published: `broker`.
    public let brokerMessagesPublished: MetricFamily<MetricCounter>
    /// Deliveries: `broker`, `subscription`, `status` (`success`, `failure`, and `dead` once more after the last).
    public let brokerMessagesDelivered: MetricFamily<MetricCounter>
    /// Messages that wait or are in hand: `broker`, `subscription`.
    public let brokerQueueDepth: MetricFamily<MetricGauge>
    /// Messages that could not be handled: `broker`.
    public let brokerDeadLetters: MetricFamily<MetricGauge>
    /// Attempts to hand committed events to brokers: `broker`, `status` (`success`, `failure`).
    public let outboxPublished: MetricFamily<MetricCounter>
    /// Committed events in memory that no broker has taken yet; no labels.
    public let outboxPending: MetricFamily<MetricGauge>
    /// Committed events that no broker can take, since there is none with that name or it refuses them; no labels.
    public let outboxUndeliverable: MetricFamily<MetricGauge>

    /// Runs of scripts: `component`, `status` (`success`, `failure`).
    public let scriptExecutions: MetricFamily<MetricCounter>
    /// How long runs of scripts take: `component`.
    public let scriptDuration: MetricFamily<MetricHistogram>
    /// Attempts to put another script in place of one that runs: `component`, `status` (`success`, `failure`).
    public let componentSwaps: MetricFamily<MetricCounter>
    /// How long it takes until another script is in place: `component`.
    public let componentSwapDuration: MetricFamily<MetricHistogram>
    /// Runs of schedules: `schedule`, `status` (`success`, `failure`, `skipped`).
    public let scheduleRuns: MetricFamily<MetricCounter>
    /// Calls to other systems: `connector`, `status` (`success`, `failure`).
    public let connectorRequests: MetricFamily<MetricCounter>
    /// How long calls to other systems take: `connector`.
    public let connectorDuration: MetricFamily<MetricHistogram>
    /// Attempts to change the configuration of the running engine: `status` (`success`, `failure`, `rolled_back`).
    public let engineReloads: MetricFamily<MetricCounter>
    /// How long changes of the configuration take, from its decoding to the swap; no labels.
    public let engineReloadDuration: MetricFamily<MetricHistogram>
    /// The generation of the configuration that is active; no labels.
    public let engineGeneration: MetricFamily<MetricGauge>
    /// Requests that were not finished when the modules of their generation were stopped; no labels.
    public let requestsCutOff: MetricFamily<MetricCounter>

    /// Creates the metrics in a registry, or finds them there.
    ///
    /// - Parameters:
    ///   - registry: Where the metrics are.
    ///   - namespace: Put before every name, with `_` between; `nil` or empty for none.
    public init(registry: MetricsRegistry, namespace: String? = nil) {
        self.registry = registry
        let prefix = namespace.map { $0.isEmpty ? "" : "\($0)_" } ?? ""
        func counter(_ name: String, _ help: String, _ labels: String...) -> MetricFamily<MetricCounter> {
            registry.counter(prefix + name, help: help, labels: labels)
        }
        func gauge(_ name: String, _ help: String, _ labels: String...) -> MetricFamily<MetricGauge> {
            registry.gauge(prefix + name, help: help, labels: labels)
        }
        func histogram(_ name: String, _ help: String, _ labels: String...) -> MetricFamily<MetricHistogram> {
            registry.histogram(prefix + name, help: help, labels: labels)
        }
        workflowExecutions = counter(
            "workflow_executions_total", "Workflow runs.", "workflow_type", "action", "status")
        workflowDuration = histogram(
            "workflow_duration_seconds", "How long workflow runs take.", "workflow_type", "action")
        activeWorkflows = gauge("active_workflows", "Workflow instances that are not completed.", "workflow_type")
        moduleOperations = counter(
            "module_operations_total", "Operations of modules.", "module", "operation", "status")
        stateTransitions = counter(
            "state_transitions_total", "Transitions of state machines.", "workflow_type", "transition", "status")
        workItemsInFlight = gauge("work_items_in_flight", "Durable work that is being done.")

        httpRequests = counter("http_requests_total", "Requests served.", "method", "path", "status_code")
        httpRequestDuration = histogram(
            "http_request_duration_seconds", "How long requests take.", "method", "path")
        httpRequestsInFlight = gauge("http_requests_in_flight", "Requests that are being served.")

        brokerMessagesPublished = counter("broker_messages_published_total", "Messages published.", "broker")
        brokerMessagesDelivered = counter(
            "broker_messages_delivered_total", "Deliveries of messages.", "broker", "subscription", "status")
        brokerQueueDepth = gauge(
            "broker_queue_depth", "Messages that wait or are in hand.", "broker", "subscription")
        brokerDeadLetters = gauge("broker_dead_letters", "Messages that could not be handled.", "broker")
        outboxPublished = counter(
            "outbox_published_total", "Attempts to hand committed events to brokers.", "broker", "status")
        outboxPending = gauge("outbox_pending", "Committed events in memory that no broker has taken yet.")
        outboxUndeliverable = gauge("outbox_undeliverable", "Committed events that no broker can take.")

        scriptExecutions = counter("script_executions_total", "Runs of scripts.", "component", "status")
        scriptDuration = histogram(
            "script_execution_duration_seconds", "How long runs of scripts take.", "component")
        componentSwaps = counter(
            "component_swaps_total", "Attempts to replace the script of a component.", "component", "status")
        componentSwapDuration = histogram(
            "component_swap_duration_seconds", "How long it takes to replace the script of a component.", "component")
        scheduleRuns = counter("schedule_runs_total", "Runs of schedules.", "schedule", "status")
        connectorRequests = counter("connector_requests_total", "Calls to other systems.", "connector", "status")
        connectorDuration = histogram(
            "connector_request_duration_seconds", "How long calls to other systems take.", "connector")
        engineReloads = counter(
            "engine_reloads_total", "Attempts to change the configuration of the running engine.", "status")
        engineReloadDuration = histogram(
            "engine_reload_duration_seconds", "How long changes of the configuration take.")
        engineGeneration = gauge("engine_generation", "The generation of the configuration that is active.")
        requestsCutOff = counter(
            "http_requests_cut_off_total", "Requests that were not finished when their modules were stopped.")
        // There from the beginning: what grows from nothing is no increase for who looks at rates.
        for status in ["success", "failure", "rolled_back"] { _ = engineReloads.with(status) }
    }
}
