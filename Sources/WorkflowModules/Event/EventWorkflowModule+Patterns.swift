public import WorkflowCore

extension EventWorkflowModule {
    /// A pattern.
    public struct PatternConfiguration: ConfigurationObject {
        /// The name.
        public var patternID = Located("")
        /// What it is for.
        public var description = ""
        /// The types of the events that matter.
        public var eventTypes: [String] = []
        /// How far apart the first and the last event may be.
        public var windowTime: Duration = .zero
        /// What must hold for them.
        public var condition = ConditionConfiguration(.count)
        /// How many there must be at least.
        public var minOccurs = 1
        /// How many there may be at most; 0 for any number.
        public var maxOccurs = 0
        /// Whether the types must occur in the order of the list.
        public var orderMatters = false

        public static let fields: [ConfigurationField<Self>] = [
            .init(
                "patternId", \.patternID, "The name of the pattern.", required: true,
                check: {
                    $0.value.isEmpty || $0.value.utf8.count > 200 ? "must have between 1 and 200 bytes" : nil
                }),
            .init("description", \.description, "What the pattern is for, in words."),
            .init(
                "eventTypes", \.eventTypes, "The types of the events that matter.", required: true,
                check: { $0.isEmpty || $0.contains("") ? "must name at least one type, and none that is empty" : nil }),
            .init(
                "windowTime", \.windowTime, "How far apart the first and the last event may be.", required: true,
                check: { $0 > .zero ? nil : "must be more than 0" }),
            .init(
                "condition", \.condition,
                "What must hold for the events in the window: `count`, `all`, `sequence` or an expression over `events`, `count`, `first`, `last` and `key`."
            ),
            .init(
                "minOccurs", \.minOccurs,
                "How many events there must be at least; 0 for as many as the condition needs.",
                schema: .integer(minimum: 0, maximum: 100_000)),
            .init(
                "maxOccurs", \.maxOccurs, "How many events there may be at most; 0 for any number.",
                schema: .integer(minimum: 0, maximum: 100_000)),
            .init(
                "orderMatters", \.orderMatters,
                "Whether the types must occur in the order of `eventTypes`, whatever the condition."),
        ]

        /// Creates the defaults.
        public init() {}

        public func check(_ node: ConfigurationNode, using decoder: inout ConfigurationDecoder) {
            guard maxOccurs > 0, maxOccurs < pattern.leastEvents else { return }
            decoder.fail(
                node["maxOccurs"] ?? node,
                "the pattern can never occur: it needs \(pattern.leastEvents) events, and maxOccurs is \(maxOccurs)",
                suggestion: "raise maxOccurs, or leave it out for any number")
        }

        var pattern: EventPattern {
            EventPattern(
                id: patternID.value, eventTypes: eventTypes, window: windowTime, condition: condition.condition,
                minOccurs: minOccurs, maxOccurs: maxOccurs, orderMatters: orderMatters)
        }
    }

    /// The condition of a pattern: one of three words, or an expression.
    public struct ConditionConfiguration: ConfigurationValue, Hashable {
        /// The condition.
        public var condition: EventPattern.Condition

        private static let words: [(name: String, condition: EventPattern.Condition)] = [
            ("count", .count), ("all", .all), ("sequence", .sequence),
        ]

        /// Creates a value.
        public init(_ condition: EventPattern.Condition) {
            self.condition = condition
        }

        public static var schema: ConfigurationSchema { .string }

        public init?(decoding node: ConfigurationNode, using decoder: inout ConfigurationDecoder) {
            guard let text = String(decoding: node, using: &decoder) else { return nil }
            if let word = Self.words.first(where: { $0.name == text }) {
                condition = word.condition
                return
            }
            do {
                condition = .expression(try Expression(text, roots: EventPattern.expressionRoots))
            } catch {
                let word = Suggestion.closest(to: text, among: Self.words.map(\.name))
                decoder.fail(
                    node,
                    "neither count, all or sequence nor an expression: \(error.message) (\(error.position) of the expression)",
                    suggestion: word.map { "did you mean \"\($0)\"?" } ?? error.suggestion)
                return nil
            }
        }

        public var configurationValue: JSONValue? {
            if case .expression(let expression) = condition { return .string(expression.text) }
            return Self.words.first { $0.condition == condition }.map { .string($0.name) }
        }
    }
}
