extension JSONValue {
    /// Decodes a typed value from this one.
    ///
    /// For configuration and management interfaces; data on its way through steps stays a ``JSONValue``.
    /// Dates and other types of Foundation decode as their own conformance does, without special forms.
    ///
    /// - Parameter type: The type to decode.
    /// - Returns: The decoded value.
    /// - Throws: `DecodingError` with the coding path, or what the type's own decoding throws.
    public func decode<T: Decodable>(as type: T.Type = T.self) throws -> T {
        try JSONValueDecoder(value: self, codingPath: []).decode(type)
    }

    /// Creates a value from a typed one.
    ///
    /// - Parameter value: The value to encode.
    /// - Throws: `EncodingError` with the coding path, or what the type's own encoding throws.
    public init(encoding value: some Encodable) throws {
        self = try JSONValueEncoder.encode(value, codingPath: [])
    }
}

extension JSONValue: Decodable {
    /// Decodes any value, from any decoder that can tell the JSON types apart.
    ///
    /// - Parameter decoder: The decoder to read from.
    /// - Throws: `DecodingError` if the decoder holds none of the JSON types.
    public init(from decoder: any Decoder) throws {
        if let decoder = decoder as? JSONValueDecoder {
            self = decoder.value
        } else if let scalar = try Self.scalar(from: decoder) {
            self = scalar
        } else if var container = try? decoder.unkeyedContainer() {
            var elements: [JSONValue] = []
            while !container.isAtEnd { elements.append(try container.decode(JSONValue.self)) }
            self = .array(elements)
        } else {
            let container = try decoder.container(keyedBy: JSONCodingKey.self)
            var object = JSONObject()
            for key in container.allKeys { object[key.stringValue] = try container.decode(JSONValue.self, forKey: key) }
            self = .object(object)
        }
    }

    private static func scalar(from decoder: any Decoder) throws -> JSONValue? {
        guard let container = try? decoder.singleValueContainer() else { return nil }
        if container.decodeNil() { return .null }
        if let flag = try? container.decode(Bool.self) { return .bool(flag) }
        if let number = try? container.decode(Int64.self) { return .integer(number) }
        if let number = try? container.decode(UInt64.self) { return .decimal(String(number)) }
        if let number = try? container.decode(Double.self) { return .double(number) }
        if let text = try? container.decode(String.self) { return .string(text) }
        return nil
    }
}

extension JSONValue: Encodable {
    /// Encodes the value into any encoder.
    ///
    /// - Parameter encoder: The encoder to write to.
    /// - Throws: `EncodingError` for a decimal that the encoder could only take rounded, or what the encoder throws.
    public func encode(to encoder: any Encoder) throws {
        switch self {
        case .array(let elements):
            var container = encoder.unkeyedContainer()
            for element in elements { try container.encode(element) }
        case .object(let object):
            var container = encoder.container(keyedBy: JSONCodingKey.self)
            for (key, value) in object { try container.encode(value, forKey: JSONCodingKey(stringValue: key)) }
        default:
            var container = encoder.singleValueContainer()
            try encodeScalar(into: &container)
        }
    }

    private func encodeScalar(into container: inout any SingleValueEncodingContainer) throws {
        switch self {
        case .bool(let flag): try container.encode(flag)
        case .integer(let number): try container.encode(number)
        case .double(let number): try container.encode(number)
        case .string(let text): try container.encode(text)
        case .decimal(let text):
            guard let number = UInt64(text) else {
                let reason = "a number of this size or precision cannot be encoded exactly"
                throw EncodingError.invalidValue(
                    self,
                    .init(codingPath: container.codingPath, debugDescription: reason)
                )
            }
            try container.encode(number)
        default: try container.encodeNil()
        }
    }
}

extension JSONObject: Codable {
    /// Decodes an object with any keys.
    ///
    /// - Parameter decoder: The decoder to read from.
    /// - Throws: `DecodingError` if the decoder does not hold an object.
    public init(from decoder: any Decoder) throws {
        guard case .object(let object) = try JSONValue(from: decoder) else {
            let context = DecodingError.Context(codingPath: decoder.codingPath, debugDescription: "expected an object")
            throw DecodingError.typeMismatch(JSONObject.self, context)
        }
        self = object
    }

    /// Encodes the object with its keys in order.
    ///
    /// - Parameter encoder: The encoder to write to.
    /// - Throws: What the encoder throws.
    public func encode(to encoder: any Encoder) throws {
        try JSONValue.object(self).encode(to: encoder)
    }
}
