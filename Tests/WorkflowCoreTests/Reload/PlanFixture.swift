import Testing

@testable import WorkflowCore

/// A module type with keys of every kind.
struct PlannedModule: WorkflowModule {
    struct Header: ConfigurationObject {
        var name = ""
        var value = ""

        static let fields: [ConfigurationField<Self>] = [
            .init("name", \.name, "The name."),
            .init("value", \.value, "The value.", secret: true),
        ]

        init() {}
    }

    struct Configuration: ConfigurationObject {
        var address = ""
        var password = ""
        var limit = 0
        var names: [String] = []
        var headers: [Header] = []
        var labels: JSONObject = [:]
        var anything = JSONValue.null

        static let fields: [ConfigurationField<Self>] = [
            .init("address", \.address, "A text.", aliases: ["addr"]),
            .init("password", \.password, "A secret.", secret: true, aliases: ["passwd"]),
            .init("limit", \.limit, "A number."),
            .init("names", \.names, "A list."),
            .init("headers", \.headers, "Objects."),
            .init("labels", \.labels, "Free keys."),
            .init("anything", \.anything, "Anything."),
        ]

        init() {}
    }

    static let descriptor = ModuleDescriptor(
        type: "planned", aliases: ["planned.old"], settingsKey: "planned", summary: "For plans.")

    init(configuration: Configuration, context: ModuleContext) throws {}
}

/// Another module type.
struct OtherPlannedModule: WorkflowModule {
    struct Configuration: ConfigurationObject {
        var url = ""

        static let fields: [ConfigurationField<Self>] = [.init("url", \.url, "A text.")]

        init() {}
    }

    static let descriptor = ModuleDescriptor(type: "planned.other", summary: "For plans.")

    init(configuration: Configuration, context: ModuleContext) throws {}
}

let plannedRegistry = ModuleRegistry([PlannedModule.self, OtherPlannedModule.self])

/// The plan from one YAML text to another.
func plan(
    _ old: String, _ new: String, environment: [String: String] = [:], carried: Set<String> = []
) throws -> ReloadPlan {
    ReloadPlan(
        from: try ApplicationConfiguration(yaml: old, environment: environment),
        to: try ApplicationConfiguration(yaml: new, environment: environment), registry: plannedRegistry,
        carried: carried)
}

/// A configuration of one module with these keys.
func planned(_ keys: String) -> String {
    "modules: [{name: m, type: planned, config: {\(keys)}}]"
}
