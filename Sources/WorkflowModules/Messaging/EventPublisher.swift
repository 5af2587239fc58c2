package import WorkflowCore

/// Publishes messages through the outbox: they are committed first and delivered at least once.
package struct EventPublisher: Sendable {
    let generation: GenerationContext

    /// Creates a publisher of the messages of a generation.
    package init(generation: GenerationContext) {
        self.generation = generation
    }

    /// Publishes a message to one broker, or to all.
    ///
    /// Brokers that know of no subscriber are left out.
    ///
    /// - Parameters:
    ///   - topic: The topic.
    ///   - payload: The content.
    ///   - key: Messages with the same key are delivered in order.
    ///   - id: The stable identifier, for a message to one broker; a message that is on its way already is not published
    ///     again. `nil` for a new one.
    ///   - broker: The name of the broker; `nil` for all.
    /// - Throws: ``StoreError``; nothing has been published then.
    package func publish(
        to topic: String, _ payload: JSONValue, key: String = "", id: String? = nil, broker: String? = nil
    ) async throws {
        let environment = generation.environment
        let now = environment.clock.now
        let tap = GenerationContext.tapName
        let targets = generation.audience.filter { name, target in
            (broker == nil || broker == name || name == tap) && target.hasSubscribers(for: topic)
        }
        guard !targets.isEmpty else { return }
        let isForOne = targets.count { $0.name != tap } <= 1
        let events = targets.map { target in
            let stable = isForOne ? id.map { target.name == tap ? "\($0)>\(tap)" : $0 } : nil
            return OutboxEvent(
                id: stable ?? environment.identifiers.next(), broker: target.name, topic: topic, payload: payload,
                key: key, createdAt: now, trace: environment.traces.current)
        }
        do {
            try await generation.store.commit(StoreTransaction([.appendOutbox(events)]))
        } catch let error as StoreError where error.code == .conflict && id != nil {
            // The same message was published before and is still on its way.
            return
        } catch {
            generation.outbox.abandon(events, after: error)
            throw error
        }
        generation.outbox.enqueue(events)
    }
}
