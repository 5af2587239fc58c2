/// The counters of one subscription, resolved once.
struct SubscriptionMetrics: Sendable {
    let succeeded: MetricCounter
    let failed: MetricCounter
    let dead: MetricCounter

    init(_ metrics: EngineMetrics, broker: String, subscription: String) {
        let family = metrics.brokerMessagesDelivered
        succeeded = family.with(broker, subscription, "success")
        failed = family.with(broker, subscription, "failure")
        dead = family.with(broker, subscription, "dead")
    }
}
