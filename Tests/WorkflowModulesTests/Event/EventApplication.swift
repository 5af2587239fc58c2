import WorkflowCore
import WorkflowTesting

@testable import WorkflowModules

/// Configurations with a processor, a broker and a recorder called `alarm`, and what tests do with them.
enum EventApplication {
    static let failures = "{patternId: failures, eventTypes: [login.failed], windowTime: 60, minOccurs: 3}"

    static func yaml(
        processor: String = "", failing: Int = 0, modules: String = "", patterns: String = failures,
        handlers: String = "{patternId: failures, handler: alarm}",
        adapters: String = "{broker: events, topics: [login.*], sourceIdKey: user.id, correlIdKey: session}"
    ) -> String {
        """
        modules:
          - {name: events, type: messaging.broker, config: {retryBackoff: 1us, retryLimit: 1us, maxDeliveries: 3}}
          - {name: patterns, type: event.processor, config: {\(processor)}}
          - {name: alarm, type: test.recorder, config: {failures: \(failing)}}
          \(modules)
        workflows:
          event:
            patterns: [\(patterns)]
            handlers: [\(handlers)]
            adapters: [\(adapters)]
        """
    }
}

extension TestApplication {
    var processor: EventProcessor {
        get throws { try engine.service(EventProcessor.self) }
    }

    /// Publishes messages of one session, in order, with the numbers as their identifiers.
    func publish(_ topic: String, ids: ClosedRange<Int>, session: String = "s") async throws {
        for id in ids {
            try await broker().publish(
                Message(
                    id: "\(id)", topic: topic, payload: ["session": .string(session)], key: session,
                    timestamp: options.clock.now))
        }
        try await broker().drain()
    }
}
