import WorkflowCore

/// What answers in place of components and other hosts.
struct MockSet: ConfigurationObject {
    var components = NamedEntries<ComponentMock>()
    var hosts = NamedEntries<OneOrMore<HostMock>>()

    static let fields: [ConfigurationField<Self>] = [
        .init(
            "components", \.components,
            "By module, what a `dynamic.component` returns: a value, whose texts may have `${input…}`; `{$error: message}`; or `{$sequence: […]}` for one call after the other."
        ),
        .init(
            "hosts", \.hosts,
            "By URL, perhaps with a method before it and `*` for any text, what another host answers; a list answers one request after the other."
        ),
    ]

    /// These mocks, and those of `other` that are not among them.
    func merging(_ other: MockSet) -> MockSet {
        var merged = self
        merged.components.entries += other.components.entries.filter { components[$0.name] == nil }
        merged.hosts.entries += other.hosts.entries.filter { hosts[$0.name] == nil }
        return merged
    }
}

/// What a component does when it is called.
struct ComponentMock: ConfigurationValue {
    enum Outcome: Sendable {
        case output(JSONTemplate)
        case failure(TextTemplate)
    }

    /// One call after the other; the last one goes on for ever.
    let outcomes: [Outcome]

    static var schema: ConfigurationSchema { .any }
    var configurationValue: JSONValue? { nil }

    init?(decoding node: ConfigurationNode, using decoder: inout ConfigurationDecoder) {
        let sequence = node.entries?.count == 1 ? node["$sequence"] : nil
        if let sequence {
            guard case .sequence(let elements) = sequence.content, !elements.isEmpty else {
                decoder.failType(sequence, expected: "a list with what each call returns")
                return nil
            }
            let decoded = elements.map { Self.outcome($0, &decoder) }
            outcomes = decoded.compactMap { $0 }
            guard outcomes.count == elements.count else { return nil }
        } else {
            guard let outcome = Self.outcome(node, &decoder) else { return nil }
            outcomes = [outcome]
        }
    }

    private static func outcome(_ node: ConfigurationNode, _ decoder: inout ConfigurationDecoder) -> Outcome? {
        if let message = node["$error"] {
            guard node.entries?.count == 1 else {
                decoder.fail(message, "a call that fails returns nothing besides", suggestion: "keep $error alone")
                return nil
            }
            return decoder.decode(TextTemplate.self, from: message).map { .failure($0) }
        }
        if let entry = node.entries?.first(where: { $0.key.hasPrefix("$") }) {
            decoder.fail(
                at: entry.location, path: entry.value.path, "unknown key \"\(entry.key)\"",
                suggestion: Suggestion.text(for: entry.key, among: ["$error", "$sequence"], what: "keys of mocks"))
            return nil
        }
        return decoder.decode(JSONTemplate.self, from: node).map { .output($0) }
    }
}

/// What another host answers.
struct HostMock: ConfigurationObject {
    var status = 200
    var headers: [String: TextTemplate] = [:]
    var body: JSONTemplate?
    var text: TextTemplate?
    var fail = ""

    static let fields: [ConfigurationField<Self>] = [
        .init("status", \.status, "The status.", schema: .integer(minimum: 100, maximum: 599)),
        .init("headers", \.headers, "Header fields."),
        .init(
            "body", \.body, "The body as JSON; its texts may have `${request.body…}`, `.method`, `.url`, `.headers`."),
        .init("text", \.text, "The body as text, in place of `body`."),
        .init("fail", \.fail, "Why there is no answer at all, such as `connection refused`."),
    ]
}
