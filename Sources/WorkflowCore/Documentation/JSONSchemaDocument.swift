/// The JSON Schema of configuration files, so that an editor completes and checks them.
///
/// Source: JSON Schema, draft 2020-12.
public struct JSONSchemaDocument: Sendable {
    private let registry: ModuleRegistry

    /// Creates the document for the types of a registry.
    public init(registry: ModuleRegistry) {
        self.registry = registry
    }

    /// The schema.
    public var value: JSONValue {
        let types = registry.types
        let modules = types.filter { $0.descriptor.section == .module }
        var definitions = JSONObject()
        for (descriptor, schema) in types {
            var object = Self.schema(for: schema).objectValue ?? [:]
            object["description"] = .string(descriptor.summary)
            definitions[Self.key(descriptor)] = .object(object)
        }
        definitions["module"] = module(modules.map(\.descriptor))
        var properties: JSONObject = [
            "name": ["type": "string"],
            "description": ["type": "string"],
            "version": true,
            "include": ["type": ["array", "string"], "items": ["type": "string"]],
            "modules": ["type": ["array", "null"], "items": ["$ref": "#/$defs/module"]],
            "workflows": sections(types.map(\.descriptor), .workflow),
            "triggers": sections(types.map(\.descriptor), .trigger),
        ]
        for descriptor in modules.map(\.descriptor) {
            guard let key = descriptor.settingsKey, properties[key] == nil else { continue }
            properties[key] = ["$ref": .string("#/$defs/\(Self.key(descriptor))")]
        }
        return [
            "$schema": "https://json-schema.org/draft/2020-12/schema",
            "title": "Workflow application",
            "type": "object",
            "additionalProperties": false,
            "patternProperties": ["^x-": true],
            "properties": .object(properties),
            "$defs": .object(definitions),
        ]
    }

    private func module(_ descriptors: [ModuleDescriptor]) -> JSONValue {
        let rules: [JSONValue] = descriptors.map { descriptor in
            [
                "if": ["properties": ["type": ["enum": .array(names(descriptor))]], "required": ["type"]],
                "then": ["properties": ["config": ["$ref": .string("#/$defs/\(Self.key(descriptor))")]]],
            ]
        }
        return [
            "type": "object",
            "required": ["name", "type"],
            "additionalProperties": false,
            "properties": [
                "name": ["type": "string", "minLength": 1],
                "type": ["enum": .array(descriptors.flatMap { names($0) })],
                "config": ["type": ["object", "null"]],
                "dependsOn": ["type": "array", "items": ["type": "string"]],
                "branches": ["type": "object", "additionalProperties": ["type": "string"]],
            ],
            "allOf": .array(rules),
        ]
    }

    private func sections(_ descriptors: [ModuleDescriptor], _ section: ModuleDescriptor.Section) -> JSONValue {
        var properties = JSONObject()
        for descriptor in descriptors where descriptor.section == section {
            for name in [descriptor.type] + descriptor.aliases {
                properties[name] = ["$ref": .string("#/$defs/\(Self.key(descriptor))")]
            }
        }
        return ["type": ["object", "null"], "additionalProperties": false, "properties": .object(properties)]
    }

    private func names(_ descriptor: ModuleDescriptor) -> [JSONValue] {
        ([descriptor.type] + descriptor.aliases).map { .string($0) }
    }

    private static func key(_ descriptor: ModuleDescriptor) -> String {
        descriptor.section == .module ? descriptor.type : "\(descriptor.section.rawValue)s.\(descriptor.type)"
    }

    /// The schema of one value. Text is accepted for every scalar, because it may come from `${NAME}`.
    package static func schema(for schema: ConfigurationSchema) -> JSONValue {
        switch schema {
        case .any: true
        case .string, .path, .reference: ["type": ["string", "number", "boolean"]]
        case .choice(let words):
            ["anyOf": [["enum": .array(words.map { .string($0) })], ["type": "string", "pattern": "^\\$\\{"]]]
        case .integer(let minimum, let maximum):
            {
                var object: JSONObject = ["type": ["integer", "string"], "pattern": "^\\$\\{"]
                if let minimum { object["minimum"] = .integer(Int64(minimum)) }
                if let maximum { object["maximum"] = .integer(Int64(maximum)) }
                return .object(object)
            }()
        case .number: ["type": ["number", "string"], "pattern": "^\\$\\{"]
        case .boolean: ["type": ["boolean", "string"], "pattern": "^\\$\\{"]
        case .duration, .byteSize: ["type": ["number", "string"]]
        case .list(let element): ["type": ["array", "null"], "items": Self.schema(for: element)]
        case .map(let value): ["type": ["object", "null"], "additionalProperties": Self.schema(for: value)]
        case .object(let fields): object(fields)
        }
    }

    private static func object(_ fields: [FieldSchema]) -> JSONValue {
        var properties = JSONObject()
        for field in fields {
            let schema = schema(for: field.schema)
            guard var object = schema.objectValue else {
                properties[field.name] = ["description": .string(field.summary)]
                continue
            }
            object["description"] = .string(field.summary)
            if let value = field.defaultValue, !field.isSecret { object["default"] = value }
            properties[field.name] = .object(object)
            for alias in field.aliases {
                object["deprecated"] = true
                object["description"] = .string("Another spelling of \(field.name).")
                properties[alias] = .object(object)
            }
        }
        var result: JSONObject = [
            "type": ["object", "null"], "additionalProperties": false, "properties": .object(properties),
        ]
        let required = fields.filter { $0.isRequired && $0.aliases.isEmpty }.map { JSONValue.string($0.name) }
        if !required.isEmpty { result["required"] = .array(required) }
        return .object(result)
    }
}
