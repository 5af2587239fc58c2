import WorkflowCore

/// Finds handlers that would pass a message on to themselves, directly or through others.
struct MessageLoops {
    private let subscriptions: [(pattern: TopicPattern, handler: String)]
    private let producers: [MessagingWorkflowModule.ProducerConfiguration]
    /// The modules that a branch leads to, by the names of the conditionals whose choice depends on nothing but the content
    /// of a message.
    private let branches: [String: [String]]
    /// The modules that pass on what they get as it is, whoever calls them.
    private let relays: Set<String>
    /// The modules that pass on something else than they get.
    private let changers: Set<String>

    /// - Parameters:
    ///   - configuration: The section.
    ///   - services: All modules.
    init(_ configuration: MessagingWorkflowModule.Configuration, _ services: ServiceDirectory) {
        subscriptions =
            configuration.subscriptions.compactMap { subscription in
                (try? TopicPattern(subscription.topic.value)).map { ($0, subscription.handler.value) }
            }
        producers = configuration.producers
        let routers = services.all(ConditionalRouter.self).filter(\.service.dependsOnContentOnly)
        branches = Dictionary(
            routers.map { ($0.name, $0.service.context.branches.values.sorted()) }, uniquingKeysWith: { $1 })
        relays = Set(services.all(MessageHandlerModule.self).map(\.name))
        changers = Set(services.all((any MessageSource).self).map(\.name)).subtracting(relays)
    }

    func issues() -> [ConfigurationIssue] {
        producers.flatMap { producer in
            producer.forwardTo.compactMap { topic in
                let name = producer.name.value
                if reaches(name, from: topic.value) {
                    return topic.issue(
                        "a message that \"\(name)\" passes on to \"\(topic.value)\" comes back to it, without end",
                        suggestion: "remove the topic, or a subscription on the way")
                }
                guard let conditional = conditional(from: topic.value, to: name) else { return nil }
                return topic.issue(
                    "a message that \"\(name)\" passes on to \"\(topic.value)\" comes back to it through \"\(conditional)\", without end, since its content stays the same",
                    suggestion: "remove the topic, or let the branch lead elsewhere")
            }
        }
    }

    private func reaches(_ handler: String, from topic: String) -> Bool {
        var open = [topic]
        var seen: Set = [topic]
        while let topic = open.popLast() {
            for subscription in subscriptions where subscription.pattern.matches(topic) {
                if subscription.handler == handler { return true }
                for next in topics(after: subscription.handler) where seen.insert(next).inserted { open.append(next) }
            }
        }
        return false
    }

    // MARK: - Through conditionals

    /// The conditional whose branch leads from a topic back to a module that passes messages on as they are, directly or
    /// through others that do; `nil` when none does.
    private func conditional(from topic: String, to handler: String) -> String? {
        guard relays.contains(handler) else { return nil }
        var open = [topic]
        var seen: Set = [topic]
        while let topic = open.popLast() {
            for subscription in subscriptions where subscription.pattern.matches(topic) {
                let targets = targets(of: subscription.handler)
                if targets.contains(handler) { return subscription.handler }
                let passers = targets.intersection(relays).union([subscription.handler]).subtracting(changers)
                for next in passers.sorted().flatMap(topics(after:)) where seen.insert(next).inserted {
                    open.append(next)
                }
            }
        }
        return nil
    }

    private func topics(after handler: String) -> [String] {
        producers.filter { $0.name.value == handler }.flatMap { $0.forwardTo.map(\.value) }
    }

    /// The modules that the branches of a conditional lead to, through further conditionals as well.
    private func targets(of name: String) -> Set<String> {
        var open = branches[name] ?? []
        var seen = Set(open)
        while let target = open.popLast() {
            for next in branches[target] ?? [] where seen.insert(next).inserted { open.append(next) }
        }
        return seen
    }
}
