import Synchronization
package import WorkflowCore

/// One subscription of one generation; see ``DeliveryLine``.
package final class LineSubscription: Sendable {
    package let handler: any MessageHandler
    package let options: DeliveryOptions
    package let metrics: SubscriptionCounters
    private let state = Mutex((isActive: false, isClosed: false))

    package init(handler: any MessageHandler, options: DeliveryOptions, metrics: SubscriptionCounters) {
        self.handler = handler
        self.options = options
        self.metrics = metrics
    }

    /// Whether it takes messages when nobody behind it in the line does.
    package var isActive: Bool { state.withLock { $0.isActive } }
    /// Whether it takes in no new messages.
    package var isClosed: Bool { state.withLock { $0.isClosed } }

    func set(isActive: Bool, isClosed: Bool) {
        state.withLock { $0 = (isActive, isClosed) }
    }
}

/// The counters of one subscription.
package struct SubscriptionCounters: Sendable {
    package let succeeded: MetricCounter
    package let failed: MetricCounter
    package let dead: MetricCounter

    package init(_ metrics: EngineMetrics, broker: String, subscription: String) {
        let family = metrics.brokerMessagesDelivered
        succeeded = family.with(broker, subscription, "success")
        failed = family.with(broker, subscription, "failure")
        dead = family.with(broker, subscription, "dead")
    }
}
