import WorkflowCore

/// Something that is there before a test begins.
struct GivenState: ConfigurationObject {
    var instance: GivenInstance?
    var resource: GivenResource?

    static let fields: [ConfigurationField<Self>] = [
        .init("instance", \.instance, "An instance of a state machine."),
        .init("resource", \.resource, "A resource of an `api.handler`."),
    ]

    func check(_ node: ConfigurationNode, using decoder: inout ConfigurationDecoder) {
        guard (instance == nil) == (resource == nil) else { return }
        decoder.fail(node, "what is given is one instance or one resource", suggestion: "give each an entry of its own")
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
