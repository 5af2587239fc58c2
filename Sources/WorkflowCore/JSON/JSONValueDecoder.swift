/// Decodes `Decodable` types from a ``JSONValue``.
struct JSONValueDecoder: Decoder {
    let value: JSONValue
    let codingPath: [any CodingKey]
    var userInfo: [CodingUserInfoKey: Any] { [:] }

    func container<Key: CodingKey>(keyedBy type: Key.Type) throws -> KeyedDecodingContainer<Key> {
        guard case .object(let object) = value else { throw mismatch(JSONObject.self, expected: "object") }
        return KeyedDecodingContainer(Keyed(object: object, codingPath: codingPath))
    }

    func unkeyedContainer() throws -> any UnkeyedDecodingContainer {
        guard case .array(let elements) = value else { throw mismatch([JSONValue].self, expected: "array") }
        return Unkeyed(elements: elements, codingPath: codingPath)
    }

    func singleValueContainer() throws -> any SingleValueDecodingContainer { self }

    private func scalar<T>(_ type: T.Type) throws -> Any? {
        switch type {
        case is JSONValue.Type:
            return value
        case is Bool.Type:
            return try value.boolValue ?? { throw mismatch(type, expected: "boolean") }()
        case is String.Type:
            return try value.stringValue ?? { throw mismatch(type, expected: "string") }()
        case is Double.Type:
            return try value.doubleValue ?? { throw mismatch(type, expected: "number") }()
        case is Float.Type:
            return try value.doubleValue.map { Float($0) } ?? { throw mismatch(type, expected: "number") }()
        default:
            guard let integerType = type as? any FixedWidthInteger.Type else { return nil }
            return try integer(integerType)
        }
    }

    private func integer<T: FixedWidthInteger>(_ type: T.Type) throws -> T {
        let number: T?
        switch value {
        case .integer(let integer): number = T(exactly: integer)
        case .double(let double): number = T(exactly: double)
        case .decimal(let text): number = T(text)
        default: throw mismatch(type, expected: "number")
        }
        guard let number else {
            throw DecodingError.dataCorrupted(context("the number does not fit \(type)"))
        }
        return number
    }

    private func mismatch(_ type: any Any.Type, expected: String) -> DecodingError {
        let context = context("expected \(expected), found \(value.typeName)")
        return value.isNull ? .valueNotFound(type, context) : .typeMismatch(type, context)
    }

    private func context(_ description: String) -> DecodingError.Context {
        DecodingError.Context(codingPath: codingPath, debugDescription: description)
    }
}

extension JSONValueDecoder: SingleValueDecodingContainer {
    func decodeNil() -> Bool { value.isNull }

    func decode<T: Decodable>(_ type: T.Type) throws -> T {
        guard let scalar = try scalar(type) else { return try T(from: self) }
        guard let typed = scalar as? T else { throw mismatch(type, expected: "\(type)") }
        return typed
    }
}

extension JSONValueDecoder {
    /// The members of an object.
    struct Keyed<Key: CodingKey>: KeyedDecodingContainerProtocol {
        let object: JSONObject
        let codingPath: [any CodingKey]

        var allKeys: [Key] { object.keys.compactMap(Key.init(stringValue:)) }

        func contains(_ key: Key) -> Bool { object.contains(key.stringValue) }

        func decodeNil(forKey key: Key) throws -> Bool { try decoder(for: key).value.isNull }

        func decode<T: Decodable>(_ type: T.Type, forKey key: Key) throws -> T {
            try decoder(for: key).decode(type)
        }

        func nestedContainer<NestedKey: CodingKey>(
            keyedBy type: NestedKey.Type,
            forKey key: Key
        ) throws -> KeyedDecodingContainer<NestedKey> {
            try decoder(for: key).container(keyedBy: type)
        }

        func nestedUnkeyedContainer(forKey key: Key) throws -> any UnkeyedDecodingContainer {
            try decoder(for: key).unkeyedContainer()
        }

        func superDecoder() throws -> any Decoder { try decoder(for: JSONCodingKey.super) }

        func superDecoder(forKey key: Key) throws -> any Decoder { try decoder(for: key) }

        private func decoder(for key: some CodingKey) throws -> JSONValueDecoder {
            guard let value = object[key.stringValue] else {
                let reason = "no value for key \"\(key.stringValue)\""
                throw DecodingError.keyNotFound(key, .init(codingPath: codingPath, debugDescription: reason))
            }
            return JSONValueDecoder(value: value, codingPath: codingPath + [key])
        }
    }

    /// The elements of an array.
    struct Unkeyed: UnkeyedDecodingContainer {
        let elements: [JSONValue]
        let codingPath: [any CodingKey]
        private(set) var currentIndex = 0

        init(elements: [JSONValue], codingPath: [any CodingKey]) {
            self.elements = elements
            self.codingPath = codingPath
        }

        var count: Int? { elements.count }
        var isAtEnd: Bool { currentIndex >= elements.count }

        mutating func decodeNil() throws -> Bool {
            guard try decoder().value.isNull else { return false }
            currentIndex += 1
            return true
        }

        mutating func decode<T: Decodable>(_ type: T.Type) throws -> T {
            let decoded = try decoder().decode(type)
            currentIndex += 1
            return decoded
        }

        mutating func nestedContainer<NestedKey: CodingKey>(
            keyedBy type: NestedKey.Type
        ) throws -> KeyedDecodingContainer<NestedKey> {
            let container = try decoder().container(keyedBy: type)
            currentIndex += 1
            return container
        }

        mutating func nestedUnkeyedContainer() throws -> any UnkeyedDecodingContainer {
            let container = try decoder().unkeyedContainer()
            currentIndex += 1
            return container
        }

        mutating func superDecoder() throws -> any Decoder {
            let decoder = try decoder()
            currentIndex += 1
            return decoder
        }

        private func decoder() throws -> JSONValueDecoder {
            let path = codingPath + [JSONCodingKey(intValue: currentIndex)]
            guard !isAtEnd else {
                let context = DecodingError.Context(codingPath: path, debugDescription: "no more elements")
                throw DecodingError.valueNotFound(JSONValue.self, context)
            }
            return JSONValueDecoder(value: elements[currentIndex], codingPath: path)
        }
    }
}
