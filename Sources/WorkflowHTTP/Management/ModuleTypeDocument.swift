import WorkflowCore

/// What tools are told about a module type.
enum ModuleTypeDocument {
    private static let acronyms = [
        "api": "API", "cors": "CORS", "http": "HTTP", "jwt": "JWT", "otel": "OTel", "ratelimit": "Rate Limit",
        "requestid": "Request ID", "s3": "S3", "securityheaders": "Security Headers", "fileserver": "File Server",
        "statemachine": "State Machine", "nats": "NATS", "eventbus": "Event Bus",
    ]

    /// The document of a type.
    static func make(_ descriptor: ModuleDescriptor, _ schema: ConfigurationSchema) -> JSONValue {
        var fields: [JSONValue] = []
        if case .object(let list) = schema { fields = list.map(field) }
        var document: JSONObject = [
            "type": .string(descriptor.type), "label": .string(label(descriptor)),
            "category": .string(String(descriptor.type.prefix { $0 != "." })),
            "section": .string(descriptor.section.rawValue), "summary": .string(descriptor.summary),
            "details": .string(descriptor.details), "status": .string(descriptor.status.rawValue),
            "provides": .array(descriptor.provides.map { .string($0.description) }),
            "requires": .array(
                descriptor.requires.map { ["kind": .string($0.kind.description), "optional": .bool($0.isOptional)] }),
            "configFields": .array(fields), "schema": JSONSchemaDocument.schema(for: schema),
            "examples": .array(
                descriptor.examples.map { ["title": .string($0.title), "yaml": .string($0.yaml)] }),
        ]
        if !descriptor.aliases.isEmpty { document["aliases"] = .array(descriptor.aliases.map { .string($0) }) }
        return .object(document)
    }

    private static func label(_ descriptor: ModuleDescriptor) -> String {
        let words = descriptor.type.split(separator: ".").map { word in
            acronyms[String(word)] ?? word.prefix(1).uppercased() + word.dropFirst()
        }
        let suffix = descriptor.section == .module ? [] : [descriptor.section.rawValue.capitalizedFirst]
        return (words + suffix).joined(separator: " ")
    }

    private static func field(_ field: FieldSchema) -> JSONValue {
        var document: JSONObject = [
            "key": .string(field.name), "label": .string(spaced(field.name)), "type": .string(formType(field.schema)),
            "required": .bool(field.isRequired), "secret": .bool(field.isSecret), "description": .string(field.summary),
        ]
        if let value = field.defaultValue { document["defaultValue"] = value }
        if case .choice(let words) = field.schema { document["options"] = .array(words.map { .string($0) }) }
        if case .reference(let kind) = field.schema { document["reference"] = .string(kind.description) }
        return .object(document)
    }

    /// `readTimeout` as `Read Timeout`.
    private static func spaced(_ name: String) -> String {
        var text = ""
        for character in name {
            if character.isUppercase, text.last?.isLowercase == true { text.append(" ") }
            text.append(text.isEmpty ? Character(character.uppercased()) : character)
        }
        return text
    }

    private static func formType(_ schema: ConfigurationSchema) -> String {
        switch schema {
        case .any: "json"
        case .string, .path, .byteSize: "string"
        case .choice: "select"
        case .integer, .number: "number"
        case .boolean: "boolean"
        case .duration: "duration"
        case .reference: "reference"
        case .list: "array"
        case .map: "map"
        case .object: "object"
        }
    }
}

extension String {
    fileprivate var capitalizedFirst: String { prefix(1).uppercased() + dropFirst() }
}
