/// A version of JSON Schema.
enum SchemaDialect: Sendable, Hashable, CaseIterable {
    case draft7, draft2019, draft2020

    /// The dialect that `$schema` names; `nil` when it is not known.
    init?(uri: String) {
        let plain = uri.hasSuffix("#") ? String(uri.dropLast()) : uri
        guard let dialect = Self.allCases.first(where: { $0.uris.contains(plain) }) else { return nil }
        self = dialect
    }

    private var uris: [String] {
        switch self {
        case .draft7: ["http://json-schema.org/draft-07/schema", "https://json-schema.org/draft-07/schema"]
        case .draft2019: ["https://json-schema.org/draft/2019-09/schema"]
        case .draft2020: ["https://json-schema.org/draft/2020-12/schema"]
        }
    }

    /// The keywords whose value is a schema.
    var schemaKeywords: [String] {
        let common = ["additionalProperties", "contains", "propertyNames", "not", "if", "then", "else"]
        return switch self {
        case .draft7: common + ["additionalItems", "items"]
        case .draft2019:
            common + ["additionalItems", "items", "unevaluatedItems", "unevaluatedProperties", "contentSchema"]
        case .draft2020: common + ["items", "unevaluatedItems", "unevaluatedProperties", "contentSchema"]
        }
    }

    /// The keywords whose value is a list of schemas.
    var listKeywords: [String] {
        let common = ["allOf", "anyOf", "oneOf"]
        return self == .draft2020 ? common + ["prefixItems"] : common + ["items"]
    }

    /// The keywords whose value has schemas under free keys.
    var mapKeywords: [String] {
        let common = ["properties", "patternProperties", "definitions"]
        return switch self {
        case .draft7: common + ["dependencies"]
        case .draft2019: common + ["$defs", "dependentSchemas", "dependencies"]
        case .draft2020: common + ["$defs", "dependentSchemas"]
        }
    }
}
