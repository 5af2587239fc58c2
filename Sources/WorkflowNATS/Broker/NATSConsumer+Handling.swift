#if NATS
import Logging
import Synchronization
import WorkflowCore

/// The handling of messages.
extension NATSConsumer {
    /// Begins to handle messages; ends in ``end(deadline:)``.
    func start() {
        state.withLock { state in
            guard state.life == nil, !state.isEnded else { return }
            let (stream, continuation) = AsyncStream.makeStream(of: NATSDelivery.self)
            let (rests, rest) = AsyncStream.makeStream(of: Rest.self)
            state.deliveries = continuation
            state.rests = rest
            state.life = Task.detached { await self.run(stream, rests) }
        }
    }

    /// A message that waits for its next attempt.
    struct Rest: Sendable {
        let delivery: NATSDelivery
        let delay: Duration
    }

    private func run(_ deliveries: AsyncStream<NATSDelivery>, _ rests: AsyncStream<Rest>) async {
        await withDiscardingTaskGroup { helpers in
            helpers.addTask { await self.keepAlive() }
            helpers.addTask {
                await withDiscardingTaskGroup { group in
                    for await rest in rests { group.addTask { await self.wait(rest) } }
                }
            }
            // Ends after the messages in hand; only then the others are interrupted.
            await withDiscardingTaskGroup { group in
                for await delivery in deliveries { group.addTask { await self.handle(delivery) } }
            }
            helpers.cancelAll()
        }
    }

    private func keepAlive() async {
        let interval = link.configuration.consumer.ackWait / 3
        do {
            while true {
                try await link.environment.clock.sleep(for: interval)
                beat()
                pull()
            }
        } catch {
            // The consumer has ended.
        }
    }

    /// Handles one message.
    private func handle(_ delivery: NATSDelivery) async {
        let now = link.environment.clock.now
        let subscription = state.withLock { state -> NATSLineSubscription? in
            if let receipt = delivery.receipt, let held = state.held[receipt.sequence], isStale(held.renewed, now) {
                // It is on its way to somebody else, or here once more.
                state.held[receipt.sequence] = nil
                return nil
            }
            guard let current = state.current else { return nil }
            state.runningOf[ObjectIdentifier(current), default: 0] += 1
            return current
        }
        guard let subscription else { return release(delivery, of: nil, answer: nil) }
        if let problem = delivery.problem { return await bury(delivery, problem, for: subscription) }
        do {
            try await Self.$handling.withValue(ObjectIdentifier(self)) {
                try await link.environment.traces.process(
                    delivery.message, from: link.name, subscription: name
                ) { try await subscription.handler.handle(delivery.message) }
            }
            subscription.metrics.succeeded.increment()
            await forget(delivery)
            release(delivery, of: subscription, answer: .done)
        } catch {
            await failed(delivery, error, for: subscription)
        }
    }

    private func failed(
        _ delivery: NATSDelivery, _ error: any Error, for subscription: NATSLineSubscription
    ) async {
        if Task.isCancelled {
            if let letter = delivery.letter { link.letters.release(letter) }
            return release(delivery, of: subscription, answer: .again(after: .zero))
        }
        subscription.metrics.failed.increment()
        let options = subscription.options
        let attempt = delivery.message.deliveryAttempt
        let random = link.environment.random()
        if let error = error as? StoreError, error.isTransient {
            // Not the message's fault: it waits for the store, however long that takes.
            let delay = options.backoff.delay(afterAttempt: options.maxDeliveries, random: random)
            return rest(delivery, for: delay, of: subscription)
        }
        guard attempt < options.maxDeliveries else {
            return await bury(delivery, String(describing: error), for: subscription)
        }
        let delay = options.backoff.delay(afterAttempt: attempt, random: random)
        guard delivery.message.key.isEmpty, delivery.receipt != nil else {
            // It stays here, so that no other message of its key overtakes it.
            var next = delivery
            next.message.deliveryAttempt = attempt + 1
            return rest(next, for: delay, of: subscription)
        }
        release(delivery, of: subscription, answer: .again(after: delay))
    }

    /// Keeps a message for its next attempt, while others are handled.
    private func rest(
        _ delivery: NATSDelivery, for delay: Duration, of subscription: NATSLineSubscription
    ) {
        let isWaiting = state.withLock { state in
            state.running -= 1
            state.resting += 1
            if case .enqueued? = state.rests?.yield(Rest(delivery: delivery, delay: delay)) { return true }
            return false
        }
        if !isWaiting { putBack(delivery) }
        left(subscription)
        pump()
    }

    private func wait(_ rest: Rest) async {
        // An early end of the wait only means that the consumer ends; the message goes back.
        try? await link.environment.clock.sleep(for: max(rest.delay, .milliseconds(1)))
        putBack(rest.delivery)
        pump()
    }

    private func putBack(_ delivery: NATSDelivery) {
        state.withLock { state in
            state.resting -= 1
            state.queue.putBack(delivery)
        }
    }

    /// Puts a message among the dead letters.
    private func bury(_ delivery: NATSDelivery, _ problem: String, for subscription: NATSLineSubscription) async {
        do {
            try await link.letters.put(
                delivery.message, subscription: name, error: problem, id: delivery.letter)
        } catch {
            // Not given up before it is safe among the dead letters.
            let options = subscription.options
            let delay = options.backoff.delay(
                afterAttempt: options.maxDeliveries, random: link.environment.random())
            return rest(delivery, for: max(delay, .milliseconds(100)), of: subscription)
        }
        subscription.metrics.dead.increment()
        link.logger.error(
            "A message could not be handled and is a dead letter now.",
            metadata: [
                "broker.name": "\(link.name)", "broker.subscription": "\(name)",
                "message.topic": "\(delivery.message.topic)", "message.id": "\(delivery.message.id)",
                "message.attempts": "\(delivery.message.deliveryAttempt)", "error": "\(problem)",
            ])
        release(delivery, of: subscription, answer: .never)
    }

    /// Removes the dead letter that a message was delivered from, since it has been handled.
    private func forget(_ delivery: NATSDelivery) async {
        guard let letter = delivery.letter else { return }
        do {
            try await link.letters.remove(letter)
        } catch {
            link.letters.release(letter)
            link.logger.warning(
                "A dead letter has been handled but could not be removed.",
                metadata: ["broker.name": "\(link.name)", "letter": "\(letter)", "error": "\(error)"])
        }
    }

    /// Says that a message is done with here, and to the server what became of it.
    private func release(
        _ delivery: NATSDelivery, of subscription: NATSLineSubscription?, answer: DeliveryAnswer?
    ) {
        let receipt = state.withLock { state -> DeliveryReceipt? in
            state.running -= 1
            state.queue.finish(key: delivery.message.key)
            guard let sequence = delivery.receipt?.sequence else { return nil }
            if answer == .done || answer == .never { state.finished.insert(sequence) }
            return state.held.removeValue(forKey: sequence)?.receipt
        }
        if let answer, let receipt { link.answer(receipt, answer) }
        if let subscription { left(subscription) }
        pump()
        pull()
    }

    /// Notes that a subscription has one message less in hand.
    private func left(_ subscription: NATSLineSubscription) {
        let id = ObjectIdentifier(subscription)
        let waiters = state.withLock { state -> [CheckedContinuation<Void, Never>] in
            let count = (state.runningOf[id] ?? 1) - 1
            state.runningOf[id] = count > 0 ? count : nil
            guard count <= 0 else { return [] }
            defer { state.waiters.removeAll { $0.subscription == id } }
            return state.waiters.filter { $0.subscription == id }.map(\.continuation)
        }
        for waiter in waiters { waiter.resume() }
    }
}
#endif
