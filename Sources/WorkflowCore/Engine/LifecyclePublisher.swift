import Logging
import Synchronization

/// Passes lifecycle events on to an observer and to the brokers of the generation that they come from.
final class LifecyclePublisher: Sendable {
    private typealias Element = (event: LifecycleEvent, context: GenerationContext)

    private let environment: EngineEnvironment
    private let observer: (@Sendable (LifecycleEvent) -> Void)?
    private let events: AsyncStream<Element>
    private let continuation: AsyncStream<Element>.Continuation
    private let task = Mutex<Task<Void, Never>?>(nil)

    init(environment: EngineEnvironment, observer: (@Sendable (LifecycleEvent) -> Void)?) {
        self.environment = environment
        self.observer = observer
        (events, continuation) = AsyncStream.makeStream(of: Element.self, bufferingPolicy: .bufferingNewest(10_000))
    }

    /// Begins to publish.
    func start() {
        let publishing = Task { [events, environment] in
            for await element in events { await Self.publish(element.event, element.context, environment) }
        }
        task.withLock { $0 = publishing }
    }

    /// Takes the events of a generation.
    func connect(_ context: GenerationContext) {
        context.invoker.connect(environment) { [observer, continuation] event in
            observer?(event)
            if context.audience.contains(where: { $0.broker.hasSubscribers(for: event.topic) }) {
                continuation.yield((event, context))
            }
        }
    }

    func stop() async {
        let publishing = task.withLock { task in
            defer { task = nil }
            return task
        }
        publishing?.cancel()
        await publishing?.value
    }

    private static func publish(
        _ event: LifecycleEvent, _ context: GenerationContext, _ environment: EngineEnvironment
    ) async {
        let message = Message(
            id: environment.identifiers.next(), topic: event.topic, payload: event.payload, key: event.workflowType,
            timestamp: event.timestamp)
        for (name, broker) in context.audience where broker.hasSubscribers(for: event.topic) {
            do {
                try await broker.publish(message)
            } catch {
                environment.logger.warning(
                    "Lifecycle event not published", metadata: ["broker": "\(name)", "error": "\(error)"])
            }
        }
    }
}
