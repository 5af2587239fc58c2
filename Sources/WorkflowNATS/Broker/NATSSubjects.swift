#if NATS
import WorkflowCore

/// The names of an application in NATS: subjects of topics, and durable consumers of subscriptions.
struct NATSSubjects: Sendable, Hashable {
    /// What stands before topics, without a final dot; may be empty.
    let prefix: String
    /// Who shares messages: nodes with the same group.
    let group: String

    /// The subject of a topic.
    ///
    /// - Throws: ``WorkflowError`` `.invalidInput` for what cannot be published to.
    func subject(ofTopic topic: String) throws -> String {
        guard try TopicPattern(topic).isLiteral else {
            throw WorkflowError(.invalidInput, "The topic \"\(topic)\" has wildcards; messages need one topic.")
        }
        return prefixed(topic)
    }

    /// The subjects of a pattern.
    func subject(of pattern: TopicPattern) -> String {
        var segments = pattern.description.split(separator: ".", omittingEmptySubsequences: false)
        if segments.count > 1, segments.last == "*" { segments[segments.count - 1] = ">" }
        return prefixed(segments.joined(separator: "."))
    }

    /// The topic of a subject.
    func topic(of subject: String) -> String {
        guard !prefix.isEmpty, subject.hasPrefix(prefix + ".") else { return subject }
        return String(subject.dropFirst(prefix.count + 1))
    }

    private func prefixed(_ text: String) -> String { prefix.isEmpty ? text : "\(prefix).\(text)" }

    /// The name of the durable consumer of a subscription: the same on each node and after each restart.
    ///
    /// - Parameter number: Tells subscriptions apart that have the same name and pattern, from 1.
    func consumer(of subscription: String, pattern: TopicPattern, number: Int) -> String {
        let identity = "\(group)\n\(subscription)\n\(pattern)" + (number > 1 ? "\n\(number)" : "")
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325
        for byte in identity.utf8 { hash = (hash ^ UInt64(byte)) &* 0x0000_0100_0000_01b3 }
        let readable = Self.name(from: "\(group)-\(subscription)").prefix(60)
        let digits = String(hash, radix: 16)
        return "\(readable)-\(String(repeating: "0", count: 16 - digits.count))\(digits)"
    }

    /// A text with what names of streams and consumers may not have replaced.
    static func name(from text: String) -> String {
        String(
            text.map { character in
                character.isASCII && (character.isLetter || character.isNumber || character == "-") ? character : "_"
            })
    }

    /// Whether each subject that matches `inner` matches `outer` as well.
    static func covers(_ outer: String, _ inner: String) -> Bool {
        let outer = outer.split(separator: ".")
        let inner = inner.split(separator: ".")
        for (index, part) in outer.enumerated() {
            if part == ">" { return inner.count > index }
            guard index < inner.count, inner[index] != ">" else { return false }
            guard part == "*" || part == inner[index] else { return false }
        }
        return outer.count == inner.count
    }
}
#endif
