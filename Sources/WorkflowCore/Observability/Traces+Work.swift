import Tracing

/// Spans of messages and state machines; those of messages by the semantic conventions for messaging.
extension Traces {
    /// Hands a message to a broker within a span.
    ///
    /// - Parameters:
    ///   - message: The message; the trace that it carries goes on.
    ///   - broker: The name of the broker.
    ///   - publish: Publishes the message that it gets, which carries the span.
    /// - Throws: What `publish` throws.
    public func publish(
        _ message: Message, to broker: String, _ publish: (Message) async throws -> Void
    ) async throws {
        guard tracer != nil else { return try await publish(message) }
        try await span(
            "publish \(message.topic)", kind: .producer, from: message.trace,
            attributes: attributes(of: message, "publish", "send", broker)
        ) { _ in
            var message = message
            message.trace = current
            try await publish(message)
        }
    }

    /// Handles a message within a span. Brokers wrap the call of each handler in it.
    ///
    /// - Parameters:
    ///   - message: The message.
    ///   - broker: The name of the broker.
    ///   - subscription: The name of the subscription.
    ///   - handle: Handles it.
    /// - Throws: What `handle` throws.
    public func process(
        _ message: Message, from broker: String, subscription: String, _ handle: () async throws -> Void
    ) async throws {
        func all() -> SpanAttributes {
            var all = attributes(of: message, "process", "process", broker)
            all["messaging.consumer.group.name"] = subscription
            if message.deliveryAttempt > 1 { all["workflow.delivery.attempt"] = message.deliveryAttempt }
            return all
        }
        try await span(
            "process \(message.topic)", kind: .consumer, from: message.trace, attributes: all()
        ) { _ in
            try await watched(message, from: broker, subscription: subscription, handle)
        }
    }

    /// Commits transitions within a span.
    func transition(_ plan: TransitionPlan, _ commit: () async throws -> Void) async throws {
        let name = plan.records.first { !$0.transition.isEmpty }?.transition
        func attributes() -> SpanAttributes {
            [
                "workflow.type": .string(plan.instance.workflowType),
                "workflow.instance.id": .string(plan.instance.id),
                "workflow.transition": .string(name ?? ""),
                "workflow.state.from": .string(plan.records.first?.fromState ?? ""),
                "workflow.state.to": .string(plan.instance.currentState),
            ]
        }
        try await span(name.map { "transition \($0)" } ?? "change", attributes: attributes()) { _ in
            try await commit()
        }
    }

    /// Performs a scheduled run within a span, the first of a trace.
    func perform(_ run: ScheduledRun, _ body: () async throws -> Void) async throws {
        try await span(
            "schedule \(run.job)",
            attributes: ["workflow.job": .string(run.job), "workflow.schedule.slot": "\(run.scheduledTime)"]
        ) { _ in try await body() }
    }

    private func attributes(
        of message: Message, _ operation: String, _ type: String, _ broker: String
    ) -> SpanAttributes {
        [
            "messaging.system": "workflow", "messaging.destination.name": .string(message.topic),
            "messaging.operation.name": .string(operation), "messaging.operation.type": .string(type),
            "messaging.message.id": .string(message.id), "workflow.broker": .string(broker),
        ]
    }
}
