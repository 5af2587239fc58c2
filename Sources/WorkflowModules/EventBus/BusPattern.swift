import WorkflowCore

/// The topics of a subscription to an event bus: a ``TopicPattern``, or all topics that begin with a text.
///
/// Where a final `*` is a segment of its own after others, both are the same. `order*` and a lone `*`, which other
/// brokers take for one segment, are prefixes here.
struct BusPattern: Sendable, Hashable {
    /// As it was written.
    let text: String
    /// A pattern for everything that matches, and perhaps for more.
    let covering: TopicPattern
    /// What topics begin with; `nil` when the covering pattern says it all.
    let prefix: String?

    init(_ pattern: TopicPattern) {
        text = pattern.description
        let segments = text.split(separator: ".", omittingEmptySubsequences: false)
        let parents = segments.dropLast()
        let isPrefix = text == "*" || (text.hasSuffix("*") && segments.last != "*")
        if isPrefix, !parents.contains("*") {
            prefix = String(text.dropLast())
            covering = TopicPattern(stringLiteral: (parents + [">"]).joined(separator: "."))
        } else {
            prefix = nil
            covering = pattern
        }
    }

    /// Whether it stands for a single topic.
    var isLiteral: Bool { prefix == nil && covering.isLiteral }

    func matches(_ topic: String) -> Bool {
        guard let prefix else { return covering.matches(topic) }
        return topic.hasPrefix(prefix)
    }

    /// Whether some topic matches both; may say so of patterns with wildcards when none does.
    func overlaps(_ other: BusPattern) -> Bool {
        if other.isLiteral { return matches(other.text) }
        if isLiteral { return other.matches(text) }
        for (mine, its) in zip(text.split(separator: "."), other.text.split(separator: ".")) {
            let wildcards: Set<Substring> = ["*", ">"]
            if wildcards.contains(mine) || wildcards.contains(its) { continue }
            let (beginning, its) = (mine.prefix { $0 != "*" }, its.prefix { $0 != "*" })
            if beginning.count < mine.count || its.count < mine.count {
                return beginning.hasPrefix(its) || its.hasPrefix(beginning)
            }
            if mine != its { return false }
        }
        return true
    }
}
