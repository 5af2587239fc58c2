import WorkflowCore

/// Finds handlers that would pass a message on to themselves, directly or through others.
struct MessageLoops {
    private let subscriptions: [(pattern: TopicPattern, handler: String)]
    private let producers: [MessagingWorkflowModule.ProducerConfiguration]

    init(_ configuration: MessagingWorkflowModule.Configuration) {
        subscriptions = configuration.subscriptions.compactMap { subscription in
            (try? TopicPattern(subscription.topic.value)).map { ($0, subscription.handler.value) }
        }
        producers = configuration.producers
    }

    func issues() -> [ConfigurationIssue] {
        producers.flatMap { producer in
            producer.forwardTo.compactMap { topic in
                guard reaches(producer.name.value, from: topic.value) else { return nil }
                return topic.issue(
                    "a message that \"\(producer.name.value)\" passes on to \"\(topic.value)\" comes back to it, without end",
                    suggestion: "remove the topic, or a subscription on the way")
            }
        }
    }

    private func reaches(_ handler: String, from topic: String) -> Bool {
        var open = [topic]
        var seen: Set = [topic]
        while let topic = open.popLast() {
            for subscription in subscriptions where subscription.pattern.matches(topic) {
                if subscription.handler == handler { return true }
                for producer in producers where producer.name.value == subscription.handler {
                    for next in producer.forwardTo where seen.insert(next.value).inserted { open.append(next.value) }
                }
            }
        }
        return false
    }
}
