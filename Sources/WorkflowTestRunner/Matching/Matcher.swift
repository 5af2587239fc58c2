import WorkflowCore

/// What a value should be: a value whose objects may have further keys, with templates, predicates and operators.
struct Matcher: ConfigurationValue {
    indirect enum Node: Sendable {
        /// This very value.
        case constant(JSONValue)
        /// The value of a text with `${…}`.
        case template(ExpressionTemplate)
        /// Anything for which `${{ … }}` is true.
        case predicate(Expression)
        /// Elements, one by one.
        case elements([Matcher])
        /// Keys; there may be others.
        case members([(key: String, matcher: Matcher)])
        /// What all operators say.
        case operators([MatchOperator])
    }

    let node: Node
    let location: SourceLocation
    /// What stands in the file.
    let text: String

    static var schema: ConfigurationSchema { .any }
    var configurationValue: JSONValue? { nil }

    init?(decoding node: ConfigurationNode, using decoder: inout ConfigurationDecoder) {
        location = node.location
        text = node.json.jsonString()
        switch node.content {
        case .scalar(.string(let text)):
            guard let found = Self.text(text, node, &decoder) else { return nil }
            self.node = found
        case .scalar(let value):
            self.node = .constant(value)
        case .sequence(let elements):
            let matchers = elements.map { Matcher(decoding: $0, using: &decoder) }
            let usable = matchers.compactMap { $0 }
            guard usable.count == matchers.count else { return nil }
            self.node = .elements(usable)
        case .mapping(let entries):
            guard let found = Self.mapping(entries, &decoder) else { return nil }
            self.node = found
        }
    }

    private static func text(
        _ text: String, _ node: ConfigurationNode, _ decoder: inout ConfigurationDecoder
    ) -> Node? {
        do {
            if let inner = predicate(in: text) { return .predicate(try Expression(inner)) }
            return text.contains("${") ? .template(try ExpressionTemplate(text)) : .constant(.string(text))
        } catch {
            decoder.fail(
                node, "\(error.message) (\(error.position) of the expression)", suggestion: error.suggestion)
            return nil
        }
    }

    private static func mapping(
        _ entries: [ConfigurationNode.Entry], _ decoder: inout ConfigurationDecoder
    ) -> Node? {
        let operators = entries.filter { $0.key.hasPrefix("$") }
        guard operators.isEmpty else {
            if let other = entries.first(where: { !$0.key.hasPrefix("$") }) {
                decoder.fail(
                    at: other.location, path: other.value.path,
                    "\"\(other.key)\" stands beside \"\(operators[0].key)\", which is about the whole value",
                    suggestion: "to have both, use $all: [{…}, {…}]")
                return nil
            }
            let decoded = operators.map { MatchOperator(decoding: $0, using: &decoder) }
            let usable = decoded.compactMap { $0 }
            return usable.count == decoded.count ? .operators(usable) : nil
        }
        var members: [(key: String, matcher: Matcher)] = []
        for entry in entries {
            if let matcher = Matcher(decoding: entry.value, using: &decoder) { members.append((entry.key, matcher)) }
        }
        return members.count == entries.count ? .members(members) : nil
    }

    /// What stands within `${{ … }}`; `nil` for other texts.
    static func predicate(in text: String) -> String? {
        guard text.hasPrefix("${{"), text.hasSuffix("}}") else { return nil }
        return String(text.dropFirst(3).dropLast(2))
    }
}
