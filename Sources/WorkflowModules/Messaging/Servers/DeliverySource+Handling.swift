import Logging
import Synchronization
import WorkflowCore

/// The handling of messages.
extension DeliverySource {
    /// Begins to handle messages; ends in ``end(deadline:)``.
    func start() {
        line.state.withLock { state in
            guard state.life == nil, !state.isEnded else { return }
            let (stream, continuation) = AsyncStream.makeStream(of: Delivery<Receipt>.self)
            let (rests, rest) = AsyncStream.makeStream(of: DeliveryLine<Receipt>.Rest.self)
            state.deliveries = continuation
            state.rests = rest
            state.life = Task.detached { await self.run(stream, rests) }
        }
    }

    private func run(
        _ deliveries: AsyncStream<Delivery<Receipt>>, _ rests: AsyncStream<DeliveryLine<Receipt>.Rest>
    ) async {
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
        do {
            while true {
                try await line.environment.clock.sleep(for: beatInterval)
                beat()
                pull()
            }
        } catch {
            // The source has ended.
        }
    }

    /// Puts a message into the queue.
    package func add(_ delivery: Delivery<Receipt>) {
        line.state.withLock { $0.queue.append(delivery, key: delivery.message.key) }
        pump()
    }

    /// Hands out as many messages as may be handled at once.
    func pump() {
        line.state.withLock { state in
            guard let current = state.current, let deliveries = state.deliveries, !state.isEnded else { return }
            while state.running < max(current.options.concurrency, 1), let delivery = state.queue.take() {
                state.running += 1
                deliveries.yield(delivery)
            }
        }
    }

    /// Handles one message.
    private func handle(_ delivery: Delivery<Receipt>) async {
        if let receipt = delivery.receipt, !begin(receipt) { return release(delivery, of: nil, as: nil) }
        let subscription = line.state.withLock { state -> LineSubscription? in
            guard let current = state.current else { return nil }
            state.runningOf[ObjectIdentifier(current), default: 0] += 1
            return current
        }
        guard let subscription else { return release(delivery, of: nil, as: .again(after: .zero)) }
        if let problem = delivery.problem { return await bury(delivery, problem, for: subscription) }
        do {
            try await DeliveryTask.$source.withValue(ObjectIdentifier(self)) {
                try await line.environment.traces.process(
                    delivery.message, from: line.broker, subscription: line.name
                ) { try await subscription.handler.handle(delivery.message) }
            }
            subscription.metrics.succeeded.increment()
            await forget(delivery)
            release(delivery, of: subscription, as: .done)
        } catch {
            await failed(delivery, error, for: subscription)
        }
    }

    private func failed(
        _ delivery: Delivery<Receipt>, _ error: any Error, for subscription: LineSubscription
    ) async {
        if Task.isCancelled {
            if let letter = delivery.letter { line.letters.release(letter) }
            return release(delivery, of: subscription, as: .again(after: .zero))
        }
        subscription.metrics.failed.increment()
        let options = subscription.options
        let attempt = delivery.message.deliveryAttempt
        let random = line.environment.random()
        if let error = error as? StoreError, error.isTransient {
            // Not the message's fault: it waits for the store, however long that takes.
            let delay = options.backoff.delay(afterAttempt: options.maxDeliveries, random: random)
            return rest(delivery, for: delay, of: subscription)
        }
        guard attempt < options.maxDeliveries else {
            return await bury(delivery, String(describing: error), for: subscription)
        }
        let delay = options.backoff.delay(afterAttempt: attempt, random: random)
        guard retriesElsewhere, delivery.message.key.isEmpty, delivery.receipt != nil else {
            // It stays here, so that no other message of its key overtakes it.
            var next = delivery
            next.message.deliveryAttempt = attempt + 1
            return rest(next, for: delay, of: subscription)
        }
        release(delivery, of: subscription, as: .again(after: delay))
    }

    /// Keeps a message for its next attempt, while others are handled.
    private func rest(_ delivery: Delivery<Receipt>, for delay: Duration, of subscription: LineSubscription) {
        let isWaiting = line.state.withLock { state in
            state.running -= 1
            state.resting += 1
            let rest = DeliveryLine<Receipt>.Rest(delivery: delivery, delay: delay)
            if case .enqueued? = state.rests?.yield(rest) { return true }
            return false
        }
        if let receipt = delivery.receipt { self.rest(receipt) }
        if !isWaiting { putBack(delivery) }
        left(subscription)
        pump()
    }

    private func wait(_ rest: DeliveryLine<Receipt>.Rest) async {
        // An early end of the wait only means that the source ends; the message goes back.
        await line.environment.clock.wait(for: max(rest.delay, .milliseconds(1)))
        putBack(rest.delivery)
        pump()
    }

    private func putBack(_ delivery: Delivery<Receipt>) {
        line.state.withLock { state in
            state.resting -= 1
            state.queue.putBack(delivery)
        }
    }
}

/// The end of a delivery.
extension DeliverySource {
    /// Puts a message among the dead letters.
    private func bury(_ delivery: Delivery<Receipt>, _ problem: String, for subscription: LineSubscription) async {
        do {
            try await willBury(delivery.message, problem: problem)
            try await line.letters.put(
                delivery.message, subscription: line.name, error: problem, id: delivery.letter)
        } catch {
            // Not given up before it is safe among the dead letters.
            let options = subscription.options
            let delay = options.backoff.delay(
                afterAttempt: options.maxDeliveries, random: line.environment.random())
            return rest(delivery, for: max(delay, .milliseconds(100)), of: subscription)
        }
        subscription.metrics.dead.increment()
        line.logger.error(
            "A message could not be handled and is a dead letter now.",
            metadata: [
                "broker.name": "\(line.broker)", "broker.subscription": "\(line.name)",
                "message.topic": "\(delivery.message.topic)", "message.id": "\(delivery.message.id)",
                "message.attempts": "\(delivery.message.deliveryAttempt)", "error": "\(problem)",
            ])
        release(delivery, of: subscription, as: .never)
    }

    /// Removes the dead letter that a message was delivered from, since it has been handled.
    private func forget(_ delivery: Delivery<Receipt>) async {
        guard let letter = delivery.letter else { return }
        do {
            try await line.letters.remove(letter)
        } catch {
            line.letters.release(letter)
            line.logger.warning(
                "A dead letter has been handled but could not be removed.",
                metadata: ["broker.name": "\(line.broker)", "letter": "\(letter)", "error": "\(error)"])
        }
    }

    /// Says that a message is done with here, and to the server what became of it.
    private func release(
        _ delivery: Delivery<Receipt>, of subscription: LineSubscription?, as outcome: DeliveryOutcome?
    ) {
        line.state.withLock { state in
            state.running -= 1
            state.queue.finish(key: delivery.message.key)
        }
        if let receipt = delivery.receipt, let outcome { settle(receipt, as: outcome) }
        if let subscription { left(subscription) }
        pump()
        pull()
    }

    /// Notes that a subscription has one message less in hand.
    private func left(_ subscription: LineSubscription) {
        let id = ObjectIdentifier(subscription)
        let waiters = line.state.withLock { state -> [CheckedContinuation<Void, Never>] in
            let count = (state.runningOf[id] ?? 1) - 1
            state.runningOf[id] = count > 0 ? count : nil
            guard count <= 0 else { return [] }
            defer { state.waiters.removeAll { $0.subscription == id } }
            return state.waiters.filter { $0.subscription == id }.map(\.continuation)
        }
        for waiter in waiters { waiter.resume() }
    }
}
