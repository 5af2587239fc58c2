public import WorkflowCore

extension EventWorkflowModule {
    /// The keys of the section.
    public struct Configuration: ConfigurationObject {
        /// The processor; empty for the only one.
        public var processor = ""
        /// What to look for.
        public var patterns: [PatternConfiguration] = []
        /// What is run when a pattern occurs.
        public var handlers: [HandlerConfiguration] = []
        /// Which messages are events.
        public var adapters: [AdapterConfiguration] = []

        public static let fields: [ConfigurationField<Self>] = [
            .init(
                "processor", \.processor, "The processor; may be left out when there is only one.",
                reference: .eventProcessor),
            .init("patterns", \.patterns, "What to look for.", required: true),
            .init(
                "handlers", \.handlers,
                "What is run when a pattern occurs. Several handlers of a pattern run in the order of the list."),
            .init("adapters", \.adapters, "Which messages of brokers are events."),
        ]

        /// Creates the defaults.
        public init() {}

        public func check(_ node: ConfigurationNode, using decoder: inout ConfigurationDecoder) {
            let names = patterns.map(\.patternID.value)
            var seen: Set<String> = []
            for pattern in patterns where !seen.insert(pattern.patternID.value).inserted {
                decoder.fail(
                    at: pattern.patternID.location, path: pattern.patternID.path,
                    "the pattern \"\(pattern.patternID.value)\" is defined twice")
            }
            for name in handlers.map(\.patternID) where !names.contains(name.value) {
                decoder.fail(
                    at: name.location, path: name.path, "there is no pattern \"\(name.value)\"",
                    suggestion: Suggestion.text(for: name.value, among: names, what: "patterns"))
            }
        }
    }

    /// What is run when a pattern occurs.
    public struct HandlerConfiguration: ConfigurationObject {
        /// The pattern.
        public var patternID = Located("")
        /// The module.
        public var handler = Located("")

        public static let fields: [ConfigurationField<Self>] = [
            .init("patternId", \.patternID, "The pattern.", required: true),
            .init(
                "handler", \.handler, "The module that is run: a message handler, a processing step or a component.",
                required: true),
        ]

        /// Creates the defaults.
        public init() {}
    }

    /// Messages that are events.
    public struct AdapterConfiguration: ConfigurationObject {
        /// The broker; empty for the only one.
        public var broker = Located("")
        /// The topics.
        public var topics: [String] = []
        /// The type of the events; empty for the topic.
        public var eventType = ""
        /// Where a message says what it comes from.
        public var sourceIDKey = "sourceId"
        /// Where a message says what it belongs to.
        public var correlationIDKey = "correlationId"

        public static let fields: [ConfigurationField<Self>] = [
            .init(
                "broker", \.broker, "The broker; may be left out when there is only one.", reference: .messageBroker),
            .init(
                "topics", \.topics, "Topics, or patterns such as `login.*`.", required: true,
                check: { topics in
                    topics.isEmpty ? "must not be empty" : topics.lazy.compactMap { TopicPattern.problem($0) }.first
                }),
            .init(
                "eventType", \.eventType,
                "The type of the events. Where it is absent, or no pattern takes this type, the topic of a message is its type."
            ),
            .init(
                "sourceIdKey", \.sourceIDKey,
                "The key, or path such as `user.id`, of the content that says where an event comes from. Without such a value it is the key of the message."
            ),
            .init(
                "correlIdKey", \.correlationIDKey,
                "The key, or path, of the content that says what an event belongs to. Without such a value events are correlated by their source.",
                aliases: ["correlationIdKey"]),
        ]

        /// Creates the defaults.
        public init() {}
    }
}
