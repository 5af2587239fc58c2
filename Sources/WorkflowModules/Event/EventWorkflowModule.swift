import Logging
import Synchronization
public import WorkflowCore

/// The section `event` of `workflows`: patterns to look for among events, and what is run when one occurs.
public final class EventWorkflowModule: WorkflowModule, SummarizedModule {
    /// The processor that looks for the patterns.
    public let processor: EventProcessor
    private let configuration: Configuration
    private let context: ModuleContext
    private let subscriptions = Mutex<[any Subscription]>([])

    public init(configuration: Configuration, context: ModuleContext) throws {
        self.configuration = configuration
        self.context = context
        processor = try context.services.require(
            EventProcessor.self, kind: .eventProcessor, named: configuration.processor)
        processor.use(configuration.patterns.map(\.pattern))
        try context.generation.invoker.add(
            EventCallHandler(processor: processor, generation: context.generation), name: context.name)
    }

    public func validate() throws {
        let issues = patternIssues() + handlerIssues() + adapterIssues()
        if !issues.isEmpty { throw ConfigurationError(issues) }
        for pattern in configuration.patterns where handlers(of: pattern).isEmpty {
            context.logger.warning(
                "This event pattern has no handler", metadata: ["pattern": "\(pattern.patternID.value)"])
        }
        let types = processor.eventTypes
        for adapter in configuration.adapters where !adapter.eventType.isEmpty && !types.contains(adapter.eventType) {
            context.logger.warning(
                "No event pattern takes events of this type: the topics of the adapter are used as types",
                metadata: ["eventType": "\(adapter.eventType)"])
        }
    }

    public func prepare() async throws {
        var handlers: [String: [EventMatchHandler]] = [:]
        for handler in configuration.handlers {
            guard let target = find(handler) else { continue }
            handlers[handler.patternID.value, default: []].append(target)
        }
        processor.use(handlers)
        try await processor.prepare()
        for (index, adapter) in configuration.adapters.enumerated() {
            let broker = try context.generation.broker(named: adapter.broker.value).broker
            let handler = EventAdapterHandler(adapter: adapter, processor: processor)
            for topic in Set(adapter.topics).sorted() {
                let subscription = try await broker.subscribe(
                    to: try TopicPattern(topic), name: "event/\(topic)/\(index + 1)", handler: handler)
                subscriptions.withLock { $0.append(subscription) }
            }
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
        configuration.patterns.map { pattern in
            let handlers = handlers(of: pattern).map(\.handler.value).joined(separator: ", ")
            let types = pattern.eventTypes.joined(separator: ", ")
            return SummaryLine("event pattern", "\(pattern.patternID.value): \(types) -> \(handlers)")
        }
    }

    private func handlers(of pattern: PatternConfiguration) -> [HandlerConfiguration] {
        configuration.handlers.filter { $0.patternID.value == pattern.patternID.value }
    }

    private func find(_ handler: HandlerConfiguration) -> EventMatchHandler? {
        EventMatchHandler(handler.handler.value, context.generation, logger: context.logger)
    }

    private func patternIssues() -> [ConfigurationIssue] {
        configuration.patterns.compactMap { pattern in
            let least = pattern.pattern.leastEvents
            guard least > processor.limits.events else { return nil }
            return pattern.patternID.issue(
                "the pattern can never occur: it needs \(least) events, and \"\(processor.name)\" keeps only \(processor.limits.events)",
                suggestion: "raise bufferSize of \"\(processor.name)\"")
        }
    }

    private func handlerIssues() -> [ConfigurationIssue] {
        let services = context.generation.services
        let modules = services.all(Any.self).map(\.name)
        return configuration.handlers.compactMap { handler in
            let name = handler.handler
            if let target = find(handler) {
                guard target.firesTransitions else { return nil }
                return name.issue(
                    "the step \"\(name.value)\" fires transitions, but an event pattern belongs to no state machine",
                    suggestion: "use a step without successTransition and compensateTransition, or its component")
            }
            guard !modules.contains(name.value) else {
                return name.issue(
                    "the module \"\(name.value)\" is neither a message handler nor a processing step nor a component")
            }
            return name.issue(
                "there is no module \"\(name.value)\"; a message handler, processing step or component is needed here",
                suggestion: Suggestion.text(
                    for: name.value, among: EventMatchHandler.names(services), what: "modules that fit"),
                absent: .module(name: name.value, kind: nil))
        }
    }

    private func adapterIssues() -> [ConfigurationIssue] {
        configuration.adapters.enumerated().compactMap { index, adapter in
            do {
                _ = try context.generation.broker(named: adapter.broker.value)
                return nil
            } catch {
                let place = adapter.broker.path.isEmpty ? "\(context.path).adapters[\(index)]" : adapter.broker.path
                let location = adapter.broker.path.isEmpty ? context.location : adapter.broker.location
                return ConfigurationIssue(
                    location: location, path: place, message: "\(error)",
                    absent: (error as? AbsentCounterpartError)?.counterpart)
            }
        }
    }
}
