import WorkflowCore

/// Counts what becomes of the events that links are about.
struct LinkMetrics: Sendable {
    /// What can become of one.
    enum Outcome: String, CaseIterable {
        case recorded, delivered, failed, dead
        case hopLimit = "hop_limit"
    }

    private let outcomes: [Outcome: MetricCounter]
    private let waiting: MetricGauge

    init(_ registry: MetricsRegistry) {
        let family = registry.counter(
            "workflow_platform_link_events_total", help: "Events of links between workflows, by outcome.",
            labels: ["outcome"])
        outcomes = Dictionary(uniqueKeysWithValues: Outcome.allCases.map { ($0, family.with($0.rawValue)) })
        waiting = registry.gauge(
            "workflow_platform_link_events_waiting", help: "Events that links have not delivered yet."
        ).with()
    }

    func count(_ outcome: Outcome, by count: Int = 1) {
        outcomes[outcome]?.increment(by: Double(count))
    }

    func wait(_ count: Int) { waiting.set(Double(count)) }
}
