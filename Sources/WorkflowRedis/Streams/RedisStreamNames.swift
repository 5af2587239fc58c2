#if Redis
import WorkflowCore

/// The names of an application in Redis: streams of topics, groups of subscriptions, and what they have in common.
///
/// All keys of a prefix are in one slot of a cluster, since one command reads several streams.
struct RedisStreamNames: Sendable, Hashable {
    /// What keys begin with, in braces.
    let prefix: String
    /// Who shares messages: nodes with the same group.
    let group: String

    /// The stream of a topic.
    func stream(of topic: String) -> String { "{\(prefix)}:topic:\(topic)" }

    /// What remembers an identifier that was published.
    func identifier(_ id: String, topic: String) -> String { "{\(prefix)}:id:\(topic):\(id)" }

    /// The topic of a stream.
    func topic(ofStream name: String) -> String { String(name.dropFirst("{\(prefix)}:topic:".count)) }

    /// The identifier of the entry that was added last, to whichever stream.
    var last: String { "{\(prefix)}:last" }
    /// The set of all topics.
    var topics: String { "{\(prefix)}:topics" }
    /// What is another one whenever a topic comes up.
    var version: String { "{\(prefix)}:version" }
    /// The stream that says which topics have new entries.
    var index: String { "{\(prefix)}:index" }
    /// Since when each subscription is there.
    var subscriptions: String { "{\(prefix)}:subscriptions" }

    /// The consumer group of a subscription: the same on each node and after each restart.
    ///
    /// - Parameter number: Tells subscriptions apart that have the same name and pattern, from 1.
    func group(of subscription: String, pattern: TopicPattern, number: Int) -> String {
        "\(group) \(pattern)\(number > 1 ? "#\(number)" : "") \(subscription)"
    }

    /// Checks that messages can be published to a topic.
    ///
    /// - Throws: ``WorkflowError`` `.invalidInput`.
    func check(topic: String) throws {
        guard try TopicPattern(topic).isLiteral else {
            throw WorkflowError(.invalidInput, "The topic \"\(topic)\" has wildcards; messages need one topic.")
        }
    }
}
#endif
