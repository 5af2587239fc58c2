import WorkflowCore

/// One step of a test: something that happens, and what is expected then.
struct TestStep: ConfigurationObject {
    var name = ""
    var request: RequestStep?
    var publish: PublishStep?
    var invoke: InvokeStep?
    var fire: FireStep?
    var execute: ExecuteStep?
    var advance: Duration?
    var advanceTo: TestTime?
    var expect: Expectation?

    static let fields: [ConfigurationField<Self>] = [
        .init("name", \.name, "What the step is for; shown when it fails."),
        .init("request", \.request, "An HTTP request to the application."),
        .init("publish", \.publish, "A message to a broker of the application."),
        .init("invoke", \.invoke, "An action of a workflow, as a trigger would run it."),
        .init("fire", \.fire, "A transition of an instance."),
        .init("execute", \.execute, "A call of a component."),
        .init(
            "advance", \.advance,
            "How far the clock moves on, such as `5m`. What comes due meanwhile happens in order, at its own time."),
        .init("advanceTo", \.advanceTo, "The time that the clock moves on to, such as 2026-01-06T08:00:00Z."),
        .init("expect", \.expect, "What is expected when nothing goes on any more by itself."),
    ]

    func check(_ node: ConfigurationNode, using decoder: inout ConfigurationDecoder) {
        let actions = ["request", "publish", "invoke", "fire", "execute", "advance", "advanceTo"]
        let given = node.entries?.filter { actions.contains($0.key) } ?? []
        if given.count > 1 {
            decoder.fail(
                at: given[1].location, path: given[1].value.path,
                "a step does one thing, and this one has \"\(given[0].key)\" already",
                suggestion: "make it a step of its own")
        } else if given.isEmpty, expect == nil {
            decoder.fail(
                node, "the step does nothing", suggestion: "the actions are: \(actions.joined(separator: ", "))")
        }
        guard let expect, let place = node["expect"] else { return }
        expect.check(place, against: given.first?.key, using: &decoder)
    }
}

/// An HTTP request.
struct RequestStep: ConfigurationObject {
    var method = "GET"
    var path = TextTemplate("/")
    var query: [String: TextTemplate] = [:]
    var headers: [String: TextTemplate] = [:]
    var token: TextTemplate?
    var user: TextTemplate?
    var body: JSONTemplate?
    var text: TextTemplate?
    var from = "192.0.2.1"
    var server: String?

    static let fields: [ConfigurationField<Self>] = [
        .init(
            "method", \.method, "The method.",
            schema: .choice(["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"])),
        .init("path", \.path, "The path, with the query if you like, such as `/api/orders/${order}`.", required: true),
        .init("query", \.query, "Parameters of the query; they are encoded."),
        .init("headers", \.headers, "Header fields."),
        .init("token", \.token, "Sent as `Authorization: Bearer …`."),
        .init("as", \.user, "The e-mail address of a user of an `auth.jwt`, whose token is sent."),
        .init("body", \.body, "The body, sent as JSON."),
        .init("text", \.text, "The body as text, in place of `body`."),
        .init("from", \.from, "The address of the client."),
        .init("server", \.server, "The address of the server, such as `127.0.0.1:9000`, when there are several."),
    ]

    func check(_ node: ConfigurationNode, using decoder: inout ConfigurationDecoder) {
        if let text = node["text"], node["body"] != nil {
            decoder.fail(text, "a request has one body", suggestion: "keep body or text")
        }
        if let user = node["as"], node["token"] != nil {
            decoder.fail(user, "a request has one token", suggestion: "keep as or token")
        }
    }
}

/// A message.
struct PublishStep: ConfigurationObject {
    var topic = TextTemplate("")
    var payload: JSONTemplate?
    var key: TextTemplate?
    var broker: Located<String>?

    static let fields: [ConfigurationField<Self>] = [
        .init("topic", \.topic, "The topic.", required: true),
        .init("payload", \.payload, "The content."),
        .init("key", \.key, "Messages with the same key are handled in order."),
        .init("broker", \.broker, "The broker; by default all of them."),
    ]
}

/// An action of a workflow.
struct InvokeStep: ConfigurationObject {
    var workflow = ""
    var action = ""
    var data: JSONTemplate?

    static let fields: [ConfigurationField<Self>] = [
        .init("workflow", \.workflow, "The workflow kind, or the name of a definition.", required: true),
        .init("action", \.action, "What to do, such as the name of a transition.", required: true),
        .init("data", \.data, "The data."),
    ]
}

/// A transition.
struct FireStep: ConfigurationObject {
    var transition = ""
    var instance = TextTemplate("")
    var data: JSONTemplate?

    static let fields: [ConfigurationField<Self>] = [
        .init("transition", \.transition, "The name of the transition.", required: true),
        .init("instance", \.instance, "The identifier of the instance.", required: true),
        .init("data", \.data, "Data for the transition."),
    ]
}

/// A call of a component.
struct ExecuteStep: ConfigurationObject {
    var component = Located("")
    var input: JSONTemplate?

    static let fields: [ConfigurationField<Self>] = [
        .init("component", \.component, "The module.", required: true),
        .init("input", \.input, "What it gets."),
    ]
}
