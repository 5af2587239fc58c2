public import WorkflowCore

extension JSONSchemaModule {
    /// The keys of the configuration.
    public struct Configuration: ConfigurationObject {
        /// The schemas by name.
        public var schemas = NamedEntries<SchemaSource>()
        /// The schema for everything that no route names; `nil` for none, or the only one.
        public var body: Located<String>?
        /// The schemas of routes.
        public var routes = NamedEntries<Located<String>>()
        /// Whether formats are checked.
        public var formats = true
        /// The greatest body that is read.
        public var maxBodySize = ByteSize(bytes: 1 << 20)
        /// How many violations an answer tells.
        public var maxErrors = 20

        public static let fields: [ConfigurationField<Self>] = [
            .init(
                "schemas", \.schemas,
                "The schemas by name: written out, or the path of a JSON file. They may refer to each other.",
                required: true),
            .init(
                "body", \.body,
                "The schema for bodies of POST, PUT and PATCH that `routes` does not name, and for messages and steps. With one schema and no routes it is that one.",
                aliases: ["schema"]),
            .init(
                "routes", \.routes,
                "The schema for each route, as `POST /api/orders: order`; `*` for the methods that have a body."),
            .init(
                "formats", \.formats, "Whether `format` is checked, or only taken for a note.",
                aliases: ["validateFormats", "validate_formats"]),
            .init(
                "maxBodySize", \.maxBodySize, "The greatest body; a larger one is answered with 413.",
                aliases: ["max_body_size"]),
            .init(
                "maxErrors", \.maxErrors, "How many violations are told of.", aliases: ["max_errors"],
                schema: .integer(minimum: 1, maximum: 1000)),
        ]

        /// Creates the defaults.
        public init() {}

        public func check(_ node: ConfigurationNode, using decoder: inout ConfigurationDecoder) {
            let names = schemas.entries.map(\.name)
            if names.isEmpty { decoder.fail(node["schemas"] ?? node, "there is no schema") }
            var chosen = routes.entries.map(\.value)
            if let body { chosen.append(body) }
            for name in chosen where !names.contains(name.value) {
                decoder.fail(
                    at: name.location, path: name.path, "there is no schema called \"\(name.value)\"",
                    suggestion: Suggestion.text(for: name.value, among: names, what: "schemas"))
            }
            for route in routes.entries where SchemaRoute(route.name) == nil {
                decoder.fail(
                    at: route.location, path: route.path,
                    "a route is a method and the path of a route, such as \"POST /api/orders\"")
            }
        }
    }
}
