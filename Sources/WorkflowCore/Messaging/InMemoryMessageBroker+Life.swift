import Synchronization

/// Health, draining and the end.
extension InMemoryMessageBroker {
    /// Proves that the broker takes messages.
    public func checkHealth() async throws {
        try checkOpen()
    }

    /// How many messages wait or are in hand, all subscriptions together.
    public var pendingMessages: Int {
        queues.reduce(0) { $0 + $1.depth }
    }

    /// Returns when all messages are done with: those that are there now and those that their handlers publish.
    ///
    /// Does not count queues that wait for a successor (see ``retainQueues()``). Returns early when the task is
    /// cancelled.
    public func drain() async {
        while !Task.isCancelled {
            let queues = state.withLock { $0.subscriptions.values.map(\.queue) }
            guard let busy = queues.first(where: { $0.depth > 0 }) else { return }
            await busy.drain()
        }
    }

    /// Ends all subscriptions and refuses further messages. Messages that wait are not delivered, nor settled.
    ///
    /// - Parameter deadline: How long handlers may go on with the message they have in hand before they are cancelled.
    public func shutdown(deadline: Duration = .seconds(10)) async {
        let subscriptions = state.withLock { state in
            state.isShutDown = true
            let all = Array(state.subscriptions.values) + (state.retained ?? [])
            state.subscriptions = [:]
            state.lines = [:]
            state.closed = []
            state.retained = nil
            state.index = TopicIndex()
            return all
        }
        for subscription in subscriptions { drop(subscription.queue, publishersGet: shutDownError) }
        guard !subscriptions.isEmpty else { return }
        await withDiscardingTaskGroup { group in
            group.addTask {
                guard await self.clock.wait(for: deadline) else { return }
                for subscription in subscriptions { subscription.interrupt() }
            }
            for subscription in subscriptions { await subscription.finished() }
            group.cancelAll()
        }
    }

    var queues: [SubscriptionQueue] {
        state.withLock { $0.subscriptions.values.map(\.queue) + ($0.retained ?? []).map(\.queue) }
    }

    func checkOpen() throws {
        if state.withLock({ $0.isShutDown }) { throw shutDownError }
    }

    var shutDownError: WorkflowError {
        WorkflowError(.unavailable, "The broker \"\(name)\" has been shut down.")
    }

    func collect() {
        guard let metrics else { return }
        var depths: [String: Int] = [:]
        for queue in queues { depths[queue.name, default: 0] += queue.depth }
        for (subscription, depth) in depths { metrics.brokerQueueDepth.with(name, subscription).set(Double(depth)) }
        metrics.brokerDeadLetters.with(name).set(Double(letters.knownCount))
    }
}
