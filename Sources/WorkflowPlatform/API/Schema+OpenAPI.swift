import WorkflowCore

extension Schema {
    /// The schema in JSON Schema 2020-12, as OpenAPI 3.1 has it.
    ///
    /// - Parameter components: Takes the named schemas that occur.
    func document(_ components: inout JSONObject) -> JSONValue {
        switch self {
        case .string(let rule):
            return rule.document
        case .integer(let range):
            var document: JSONObject = ["type": "integer", "minimum": .integer(Int64(range.lowerBound))]
            if range.upperBound < .max { document["maximum"] = .integer(Int64(range.upperBound)) }
            return .object(document)
        case .any:
            return [:]
        case .boolean:
            return ["type": "boolean"]
        case .array(let schema, let maximum):
            return ["type": "array", "items": schema.document(&components), "maxItems": .integer(Int64(maximum))]
        case .map(let names, let values, let maximum):
            return [
                "type": "object", "propertyNames": names.document, "additionalProperties": values.document(&components),
                "maxProperties": .integer(Int64(maximum)),
            ]
        case .freeObject:
            return ["type": "object", "additionalProperties": true]
        case .nullable(let schema):
            return ["anyOf": [schema.document(&components), ["type": "null"]]]
        case .named(let name, let schema):
            if !components.contains(name) { components[name] = schema.document(&components) }
            return ["$ref": .string("#/components/schemas/\(name)")]
        case .object(let members):
            return Self.document(members, &components)
        }
    }

    /// Whether a body may not be left out.
    var hasRequiredMembers: Bool {
        switch self {
        case .named(_, let schema): schema.hasRequiredMembers
        case .object(let members): members.contains(where: \.isRequired)
        default: true
        }
    }

    private static func document(_ members: [Member], _ components: inout JSONObject) -> JSONValue {
        var properties = JSONObject()
        for member in members {
            var property = member.schema.document(&components)
            if !member.summary.isEmpty { property["description"] = .string(member.summary) }
            properties[member.name] = property
        }
        var document: JSONObject = ["type": "object", "properties": .object(properties)]
        let required = members.filter(\.isRequired).map { JSONValue.string($0.name) }
        if !required.isEmpty { document["required"] = .array(required) }
        document["additionalProperties"] = false
        return .object(document)
    }
}

extension Schema.StringRule {
    fileprivate var document: JSONValue {
        if !values.isEmpty { return ["type": "string", "enum": .array(values.map { .string($0) })] }
        var document: JSONObject = ["type": "string"]
        if length.lowerBound > 0 { document["minLength"] = .integer(Int64(length.lowerBound)) }
        document["maxLength"] = .integer(Int64(length.upperBound))
        switch form {
        case .slug: document["pattern"] = "^[a-z0-9]+(-[a-z0-9]+)*$"
        case .variable: document["pattern"] = "^[A-Za-z_][A-Za-z0-9_]*$"
        case .label: document["pattern"] = "^[a-z0-9_/][a-z0-9._/-]*$"
        case .labelFilter: document["pattern"] = "^[a-z0-9_/][a-z0-9._/-]{0,62}:"
        case .uuid:
            document["format"] = "uuid"
            document["pattern"] = "^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$"
        case let form?: document["format"] = .string(form.rawValue)
        case nil: break
        }
        return .object(document)
    }
}
