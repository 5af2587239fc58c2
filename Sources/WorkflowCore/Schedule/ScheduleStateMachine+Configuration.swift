extension ScheduleStateMachine.OverlapPolicy: ConfigurationValue {
    private static let words: [(word: String, value: Self)] = [("skip", .skip), ("queue", .queue()), ("allow", .allow)]

    public static var schema: ConfigurationSchema { .choice(words.map(\.word)) }

    /// Reads `skip`, `queue` (of one slot) or `allow`.
    public init?(decoding node: ConfigurationNode, using decoder: inout ConfigurationDecoder) {
        guard let value = decoder.choose(from: Self.words, node) else { return nil }
        self = value
    }

    public var configurationValue: JSONValue? {
        switch self {
        case .skip: "skip"
        case .queue: "queue"
        case .allow: "allow"
        }
    }
}

extension ScheduleStateMachine.MissedRunPolicy: ConfigurationValue {
    private static let words: [(word: String, value: Self)] = [("skip", .skip), ("once", .once), ("all", .all())]

    public static var schema: ConfigurationSchema { .choice(words.map(\.word)) }

    /// Reads `skip`, `once` or `all` (up to 100).
    public init?(decoding node: ConfigurationNode, using decoder: inout ConfigurationDecoder) {
        guard let value = decoder.choose(from: Self.words, node) else { return nil }
        self = value
    }

    public var configurationValue: JSONValue? {
        switch self {
        case .skip: "skip"
        case .once: "once"
        case .all: "all"
        }
    }
}

extension ConfigurationDecoder {
    /// The value whose word a node holds.
    fileprivate mutating func choose<Value>(
        from words: [(word: String, value: Value)], _ node: ConfigurationNode
    ) -> Value? {
        guard let text = String(decoding: node, using: &self) else { return nil }
        if let (_, value) = words.first(where: { $0.word == text }) { return value }
        let known = words.map(\.word)
        fail(
            node, "must be one of \(known.joined(separator: ", ")), is \"\(text.prefix(64))\"",
            suggestion: Suggestion.closest(to: text, among: known).map { "did you mean \"\($0)\"?" })
        return nil
    }
}
