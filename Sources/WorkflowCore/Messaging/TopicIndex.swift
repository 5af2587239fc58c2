/// Finds who listens to a topic without looking at every subscription.
///
/// Literal topics are found by their name. What a topic matched, wildcards included, is remembered until the
/// subscriptions change.
struct TopicIndex<Element: AnyObject> {
    /// How many topics are remembered; the memory is emptied when there are more.
    static var rememberedTopics: Int { 1024 }

    private var literals: [String: [Element]] = [:]
    private var patterns: [(pattern: TopicPattern, element: Element)] = []
    private var remembered: [String: [Element]] = [:]

    /// Adds a listener.
    mutating func insert(_ element: Element, for pattern: TopicPattern) {
        remembered.removeAll(keepingCapacity: true)
        if pattern.isLiteral {
            literals[pattern.description, default: []].append(element)
        } else {
            patterns.append((pattern, element))
        }
    }

    /// Removes a listener.
    mutating func remove(_ element: Element, for pattern: TopicPattern) {
        remembered.removeAll(keepingCapacity: true)
        if pattern.isLiteral {
            literals[pattern.description]?.removeAll { $0 === element }
            if literals[pattern.description]?.isEmpty == true { literals[pattern.description] = nil }
        } else {
            patterns.removeAll { $0.element === element }
        }
    }

    /// Returns who listens to a topic.
    mutating func listeners(for topic: String) -> [Element] {
        if patterns.isEmpty { return literals[topic] ?? [] }
        if let known = remembered[topic] { return known }
        var found = literals[topic] ?? []
        for (pattern, element) in patterns where pattern.matches(topic) { found.append(element) }
        if remembered.count >= Self.rememberedTopics { remembered.removeAll(keepingCapacity: true) }
        remembered[topic] = found
        return found
    }
}
