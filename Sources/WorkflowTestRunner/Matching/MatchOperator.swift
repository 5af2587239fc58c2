import WorkflowCore

/// An operator of a matcher, such as `{$gt: 3}`.
indirect enum MatchOperator: Sendable {
    case any
    case absent
    case exact(JSONTemplate)
    case type(String)
    case matches(String)
    case contains(Matcher)
    case length(Matcher)
    case not(Matcher)
    case all([Matcher])
    case oneOf([Matcher])
    case compare(Comparison, JSONTemplate)

    enum Comparison: String, CaseIterable, Sendable {
        case less = "$lt"
        case atMost = "$lte"
        case greater = "$gt"
        case atLeast = "$gte"
    }

    /// The operators with what they mean, for messages and the documentation.
    static let names =
        ["$any", "$absent", "$exact", "$type", "$matches", "$contains", "$length", "$not", "$all", "$oneOf"]
        + Comparison.allCases.map(\.rawValue)

    private static let types = ["null", "boolean", "number", "integer", "string", "array", "object"]

    init?(decoding entry: ConfigurationNode.Entry, using decoder: inout ConfigurationDecoder) {
        let node = entry.value
        func found<Value>(_ value: Value?, _ make: (Value) -> MatchOperator) -> MatchOperator? { value.map(make) }
        let decoded: MatchOperator?
        switch entry.key {
        case "$any", "$absent":
            guard decoder.decode(Bool.self, from: node) == true else {
                decoder.fail(node, "must be true", suggestion: "\(entry.key): true")
                return nil
            }
            decoded = entry.key == "$any" ? .any : .absent
        case "$exact": decoded = found(decoder.decode(JSONTemplate.self, from: node)) { .exact($0) }
        case "$type": decoded = found(Self.type(node, &decoder)) { .type($0) }
        case "$matches": decoded = found(Self.pattern(node, &decoder)) { .matches($0) }
        case "$contains": decoded = found(Matcher(decoding: node, using: &decoder)) { .contains($0) }
        case "$length": decoded = found(Matcher(decoding: node, using: &decoder)) { .length($0) }
        case "$not": decoded = found(Matcher(decoding: node, using: &decoder)) { .not($0) }
        case "$all": decoded = found(decoder.decode([Matcher].self, from: node)) { .all($0) }
        case "$oneOf": decoded = found(decoder.decode([Matcher].self, from: node)) { .oneOf($0) }
        default:
            guard let comparison = Comparison(rawValue: entry.key) else {
                decoder.fail(
                    at: entry.location, path: node.path, "unknown operator \"\(entry.key)\"",
                    suggestion: Suggestion.text(for: entry.key, among: Self.names, what: "operators"))
                return nil
            }
            decoded = found(decoder.decode(JSONTemplate.self, from: node)) { .compare(comparison, $0) }
        }
        guard let decoded else { return nil }
        self = decoded
    }

    private static func type(_ node: ConfigurationNode, _ decoder: inout ConfigurationDecoder) -> String? {
        guard let name = decoder.decode(String.self, from: node) else { return nil }
        guard types.contains(name) else {
            decoder.fail(
                node, "there is no type \"\(name)\"",
                suggestion: Suggestion.text(for: name, among: types, what: "types"))
            return nil
        }
        return name
    }

    private static func pattern(_ node: ConfigurationNode, _ decoder: inout ConfigurationDecoder) -> String? {
        guard let text = decoder.decode(String.self, from: node) else { return nil }
        do {
            _ = try Regex(text)
            return text
        } catch {
            decoder.fail(node, "this is no regular expression: \(error)")
            return nil
        }
    }
}
