#if Kafka
import WorkflowCore

/// The names of an application in Kafka: topics, and consumer groups of subscriptions.
struct KafkaTopics: Sendable, Hashable {
    /// The greatest length of a name.
    private static let maxLength = 249

    /// What stands before topics, without a final dot; may be empty.
    let prefix: String
    /// Who shares messages: nodes with the same group.
    let group: String

    /// The name of a topic in Kafka.
    ///
    /// - Throws: ``WorkflowError`` `.invalidInput` for what cannot be published to.
    func name(ofTopic topic: String) throws -> String {
        guard try TopicPattern(topic).isLiteral else {
            throw WorkflowError(.invalidInput, "The topic \"\(topic)\" has wildcards; messages need one topic.")
        }
        let name = prefixed(topic)
        if let problem = Self.problem(withName: name) { throw WorkflowError(.invalidInput, problem + ".") }
        return name
    }

    /// What is wrong with the name of a topic in Kafka, or `nil`.
    static func problem(withName name: String) -> String? {
        let isPlain = name.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "-"):
                true
            default: false
            }
        }
        guard isPlain, !name.isEmpty, name != ".", name != ".." else {
            return "\"\(name)\" cannot be a topic of Kafka, which may have letters, digits and . _ - only"
        }
        return name.utf8.count <= maxLength
            ? nil : "\"\(name)\" cannot be a topic of Kafka, which may have \(maxLength) characters"
    }

    /// What a consumer subscribes to: a name, or a regular expression, which begins with `^`.
    func subscription(to pattern: TopicPattern) -> String {
        let text = prefixed(pattern.description)
        guard !pattern.isLiteral else { return text }
        var segments = text.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
        let last = segments.count - 1
        for index in segments.indices {
            switch segments[index] {
            case ">": segments[index] = ".+"
            case "*": segments[index] = index == last && pattern.description != "*" ? ".+" : "[^.]+"
            default: segments[index] = segments[index].filter { !Self.special.contains($0) }
            }
        }
        return "^" + segments.joined(separator: "\\.") + "$"
    }

    // None of them can be in the name of a topic.
    private static let special = Set("\\^$*+?()[]{}|")

    /// The topic of a name in Kafka; `nil` for one of another application.
    func topic(of name: String) -> String? {
        guard !prefix.isEmpty else { return name }
        return name.hasPrefix(prefix + ".") ? String(name.dropFirst(prefix.count + 1)) : nil
    }

    private func prefixed(_ text: String) -> String { prefix.isEmpty ? text : "\(prefix).\(text)" }

    /// The consumer group of a subscription: the same on each node and after each restart.
    ///
    /// - Parameter number: Tells subscriptions apart that have the same name and pattern, from 1.
    func consumerGroup(of subscription: String, pattern: TopicPattern, number: Int) -> String {
        let identity = "\(subscription)\n\(prefixed(pattern.description))" + (number > 1 ? "\n\(number)" : "")
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325
        for byte in identity.utf8 { hash = (hash ^ UInt64(byte)) &* 0x0000_0100_0000_01b3 }
        let readable = String(
            subscription.prefix(60).map { character in
                character.isASCII && (character.isLetter || character.isNumber || "-.".contains(character))
                    ? character : "_"
            })
        let digits = String(hash, radix: 16)
        return "\(group).\(readable)-\(String(repeating: "0", count: 16 - digits.count))\(digits)"
    }
}
#endif
