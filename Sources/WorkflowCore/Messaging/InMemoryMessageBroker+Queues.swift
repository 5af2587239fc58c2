import Synchronization

/// What becomes of queues when subscriptions come and go.
extension InMemoryMessageBroker {
    /// Keeps the queues of subscriptions that are cancelled from now on: they go on collecting messages until a
    /// subscription with the same name and pattern takes them over, or until ``releaseQueues()``.
    ///
    /// Publishing waits while a retained queue is full.
    public func retainQueues() {
        state.withLock { state in
            if state.retained == nil { state.retained = [] }
        }
    }

    /// Ends what ``retainQueues()`` began, and drops the queues that nobody has taken over; their messages count as
    /// settled, since nobody is left to handle them.
    public func releaseQueues() {
        let left = state.withLock { state in
            let left = state.retained ?? []
            state.retained = nil
            for subscription in left { state.index.remove(subscription.queue, for: subscription.queue.pattern) }
            return left
        }
        for subscription in left {
            for settlement in drop(subscription.queue, publishersGet: nil) { settlement.complete() }
        }
    }

    /// Detaches a subscription from its queue; keeps the queue for a successor, or drops it.
    func remove(_ subscription: InMemorySubscription) {
        let isDropped = state.withLock { state in
            guard state.subscriptions.removeValue(forKey: ObjectIdentifier(subscription)) != nil else { return false }
            let (successor, isLast) = state.leaveLine(subscription)
            if let successor, successor.isStarted || subscription.isStarted { successor.start() }
            guard isLast else { return false }
            state.closed.remove(ObjectIdentifier(subscription.queue))
            subscription.queue.detach()
            if state.retained != nil {
                state.retained?.append(subscription)
                return false
            }
            state.index.remove(subscription.queue, for: subscription.queue.pattern)
            return true
        }
        guard isDropped else { return }
        let left = drop(subscription.queue, publishersGet: nil)
        // Nobody has ever handled messages for it: its generation did not become active.
        if !subscription.isStarted { for settlement in left { settlement.complete() } }
    }

    @discardableResult
    func drop(_ queue: SubscriptionQueue, publishersGet error: (any Error)?) -> [Settlement] {
        metrics?.brokerQueueDepth.remove(name, queue.name)
        let left = queue.drop(publishersGet: error)
        for delivery in left { delivery.letter.map { letters.release($0) } }
        return left.compactMap(\.settlement)
    }
}
