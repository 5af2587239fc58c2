#if NATS
import Synchronization
import WorkflowCore

/// One subscription of one generation.
final class NATSLineSubscription: Subscription {
    let consumer: NATSConsumer
    let handler: any MessageHandler
    let options: NATSSubscriptionOptions
    let codec: CloudEventCodec
    let metrics: SubscriptionCounters
    private let state = Mutex((isActive: false, isClosed: false))

    init(
        consumer: NATSConsumer, handler: any MessageHandler, options: NATSSubscriptionOptions, codec: CloudEventCodec,
        metrics: SubscriptionCounters
    ) {
        self.consumer = consumer
        self.handler = handler
        self.options = options
        self.codec = codec
        self.metrics = metrics
    }

    /// Whether it takes messages when nobody behind it in the line does.
    var isActive: Bool { state.withLock { $0.isActive } }
    /// Whether it takes in no new messages.
    var isClosed: Bool { state.withLock { $0.isClosed } }

    func set(isActive: Bool, isClosed: Bool) {
        state.withLock { $0 = (isActive, isClosed) }
    }

    func cancel() async {
        await consumer.leave(self)
    }
}

/// The counters of one subscription.
struct SubscriptionCounters: Sendable {
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

/// Who gets the messages.
extension NATSConsumer {
    /// Puts a subscription into the line; it waits for ``takeOver(_:)``.
    ///
    /// - Returns: `false` when the consumer has ended, and another one must be made.
    func join(_ subscription: NATSLineSubscription) -> Bool {
        state.withLock { state in
            guard !state.isEnded else { return false }
            state.line.insert(subscription, at: 0)
            return true
        }
    }

    /// Lets a subscription have the messages from now on.
    func takeOver(_ subscription: NATSLineSubscription) {
        subscription.set(isActive: true, isClosed: false)
        state.withLock { state in
            guard state.line.contains(where: { $0 === subscription }) else { return }
            state.line.removeAll { $0 === subscription }
            state.line.append(subscription)
        }
        start()
        pump()
        pull()
    }

    /// Lets no more messages in for a subscription, unless another one has taken over.
    func close(_ subscription: NATSLineSubscription) {
        subscription.set(isActive: subscription.isActive, isClosed: true)
    }

    /// Takes a subscription out of the line and returns after the messages that it has in hand; the last one ends the
    /// consumer here.
    func leave(_ subscription: NATSLineSubscription) async {
        let isLast = state.withLock { state in
            state.line.removeAll { $0 === subscription }
            return state.line.isEmpty
        }
        if isLast {
            link.remove(self)
            if Self.handling == ObjectIdentifier(self) {
                // The handler ends its own subscription: who waits for the handler would wait for itself.
                Task.detached { await self.end(deadline: nil) }
            } else {
                await end(deadline: nil)
            }
        } else if Self.handling != ObjectIdentifier(self) {
            await finished(subscription)
            pump()
            pull()
        }
    }

    private func finished(_ subscription: NATSLineSubscription) async {
        let id = ObjectIdentifier(subscription)
        await withCheckedContinuation { continuation in
            let isDone = state.withLock { state in
                guard state.runningOf[id] != nil else { return true }
                state.waiters.append((id, continuation))
                return false
            }
            if isDone { continuation.resume() }
        }
    }

    /// Handles what is in hand, gives everything else back to the server, and takes in no more.
    ///
    /// - Parameter deadline: After which time handlers are cancelled; `nil` for never.
    func end(deadline: Duration?) async {
        let (life, subscription, waiting) = state.withLock { state in
            state.isEnded = true
            state.deliveries?.finish()
            defer { state.subscription = nil }
            return (state.life, state.subscription, state.queue.removeAll())
        }
        subscription?.end()
        giveBack(waiting)
        if let life {
            await withDiscardingTaskGroup { group in
                if let deadline {
                    group.addTask {
                        guard (try? await self.link.environment.clock.sleep(for: deadline)) != nil else { return }
                        life.cancel()
                    }
                }
                await life.value
                group.cancelAll()
            }
        }
        // Those that have waited for their next attempt.
        giveBack(state.withLock { $0.queue.removeAll() })
    }

    private func giveBack(_ deliveries: [NATSDelivery]) {
        for delivery in deliveries {
            if let letter = delivery.letter { link.letters.release(letter) }
            guard let sequence = delivery.receipt?.sequence else { continue }
            let held = state.withLock { $0.held.removeValue(forKey: sequence) }
            if let held { link.answer(held.receipt, .again(after: .zero)) }
        }
    }
}
#endif
