import WorkflowCore

/// What is expected after a step.
struct Expectation: ConfigurationObject {
    var status: Located<Int>?
    var headers: NamedEntries<Matcher> = NamedEntries()
    var body: Matcher?
    var text: Matcher?
    var result: Matcher?
    var error: Matcher?
    var save: NamedEntries<LocatedExpression> = NamedEntries()
    var instance = OneOrMore<InstanceExpectation>()
    var resource = OneOrMore<ResourceExpectation>()
    var events: [EventExpectation] = []
    var handled: [HandlingExpectation] = []
    var calls: [CallExpectation] = []
    var requests: [OutgoingExpectation] = []
    var check = OneOrMore<LocatedExpression>()

    static let fields: [ConfigurationField<Self>] = [
        .init("status", \.status, "The status of the answer."),
        .init("headers", \.headers, "Header fields of the answer; others may be there as well."),
        .init("body", \.body, "The body of the answer as JSON."),
        .init("text", \.text, "The body of the answer as text."),
        .init("result", \.result, "What `invoke` or `execute` returns, or the instance after `fire`."),
        .init("error", \.error, "The message of the error that `invoke`, `fire` or `execute` ends with."),
        .init(
            "save", \.save,
            "Values for later steps: names, and expressions over `status`, `headers`, `body`, `result`, `vars`, such as `body.id`."
        ),
        .init("instance", \.instance, "An instance of a state machine, or several.", aliases: ["instances"]),
        .init("resource", \.resource, "A resource, or several.", aliases: ["resources"]),
        .init("events", \.events, "Messages that were published since the beginning of the test."),
        .init(
            "handled", \.handled,
            "Messages that message handlers have taken since the beginning of the test, whatever way they came."),
        .init("calls", \.calls, "Calls of components since the beginning of the test."),
        .init("requests", \.requests, "Requests to other hosts since the beginning of the test."),
        .init(
            "check", \.check,
            "Expressions that must be true, over `status`, `headers`, `body`, `result`, `events`, `calls`, `requests`, `vars`."
        ),
    ]

    /// Tells of keys that the action of the step has nothing for.
    func check(_ node: ConfigurationNode, against action: String?, using decoder: inout ConfigurationDecoder) {
        let answers = ["status", "headers", "body", "text"]
        for entry in node.entries ?? [] {
            if answers.contains(entry.key), action != "request" {
                decoder.fail(
                    at: entry.location, path: entry.value.path, "\"\(entry.key)\" needs a request in the same step",
                    suggestion: "move it to the step with the request")
            }
            if entry.key == "result" || entry.key == "error", !["invoke", "fire", "execute"].contains(action) {
                decoder.fail(
                    at: entry.location, path: entry.value.path,
                    "\"\(entry.key)\" needs invoke, fire or execute in the same step")
            }
        }
    }
}

/// What is expected of an instance.
struct InstanceExpectation: ConfigurationObject {
    var id = Located(TextTemplate(""))
    var workflow: Located<String>?
    var state: Located<String>?
    var completed: Located<Bool>?
    var data: Matcher?
    var error: Matcher?
    var history: Matcher?
    var exists = true

    static let fields: [ConfigurationField<Self>] = [
        .init("id", \.id, "The identifier.", required: true),
        .init("workflow", \.workflow, "The name of the definition."),
        .init("state", \.state, "The state that it is in."),
        .init("completed", \.completed, "Whether it has reached a final state."),
        .init("data", \.data, "Its data."),
        .init("error", \.error, "What went wrong."),
        .init("history", \.history, "The names of the transitions that it has made, in order."),
        .init("exists", \.exists, "Whether there is one."),
    ]
}

/// What is expected of a resource.
struct ResourceExpectation: ConfigurationObject {
    var type = Located("")
    var id = TextTemplate("")
    var state: Matcher?
    var data: Matcher?
    var exists = true

    static let fields: [ConfigurationField<Self>] = [
        .init("type", \.type, "The `resourceName` of the `api.handler`.", required: true),
        .init("id", \.id, "The identifier.", required: true),
        .init("state", \.state, "The state, as the API shows it."),
        .init("data", \.data, "The data, as the API shows it."),
        .init("exists", \.exists, "Whether there is one."),
    ]
}
