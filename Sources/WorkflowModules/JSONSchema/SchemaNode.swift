import WorkflowCore

/// A compiled schema. Other schemas are named by their number in ``JSONSchema``.
final class SchemaNode: Sendable {
    /// The JSON types that a value may have.
    struct Types: OptionSet, Sendable {
        let rawValue: UInt8

        static let null = Types(rawValue: 1)
        static let boolean = Types(rawValue: 2)
        static let integer = Types(rawValue: 4)
        static let number = Types(rawValue: 8)
        static let string = Types(rawValue: 16)
        static let array = Types(rawValue: 32)
        static let object = Types(rawValue: 64)
    }

    /// A reference whose target depends on the way that led to it.
    struct DynamicReference: Sendable {
        let anchor: String
        let target: Int
    }

    /// What `enum` lists.
    enum Choices: Sendable {
        case few([JSONValue])
        case many(Set<ComparableJSON>)
    }

    struct NumberRules: Sendable {
        var minimum: JSONValue?
        var maximum: JSONValue?
        var exclusiveMinimum: JSONValue?
        var exclusiveMaximum: JSONValue?
        var multipleOf: (divisor: DecimalDivisor, value: JSONValue)?
    }

    struct TextRules: Sendable {
        var minLength: Int?
        var maxLength: Int?
        var pattern: TextPattern?
        var format: StringFormat?
    }

    struct ObjectRules: Sendable {
        var minProperties: Int?
        var maxProperties: Int?
        var required: [String] = []
        /// The number of the schema under each name.
        var properties = JSONObject()
        var patterns: [(pattern: TextPattern, schema: Int)] = []
        var additional: Int?
        var names: Int?
        var dependentRequired: [(key: String, required: [String])] = []
        var dependentSchemas: [(key: String, schema: Int)] = []
    }

    struct ArrayRules: Sendable {
        var minItems: Int?
        var maxItems: Int?
        var isUnique = false
        var prefix: [Int] = []
        var rest: Int?
        var contains: Int?
        var minContains: Int?
        var maxContains: Int?
        /// Whether what `contains` matches counts as evaluated.
        var containsEvaluates = true
        /// The keyword of `prefix` and of `rest`.
        var keywords = ("prefixItems", "items")
    }

    struct LogicRules: Sendable {
        var allOf: [Int] = []
        var anyOf: [Int] = []
        var oneOf: [Int] = []
        var not: Int?
        var condition: Int?
        var then: Int?
        var otherwise: Int?
    }

    /// Where it stands, such as `#/properties/name`.
    let location: String
    /// The resource it belongs to.
    let resource: Int
    /// The answer of a schema that is `true` or `false`.
    var constant: Bool? { rules.constant }
    let rules: Rules

    /// The keywords.
    struct Rules: Sendable {
        var constant: Bool?
        var reference: Int?
        var dynamicReference: DynamicReference?
        var types: Types?
        var const: JSONValue?
        var choices: Choices?
        var number: NumberRules?
        var text: TextRules?
        var object: ObjectRules?
        var array: ArrayRules?
        var logic: LogicRules?
        var unevaluatedProperties: Int?
        var unevaluatedItems: Int?

        var hasUnevaluated: Bool { unevaluatedProperties != nil || unevaluatedItems != nil }
    }

    init(location: String, resource: Int, rules: Rules) {
        self.location = location
        self.resource = resource
        self.rules = rules
    }
}

extension SchemaNode.Types {
    init?(name: String) {
        switch name {
        case "null": self = .null
        case "boolean": self = .boolean
        case "integer": self = .integer
        case "number": self = .number
        case "string": self = .string
        case "array": self = .array
        case "object": self = .object
        default: return nil
        }
    }

    /// Whether a value has one of the types.
    func contains(typeOf value: JSONValue) -> Bool {
        switch value {
        case .null: contains(.null)
        case .bool: contains(.boolean)
        case .integer, .double, .decimal: contains(.number) || contains(.integer) && value.isWholeNumber
        case .string: contains(.string)
        case .array: contains(.array)
        case .object: contains(.object)
        }
    }

    /// The types for messages, such as `a string or null`.
    var text: String {
        let names: [(SchemaNode.Types, String)] = [
            (.object, "an object"), (.array, "an array"), (.string, "a string"), (.number, "a number"),
            (.integer, "a whole number"), (.boolean, "true or false"), (.null, "null"),
        ]
        let found = names.filter { contains($0.0) }.map(\.1)
        guard found.count > 1 else { return found.first ?? "of no type" }
        return found.dropLast().joined(separator: ", ") + " or " + found[found.count - 1]
    }
}
