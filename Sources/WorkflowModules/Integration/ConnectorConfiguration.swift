public import WorkflowCore

extension IntegrationWorkflowModule {
    /// A system that steps call, or requests that run workflows.
    public struct ConnectorConfiguration: ConfigurationObject {
        /// The name.
        public var name = Located("")
        /// What kind of connector it is.
        public var type = ""
        /// Its settings.
        public var config = ConnectorSettings()

        public static let fields: [ConfigurationField<Self>] = [
            .init(
                "name", \.name, "The name, by which steps call it.", required: true,
                check: { $0.value.isEmpty ? "must not be empty" : nil }),
            .init(
                "type", \.type,
                "`http` (or `rest`, `api`) and `database` are called by steps; `webhook` runs a workflow when a request comes.",
                required: true, schema: .choice(["http", "rest", "api", "webhook", "database"])),
            .init("config", \.config, "Its settings."),
        ]

        /// Creates the defaults.
        public init() {}

        /// The kind, whatever it was called.
        var kind: ConnectorKind {
            switch type {
            case "webhook": .webhook
            case "database": .database
            default: .http
            }
        }

        public func check(_ node: ConfigurationNode, using decoder: inout ConfigurationDecoder) {
            let place = node["config"] ?? node
            for entry in place.entries ?? [] where node["config"] != nil {
                guard !kind.keys.contains(entry.key) else { continue }
                decoder.fail(
                    at: entry.location, path: entry.value.path,
                    "the key \"\(entry.key)\" is not for connectors of type \(type)",
                    suggestion: "the keys are: \(kind.keys.joined(separator: ", "))")
            }
            for key in kind.requiredKeys where place[key] == nil || node["config"] == nil {
                decoder.fail(place, "missing key \"\(key)\"; connectors of type \(type) need it")
            }
            switch kind {
            case .http: config.checkAuthentication(place, using: &decoder)
            case .database: config.checkDatabase(place, using: &decoder)
            case .webhook: break
            }
        }
    }
}

/// What kinds of connectors there are.
enum ConnectorKind: Sendable {
    case http, webhook, database

    /// The keys of their settings.
    var keys: [String] {
        switch self {
        case .http:
            [
                "baseURL", "authType", "username", "password", "token", "headers", "timeoutSeconds", "timeout",
                "requestsPerMinute", "maxResponseBytes",
            ]
        case .webhook: ["path", "port", "host", "router", "workflow", "middlewares", "maxBodyBytes"]
        case .database: ["driver", "dsn", "database", "maxRows"]
        }
    }

    var requiredKeys: [String] {
        switch self {
        case .http: ["baseURL"]
        case .webhook: ["path"]
        case .database: []
        }
    }
}
