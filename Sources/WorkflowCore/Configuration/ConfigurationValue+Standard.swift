extension String: ConfigurationValue {
    public static var schema: ConfigurationSchema { .string }

    public init?(decoding node: ConfigurationNode, using decoder: inout ConfigurationDecoder) {
        guard case .scalar(let value) = node.content,
            let text = value.isNull ? nil : node.sourceText ?? value.scalarText
        else {
            decoder.failType(node, expected: "text")
            return nil
        }
        self = text
    }

    public var configurationValue: JSONValue? { isEmpty ? nil : .string(self) }
}

extension Bool: ConfigurationValue {
    public static var schema: ConfigurationSchema { .boolean }

    public init?(decoding node: ConfigurationNode, using decoder: inout ConfigurationDecoder) {
        guard case .scalar(.bool(let value)) = node.content else {
            decoder.failType(node, expected: "true or false")
            return nil
        }
        self = value
    }

    public var configurationValue: JSONValue? { .bool(self) }
}

extension Int: ConfigurationValue {
    public static var schema: ConfigurationSchema { .integer(minimum: nil, maximum: nil) }

    public init?(decoding node: ConfigurationNode, using decoder: inout ConfigurationDecoder) {
        guard case .scalar(let value) = node.content, let number = value.intValue else {
            decoder.failType(node, expected: "a whole number")
            return nil
        }
        self = number
    }

    public var configurationValue: JSONValue? { .integer(Int64(self)) }
}

extension Double: ConfigurationValue {
    public static var schema: ConfigurationSchema { .number }

    public init?(decoding node: ConfigurationNode, using decoder: inout ConfigurationDecoder) {
        guard case .scalar(let value) = node.content, let number = value.doubleValue else {
            decoder.failType(node, expected: "a number")
            return nil
        }
        self = number
    }

    public var configurationValue: JSONValue? { .double(self) }
}

extension JSONValue: ConfigurationValue {
    public static var schema: ConfigurationSchema { .any }

    public init?(decoding node: ConfigurationNode, using decoder: inout ConfigurationDecoder) {
        self = node.json
    }

    public var configurationValue: JSONValue? { isNull ? nil : self }

    var scalarText: String? {
        switch self {
        case .string(let text): text
        case .integer, .double, .decimal, .bool: description
        default: nil
        }
    }
}

extension JSONObject: ConfigurationValue {
    public static var schema: ConfigurationSchema { .map(.any) }

    public init?(decoding node: ConfigurationNode, using decoder: inout ConfigurationDecoder) {
        guard node.entries != nil else {
            decoder.failType(node, expected: "a mapping")
            return nil
        }
        self = node.json.objectValue ?? JSONObject()
    }

    public var configurationValue: JSONValue? { isEmpty ? nil : .object(self) }
}

extension Optional: ConfigurationValue where Wrapped: ConfigurationValue {
    public static var schema: ConfigurationSchema { Wrapped.schema }

    public init?(decoding node: ConfigurationNode, using decoder: inout ConfigurationDecoder) {
        guard let value = Wrapped(decoding: node, using: &decoder) else { return nil }
        self = .some(value)
    }

    public var configurationValue: JSONValue? { self?.configurationValue }
}

extension Array: ConfigurationValue where Element: ConfigurationValue {
    public static var schema: ConfigurationSchema { .list(Element.schema) }

    public init?(decoding node: ConfigurationNode, using decoder: inout ConfigurationDecoder) {
        guard let elements = node.elements else {
            decoder.failType(node, expected: "a list")
            return nil
        }
        let values = elements.map { decoder.decode(Element.self, from: $0) }
        let usable = values.compactMap { $0 }
        guard usable.count == values.count else { return nil }
        self = usable
    }

    public var configurationValue: JSONValue? {
        isEmpty ? nil : .array(map { $0.configurationValue ?? .null })
    }
}

extension Dictionary: ConfigurationValue where Key == String, Value: ConfigurationValue {
    public static var schema: ConfigurationSchema { .map(Value.schema) }

    public init?(decoding node: ConfigurationNode, using decoder: inout ConfigurationDecoder) {
        guard let entries = node.entries else {
            decoder.failType(node, expected: "a mapping")
            return nil
        }
        self = [:]
        var isUsable = true
        for entry in entries {
            if let value = decoder.decode(Value.self, from: entry.value) {
                self[entry.key] = value
            } else {
                isUsable = false
            }
        }
        guard isUsable else { return nil }
    }

    public var configurationValue: JSONValue? {
        guard !isEmpty else { return nil }
        return .object(JSONObject(sorted { $0.key < $1.key }.map { ($0.key, $0.value.configurationValue ?? .null) }))
    }
}
