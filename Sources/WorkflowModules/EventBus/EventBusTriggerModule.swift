import Synchronization
public import WorkflowCore

/// The section `eventbus` of `triggers`: workflows that run when the event bus brings messages.
public final class EventBusTriggerModule: WorkflowModule, SummarizedModule {
    private let configuration: Configuration
    private let context: ModuleContext
    private let subscriptions = Mutex<[any Subscription]>([])

    public init(configuration: Configuration, context: ModuleContext) throws {
        self.configuration = configuration
        self.context = context
    }

    public func validate() throws {
        var issues = context.issues { _ = try bus() }
        for subscription in configuration.subscriptions {
            let event = subscription.event
            if issues.isEmpty, let problem = try bus().problem(withSubscribingTo: TopicPattern(event.topic.value)) {
                issues.append(event.topic.issue(problem, suggestion: "add it to the key topics of the bus"))
            }
            let issue = context.generation.invoker.issue(workflow: event.workflow, action: event.action)
            if let issue { issues.append(issue) }
        }
        if !issues.isEmpty { throw ConfigurationError(issues) }
    }

    public func prepare() async throws {
        let bus = try bus()
        var names = DistinctNames()
        for subscription in configuration.subscriptions {
            let event = subscription.event
            let pattern = try TopicPattern(event.topic.value)
            let name = names.next(
                for: "eventbus/\(pattern)/\(event.event)/\(event.workflow.value)/\(event.action.value)")
            let handler = EventTriggerHandler(
                name: name, subscription: event, invoker: context.generation.invoker, logger: context.logger)
            let active = try await bus.subscribe(
                to: pattern, name: name, isSerial: !subscription.isConcurrent, handler: handler)
            subscriptions.withLock { $0.append(active) }
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
        configuration.subscriptions.map { subscription in
            let event = subscription.event
            return SummaryLine(
                "event bus trigger", "\(event.topic.value) -> \(event.workflow.value): \(event.action.value)")
        }
    }

    private func bus() throws -> EventBus {
        try context.generation.services.require(EventBus.self, kind: .eventBus, named: configuration.broker)
    }
}

/// Tells equal names apart by numbers, from the second one on.
struct DistinctNames {
    private var taken: Set<String> = []

    mutating func next(for plain: String) -> String {
        var name = plain
        var number = 1
        while !taken.insert(name).inserted {
            number += 1
            name = "\(plain)/\(number)"
        }
        return name
    }
}
