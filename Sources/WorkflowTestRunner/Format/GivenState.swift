import WorkflowCore

/// Something that is there before a test begins.
struct GivenState: ConfigurationObject {
    var instance: GivenInstance?
    var resource: GivenResource?
    var user: GivenUser?

    static let fields: [ConfigurationField<Self>] = [
        .init("instance", \.instance, "An instance of a state machine."),
        .init("resource", \.resource, "A resource of an `api.handler`."),
        .init("user", \.user, "A user of an `auth.jwt`."),
    ]

    func check(_ node: ConfigurationNode, using decoder: inout ConfigurationDecoder) {
        guard [instance == nil, resource == nil, user == nil].count(where: { !$0 }) != 1 else { return }
        decoder.fail(
            node, "what is given is one instance, one resource or one user",
            suggestion: "give each an entry of its own")
    }
}

/// An instance of a state machine.
struct GivenInstance: ConfigurationObject {
    var workflow = Located("")
    var id = ""
    var state: Located<String>?
    var data: JSONObject = [:]

    static let fields: [ConfigurationField<Self>] = [
        .init("workflow", \.workflow, "The name of the definition.", required: true, aliases: ["workflowType"]),
        .init("id", \.id, "The identifier.", required: true),
        .init("state", \.state, "The state that it is in; by default the first one. No hook runs for it."),
        .init("data", \.data, "Its data."),
    ]
}

/// A resource.
struct GivenResource: ConfigurationObject {
    var type = ""
    var id = ""
    var data: JSONObject = [:]
    var state = "active"
    var owner: String?
    var instance: String?

    static let fields: [ConfigurationField<Self>] = [
        .init("type", \.type, "The `resourceName` of the `api.handler`.", required: true),
        .init("id", \.id, "The identifier.", required: true),
        .init("data", \.data, "The document."),
        .init("state", \.state, "Its state, when no instance is linked."),
        .init("owner", \.owner, "The user whom it belongs to; by default nobody."),
        .init("instance", \.instance, "The instance whose state and data it shows."),
    ]
}

/// A user who can log in.
struct GivenUser: ConfigurationObject {
    var email = Located("")
    var name = ""
    var password: String?
    var id: String?

    static let fields: [ConfigurationField<Self>] = [
        .init("email", \.email, "The e-mail address.", required: true),
        .init("name", \.name, "The name to show."),
        .init("password", \.password, "What the user logs in with. Without it, only `as` makes requests of the user."),
        .init("id", \.id, "The identifier, the `sub` of the tokens; by default a new one."),
    ]
}
