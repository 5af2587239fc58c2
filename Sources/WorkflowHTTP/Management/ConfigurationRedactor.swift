import WorkflowCore

/// Shows a configuration without its secrets: values of secret keys, and in values of any form those of keys that sound
/// secret.
struct ConfigurationRedactor {
    /// What stands in place of a secret.
    static let mark = JSONValue.string("<redacted>")

    let registry: ModuleRegistry

    /// The configuration as JSON. Parts whose type is not known are left out, since their secrets are not known either.
    func redact(_ configuration: ApplicationConfiguration) -> JSONValue {
        let modules = configuration.modules.map { module -> JSONValue in
            var document: JSONObject = ["name": .string(module.name), "type": .string(module.type)]
            if let settings = show(module.configuration, .module, module.type) { document["config"] = settings }
            if !module.dependsOn.isEmpty {
                document["dependsOn"] = .array(module.dependsOn.map { .string($0.value) })
            }
            if !module.branches.isEmpty {
                document["branches"] = .object(
                    JSONObject(module.branches.sorted { $0.key < $1.key }.map { ($0.key, .string($0.value)) }))
            }
            return .object(document)
        }
        var document: JSONObject = [
            "modules": .array(modules), "workflows": sections(configuration.workflows, .workflow),
            "triggers": sections(configuration.triggers, .trigger),
        ]
        for section in configuration.settings {
            let known = registry.types.first { $0.descriptor.settingsKey == section.name }
            document[section.name] = known.map { redact(section.configuration, $0.schema) } ?? Self.mark
        }
        return .object(document)
    }

    private func sections(
        _ sections: [ApplicationConfiguration.Section], _ kind: ModuleDescriptor.Section
    ) -> JSONValue {
        .object(JSONObject(sections.map { ($0.name, show($0.configuration, kind, $0.name) ?? .object([:])) }))
    }

    private func show(
        _ node: ConfigurationNode, _ section: ModuleDescriptor.Section, _ type: String
    ) -> JSONValue? {
        let known = registry.types.first {
            $0.descriptor.section == section && ($0.descriptor.type == type || $0.descriptor.aliases.contains(type))
        }
        return known.map { redact(node, $0.schema) }
    }

    private func redact(_ node: ConfigurationNode, _ schema: ConfigurationSchema) -> JSONValue {
        switch (schema, node.content) {
        case (.object(let fields), .mapping(let entries)):
            return .object(
                JSONObject(
                    entries.map { entry -> (String, JSONValue) in
                        guard
                            let field = fields.first(where: { $0.name == entry.key || $0.aliases.contains(entry.key) })
                        else { return (entry.key, Self.mark) }
                        return (entry.key, field.isSecret ? Self.mark : redact(entry.value, field.schema))
                    }))
        case (.list(let element), .sequence(let elements)):
            return .array(elements.map { redact($0, element) })
        case (.map(let value), .mapping(let entries)):
            return .object(
                JSONObject(
                    entries.map { ($0.key, Self.soundsSecret($0.key) ? Self.mark : redact($0.value, value)) }))
        default:
            return redact(freeForm: node)
        }
    }

    /// Nothing says what is secret in values of any form, so their keys have to.
    private func redact(freeForm node: ConfigurationNode) -> JSONValue {
        // What comes from the environment is for the process alone.
        if node.expansion != .none { return Self.mark }
        switch node.content {
        case .mapping(let entries):
            return .object(
                JSONObject(
                    entries.map {
                        ($0.key, Self.soundsSecret($0.key) ? Self.mark : redact(freeForm: $0.value))
                    }))
        case .sequence(let elements):
            return .array(elements.map { redact(freeForm: $0) })
        case .scalar(.string(let text)) where Self.holdsCredentials(text):
            return Self.mark
        case .scalar(let value):
            return value
        }
    }

    /// Whether the name of a key tells that its value is secret, such as `apiKey` or `DB_PASSWORD`.
    static func soundsSecret(_ key: String) -> Bool {
        let plain = key.lowercased().filter { $0.isLetter || $0.isNumber }
        return plain.hasSuffix("key") || plain.hasSuffix("keys") || plain.hasSuffix("auth")
            || secretWords.contains { plain.contains($0) }
    }

    private static let secretWords = [
        "secret", "password", "passwd", "passphrase", "passcode", "pwd", "token", "credential", "authorization",
        "cookie", "private", "signature", "salt",
    ]

    /// Whether a text is a URL with a user and a password.
    private static func holdsCredentials(_ text: String) -> Bool {
        let parts = text.split(separator: "://", maxSplits: 1)
        return parts.count == 2 && parts[1].prefix { $0 != "/" && $0 != "?" }.contains("@")
    }
}
