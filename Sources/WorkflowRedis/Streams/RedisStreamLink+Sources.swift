#if Redis
import Synchronization
import WorkflowCore
import WorkflowModules

/// The subscriptions.
extension RedisStreamLink {
    func source(of subscription: String, pattern: TopicPattern, number: Int) -> RedisStreamSource {
        let group = configuration.names.group(of: subscription, pattern: pattern, number: number)
        return state.withLock { state in
            if let source = state.sources[group] { return source }
            let source = RedisStreamSource(link: self, name: subscription, pattern: pattern, group: group)
            state.sources[group] = source
            return source
        }
    }

    func connect(_ source: RedisStreamSource) async throws {
        watch()
        try await source.open()
    }

    func remove(_ source: RedisStreamSource) {
        state.withLock { state in
            if state.sources[source.group] === source { state.sources[source.group] = nil }
        }
        environment.metrics.brokerQueueDepth.remove(name, source.line.name)
    }

    func source(ofSubscription name: String) -> RedisStreamSource? {
        state.withLock { state in state.sources.values.first { $0.line.name == name } }
    }

    func collect() {
        for source in state.withLock({ Array($0.sources.values) }) {
            environment.metrics.brokerQueueDepth.with(name, source.line.name).set(Double(source.line.depth))
        }
        environment.metrics.brokerDeadLetters.with(name).set(Double(letters.knownCount))
    }

    /// Checks that Redis knows all subscriptions, so that none of them misses a message.
    ///
    /// - Throws: ``WorkflowError`` `.unavailable` in the moment between the first connection and that.
    func checkSubscriptions() throws {
        let unknown = state.withLock { state in state.sources.values.first { $0.isUnknown } }
        guard let unknown else { return }
        unknown.wake()
        let problem = unknown.problem ?? "Redis at \(configuration.settings.place) does not know it yet"
        throw unavailable("the subscription \"\(unknown.line.name)\": \(problem)")
    }
}
#endif
