import WorkflowCore

/// What is expected of the messages that were published.
struct EventExpectation: ConfigurationObject {
    var topic = Located("")
    var payload: Matcher?
    var count: Int?

    static let fields: [ConfigurationField<Self>] = [
        .init(
            "topic", \.topic, "The topic; `*` stands for one segment, `>` or a final `*` for one or more.",
            required: true,
            check: { text in
                do {
                    _ = try TopicPattern(text.value)
                    return nil
                } catch {
                    return "\(error)"
                }
            }),
        .init("payload", \.payload, "The content; messages with another one do not count."),
        .init(
            "count", \.count, "How many there are; by default one or more.", schema: .integer(minimum: 0, maximum: nil)),
    ]
}

/// What is expected of the messages that a handler has taken.
struct HandlingExpectation: ConfigurationObject {
    var handler = Located("")
    var payload: Matcher?
    var times: Int?

    static let fields: [ConfigurationField<Self>] = [
        .init("handler", \.handler, "The module.", required: true),
        .init("payload", \.payload, "The content; messages with another one do not count."),
        .init(
            "times", \.times, "How many there are; by default one or more.", aliases: ["count"],
            schema: .integer(minimum: 0, maximum: nil)),
    ]
}

/// What is expected of the calls of a component.
struct CallExpectation: ConfigurationObject {
    var component = Located("")
    var input: Matcher?
    var output: Matcher?
    var times: Int?

    static let fields: [ConfigurationField<Self>] = [
        .init("component", \.component, "The module.", required: true),
        .init("input", \.input, "What it got; calls with another input do not count."),
        .init("output", \.output, "What it returned; calls with another output, and those that failed, do not count."),
        .init(
            "times", \.times, "How often it was called; by default once or more.", aliases: ["count"],
            schema: .integer(minimum: 0, maximum: nil)),
    ]
}

/// What is expected of the requests to other hosts.
struct OutgoingExpectation: ConfigurationObject {
    var url = Located("")
    var method: String?
    var headers: [String: Matcher] = [:]
    var body: Matcher?
    var times: Int?

    static let fields: [ConfigurationField<Self>] = [
        .init("url", \.url, "The URL; `*` stands for any text.", required: true),
        .init("method", \.method, "The method."),
        .init("headers", \.headers, "Header fields."),
        .init("body", \.body, "The body as JSON, or as text when it is none."),
        .init(
            "times", \.times, "How often it was sent; by default once or more.", aliases: ["count"],
            schema: .integer(minimum: 0, maximum: nil)),
    ]
}
