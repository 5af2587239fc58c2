import Synchronization

/// Subscriptions of several generations to one queue, of which one takes the messages.
extension InMemoryMessageBroker {
    /// Lets a subscription take the messages of its queue; one that had them before finishes those in hand.
    func takeOver(_ subscription: InMemorySubscription) {
        let queue = subscription.queue
        state.withLock { state in
            guard !state.isShutDown, state.subscriptions[ObjectIdentifier(subscription)] != nil else { return }
            state.isInUse = true
            let line = state.lines[ObjectIdentifier(queue)] ?? []
            state.lines[ObjectIdentifier(queue)] = line.filter { $0 !== subscription } + [subscription]
            if state.closed.remove(ObjectIdentifier(queue)) != nil { state.index.insert(queue, for: queue.pattern) }
            if line.last !== subscription || !subscription.isStarted { subscription.start() }
        }
    }

    /// Lets no more messages into the queue of a subscription, unless another one has taken it over.
    func close(_ subscription: InMemorySubscription) {
        let queue = subscription.queue
        state.withLock { state in
            guard state.lines[ObjectIdentifier(queue)]?.last === subscription,
                state.closed.insert(ObjectIdentifier(queue)).inserted
            else { return }
            state.index.remove(queue, for: queue.pattern)
        }
    }

    /// Whether the queue takes no more messages.
    func isClosed(_ queue: SubscriptionQueue) -> Bool {
        state.withLock { $0.closed.contains(ObjectIdentifier(queue)) }
    }

    /// Bounds and times from now on.
    func use(_ configuration: Configuration) {
        letters.retention = configuration.deadLetterRetention
    }
}

extension InMemoryMessageBroker.State {
    /// The subscription behind which a new one waits for a queue: the last with its name and pattern.
    func predecessor(
        name: String, pattern: TopicPattern, apartFrom own: Set<ObjectIdentifier>
    ) -> InMemorySubscription? {
        lines.values.lazy.compactMap(\.last).first {
            $0.queue.name == name && $0.queue.pattern == pattern && !own.contains(ObjectIdentifier($0))
        }
    }

    /// Takes a subscription out of the line for its queue.
    ///
    /// - Returns: Who has the queue now, when it was the subscription's and there is somebody.
    mutating func leaveLine(_ subscription: InMemorySubscription) -> (successor: InMemorySubscription?, isLast: Bool) {
        let key = ObjectIdentifier(subscription.queue)
        guard let line = lines[key] else { return (nil, true) }
        let rest = line.filter { $0 !== subscription }
        lines[key] = rest.isEmpty ? nil : rest
        return (line.last === subscription ? rest.last : nil, rest.isEmpty)
    }
}
