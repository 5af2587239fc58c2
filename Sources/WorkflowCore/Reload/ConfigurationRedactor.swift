/// Shows a configuration without its secrets: values of secret keys, and in values of any form those of keys that sound
/// secret.
package struct ConfigurationRedactor: Sendable {
    /// What stands in place of a secret.
    package static let mark = JSONValue.string("<redacted>")

    private let registry: ModuleRegistry

    /// Creates a redactor.
    ///
    /// - Parameter registry: The types that say which of their keys are secret.
    package init(registry: ModuleRegistry) {
        self.registry = registry
    }

    /// The configuration as JSON. Parts whose type is not known are left out, since their secrets are not known either.
    package func redact(_ configuration: ApplicationConfiguration) -> JSONValue {
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
        let known = Self.settingsSchemas(registry)
        for section in configuration.settings {
            document[section.name] = known[section.name].map { Self.redact(section.configuration, $0) } ?? Self.mark
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
        registry.entry(section, type).map { Self.redact(node, $0.schema) }
    }

    /// What the sections at the top of a file that hold settings of module types may have, by their names.
    static func settingsSchemas(_ registry: ModuleRegistry) -> [String: ConfigurationSchema] {
        Dictionary(
            registry.types.compactMap { type in type.descriptor.settingsKey.map { ($0, type.schema) } },
            uniquingKeysWith: { first, _ in first })
    }

    /// A value without its secrets.
    ///
    /// - Parameters:
    ///   - node: The value.
    ///   - schema: What values stand there; `.any` when nothing is known.
    static func redact(_ node: ConfigurationNode, _ schema: ConfigurationSchema) -> JSONValue {
        switch (schema, node.content) {
        case (.object, .mapping(let entries)), (.map, .mapping(let entries)):
            return .object(
                JSONObject(
                    entries.map { entry -> (String, JSONValue) in
                        let (_, child, secrecy) = schema.child(entry.key)
                        return (entry.key, secrecy.hides(entry.key) ? mark : redact(entry.value, child))
                    }))
        case (.list(let element), .sequence(let elements)):
            return .array(elements.map { redact($0, element) })
        default:
            return redact(freeForm: node)
        }
    }

    /// Nothing says what is secret in values of any form, so their keys have to.
    private static func redact(freeForm node: ConfigurationNode) -> JSONValue {
        // What comes from the environment is for the process alone.
        if node.expansion != .none { return mark }
        switch node.content {
        case .mapping(let entries):
            return .object(
                JSONObject(
                    entries.map {
                        ($0.key, soundsSecret($0.key) ? mark : redact(freeForm: $0.value))
                    }))
        case .sequence(let elements):
            return .array(elements.map { redact(freeForm: $0) })
        case .scalar(.string(let text)) where holdsCredentials(text):
            return mark
        case .scalar(let value):
            return value
        }
    }

    /// Whether the name of a key tells that its value is secret, such as `apiKey` or `DB_PASSWORD`.
    package static func soundsSecret(_ key: String) -> Bool {
        let plain = key.lowercased().filter { $0.isLetter || $0.isNumber }
        guard !openEndings.contains(where: { plain.hasSuffix($0) }) else { return false }
        return plain.hasSuffix("key") || plain.hasSuffix("keys") || plain.hasSuffix("auth")
            || secretWords.contains { plain.contains($0) }
    }

    /// Endings of keys that are about a secret and hold none, such as `tokenExpiry`.
    private static let openEndings = [
        "expiry", "expiration", "expires", "ttl", "lifetime", "issuer", "audience", "algorithm",
    ]

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
