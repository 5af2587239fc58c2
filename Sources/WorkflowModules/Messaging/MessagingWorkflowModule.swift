import Logging
import Synchronization
public import WorkflowCore

/// The section `messaging` of `workflows`: who gets the messages of which topics.
public final class MessagingWorkflowModule: WorkflowModule, SummarizedModule {
    private let configuration: Configuration
    private let context: ModuleContext
    private let subscriptions = Mutex<[any Subscription]>([])

    public init(configuration: Configuration, context: ModuleContext) throws {
        self.configuration = configuration
        self.context = context
        try context.generation.invoker.add(
            MessagingCallHandler(broker: configuration.broker, generation: context.generation), name: context.name)
    }

    public func validate() throws {
        let names = context.generation.services.all(Any.self).map(\.name)
        var issues = context.issues { _ = try broker() }
        issues += MessageLoops(configuration, context.generation.services).issues()
        for producer in configuration.producers where !names.contains(producer.name.value) {
            issues.append(
                producer.name.issue(
                    "there is no module \"\(producer.name.value)\"",
                    suggestion: Suggestion.text(for: producer.name.value, among: names, what: "modules"),
                    absent: .module(name: producer.name.value, kind: nil)))
        }
        for subscription in configuration.subscriptions where handler(subscription.handler.value) == nil {
            issues.append(
                subscription.handler.issue(
                    "the module \"\(subscription.handler.value)\" is not a message handler",
                    absent: .module(name: subscription.handler.value, kind: .messageHandler)))
        }
        if !issues.isEmpty { throw ConfigurationError(issues) }
    }

    public func prepare() async throws {
        let (brokerName, broker) = try broker()
        var receivers: [String: [any MessageHandler]] = [:]
        for producer in configuration.producers {
            let name = producer.name.value
            let forwarder = MessageForwarder(
                producer: name, topics: producer.forwardTo.map(\.value), broker: brokerName,
                publisher: EventPublisher(generation: context.generation))
            if let source = context.generation.services.find((any MessageSource).self, named: name) {
                source.forward(to: forwarder)
            } else if handler(name) != nil {
                receivers[name, default: []].append(forwarder)
            } else {
                context.logger.warning("This module has no messages to forward", metadata: ["producer": "\(name)"])
            }
        }
        for subscription in configuration.subscriptions {
            let pattern = try TopicPattern(subscription.topic.value)
            let name = subscription.handler.value
            guard var handler = handler(name) else { continue }
            if let module = handler as? MessageHandlerModule, module.covers(pattern, of: brokerName) { continue }
            if let receivers = receivers[name] { handler = ForwardingHandler(handler: handler, receivers: receivers) }
            let observed = ObservedHandler(
                handler: handler, name: name, instrumentation: context.generation.instrumentation)
            let subscription = try await broker.subscribe(
                to: pattern, name: "messaging/\(pattern)/\(name)", handler: observed)
            subscriptions.withLock { $0.append(subscription) }
        }
    }

    public func shutdown() async {
        let subscriptions = subscriptions.withLock { subscriptions in
            defer { subscriptions = [] }
            return subscriptions
        }
        for subscription in subscriptions { await subscription.cancel() }
    }

    public var summaryLines: [SummaryLine] {
        configuration.subscriptions.map { SummaryLine("subscription", "\($0.topic.value) -> \($0.handler.value)") }
            + configuration.producers.map { producer in
                SummaryLine(
                    "forward", "\(producer.name.value) -> \(producer.forwardTo.map(\.value).joined(separator: ", "))")
            }
    }

    private func broker() throws -> (name: String, broker: any MessageBroker) {
        try context.generation.broker(named: configuration.broker)
    }

    private func handler(_ name: String) -> (any MessageHandler)? {
        context.generation.services.find((any MessageHandler).self, named: name)
    }
}

/// A message handler whose calls are counted and traced under the name of its module.
struct ObservedHandler: MessageHandler {
    let handler: any MessageHandler
    let name: String
    let instrumentation: Instrumentation

    func handle(_ message: Message) async throws {
        try await instrumentation.observe("handle", module: name) { try await handler.handle(message) }
    }
}
