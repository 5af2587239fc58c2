import Synchronization

/// A subscription to an ``InMemoryMessageBroker``: the workers that take messages from its queue.
final class InMemorySubscription: Subscription {
    let queue: SubscriptionQueue
    private let broker: InMemoryMessageBroker
    private let handler: any MessageHandler
    private let options: InMemoryMessageBroker.SubscriptionOptions
    private let metrics: SubscriptionMetrics?
    private let task = Mutex<Task<Void, Never>?>(nil)

    init(
        broker: InMemoryMessageBroker, queue: SubscriptionQueue, handler: any MessageHandler,
        options: InMemoryMessageBroker.SubscriptionOptions, metrics: SubscriptionMetrics?
    ) {
        self.queue = queue
        self.broker = broker
        self.handler = handler
        self.options = options
        self.metrics = metrics
    }

    func cancel() async {
        // What waits was promised to be handled, and nothing more comes in.
        if isStarted, broker.isClosed(queue) { await queue.drain() }
        broker.remove(self)
        await finished()
    }

    /// Starts the workers; they end after the queue has been detached.
    ///
    /// The task belongs to the broker, which ends it in ``InMemoryMessageBroker/shutdown(deadline:)``.
    func start() {
        let (workers, attachment) = queue.attach(isShared: options.concurrency > 1, capacity: options.capacity)
        task.withLock { task in
            let before = task
            task = Task.detached {
                await self.run(workers: workers, attachment: attachment)
                await before?.value
            }
        }
    }

    /// Whether it has ever had its queue.
    var isStarted: Bool { task.withLock { $0 } != nil }

    /// Returns after the messages in hand are done with; at once when that would make the caller wait for itself.
    func finished() async {
        guard let task = task.withLock({ $0 }) else { return }
        await DeliveryContext.waiting(for: ObjectIdentifier(queue)) { await task.value }
    }

    /// Cancels the handlers.
    func interrupt() {
        task.withLock { $0 }?.cancel()
    }

    private func run(workers: WakeUp, attachment: Int) async {
        await DeliveryContext.$queue.withValue(ObjectIdentifier(queue)) {
            guard options.concurrency > 1 else { return await work(workers: workers, attachment: attachment) }
            await withDiscardingTaskGroup { group in
                for _ in 0..<options.concurrency {
                    group.addTask { await self.work(workers: workers, attachment: attachment) }
                }
            }
        }
    }

    /// One worker: handles one message after another; those that failed wait beside it for their next attempt.
    private func work(workers: WakeUp, attachment: Int) async {
        await withDiscardingTaskGroup { retries in
            while !Task.isCancelled {
                switch queue.next(attachment: attachment) {
                case .delivery(let delivery):
                    guard let (next, delay) = await handle(delivery) else { continue }
                    retries.addTask {
                        // An early end of the wait only means that the subscription ends; the message goes back.
                        await self.broker.clock.wait(for: delay)
                        self.queue.putBack(next)
                    }
                case .nothing:
                    await workers.wait()
                case .end:
                    retries.cancelAll()
                    return
                }
            }
        }
    }

    /// Handles one message.
    ///
    /// - Returns: The message as it is to be delivered again and the time until then; `nil` when it is done with.
    private func handle(_ delivery: Delivery) async -> (next: Delivery, delay: Duration)? {
        do {
            let message = delivery.message
            try await broker.traces.process(message, from: broker.name, subscription: queue.name) {
                try await handler.handle(message)
            }
            metrics?.succeeded.increment()
            await broker.forget(delivery)
        } catch {
            if Task.isCancelled {
                queue.putBack(delivery)
                return nil
            }
            metrics?.failed.increment()
            let attempt = delivery.message.deliveryAttempt
            if let error = error as? StoreError, error.isTransient {
                // Not the message's fault: it waits for the store, however long that takes.
                return (delivery, options.backoff.delay(afterAttempt: options.maxDeliveries, random: broker.random()))
            }
            if attempt < options.maxDeliveries {
                var next = delivery
                next.message.deliveryAttempt = attempt + 1
                return (next, options.backoff.delay(afterAttempt: attempt, random: broker.random()))
            }
            do {
                try await broker.bury(delivery, from: queue, error: error)
                metrics?.dead.increment()
            } catch {
                // Not settled before it is safe among the dead letters.
                return (delivery, options.backoff.delay(afterAttempt: options.maxDeliveries, random: broker.random()))
            }
        }
        delivery.settlement?.complete()
        queue.finish(delivery)
        return nil
    }
}
