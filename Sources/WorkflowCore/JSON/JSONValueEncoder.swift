/// Encodes `Encodable` types into a ``JSONValue``.
struct JSONValueEncoder: Encoder {
    private let node: JSONEncodingNode
    let codingPath: [any CodingKey]
    var userInfo: [CodingUserInfoKey: Any] { [:] }

    init(node: JSONEncodingNode, codingPath: [any CodingKey]) {
        self.node = node
        self.codingPath = codingPath
    }

    /// Encodes one value.
    static func encode(_ value: some Encodable, codingPath: [any CodingKey]) throws -> JSONValue {
        switch value {
        case let json as JSONValue: return json
        case let flag as Bool: return .bool(flag)
        case let text as String: return .string(text)
        case let number as any FixedWidthInteger: return integer(number)
        case let number as Double: return try double(number, number, codingPath)
        case let number as Float: return try double(Double(number.description) ?? Double(number), number, codingPath)
        default: break
        }
        let node = JSONEncodingNode()
        try value.encode(to: JSONValueEncoder(node: node, codingPath: codingPath))
        guard let encoded = node.finished() else {
            throw EncodingError.invalidValue(
                value,
                .init(codingPath: codingPath, debugDescription: "\(type(of: value)) did not encode anything")
            )
        }
        return encoded
    }

    func container<Key: CodingKey>(keyedBy type: Key.Type) -> KeyedEncodingContainer<Key> {
        node.becomeObject()
        return KeyedEncodingContainer(Keyed(node: node, codingPath: codingPath))
    }

    func unkeyedContainer() -> any UnkeyedEncodingContainer {
        node.becomeArray()
        return Unkeyed(node: node, codingPath: codingPath)
    }

    func singleValueContainer() -> any SingleValueEncodingContainer { self }

    private static func integer(_ number: some FixedWidthInteger) -> JSONValue {
        Int64(exactly: number).map(JSONValue.integer) ?? .decimal(number.description)
    }

    private static func double(
        _ number: Double,
        _ original: some BinaryFloatingPoint,
        _ codingPath: [any CodingKey]
    ) throws -> JSONValue {
        guard number.isFinite else {
            let reason = "JSON has no number for \(original)"
            throw EncodingError.invalidValue(original, .init(codingPath: codingPath, debugDescription: reason))
        }
        return .double(number)
    }
}

extension JSONValueEncoder: SingleValueEncodingContainer {
    func encodeNil() throws { node.set(.null) }

    func encode<T: Encodable>(_ value: T) throws { node.set(try Self.encode(value, codingPath: codingPath)) }
}

extension JSONValueEncoder {
    /// The members of an object under construction.
    struct Keyed<Key: CodingKey>: KeyedEncodingContainerProtocol {
        let node: JSONEncodingNode
        let codingPath: [any CodingKey]

        mutating func encodeNil(forKey key: Key) throws { node.child(key.stringValue).set(.null) }

        mutating func encode<T: Encodable>(_ value: T, forKey key: Key) throws {
            node.child(key.stringValue).set(try JSONValueEncoder.encode(value, codingPath: codingPath + [key]))
        }

        mutating func nestedContainer<NestedKey: CodingKey>(
            keyedBy type: NestedKey.Type,
            forKey key: Key
        ) -> KeyedEncodingContainer<NestedKey> {
            encoder(for: key).container(keyedBy: type)
        }

        mutating func nestedUnkeyedContainer(forKey key: Key) -> any UnkeyedEncodingContainer {
            encoder(for: key).unkeyedContainer()
        }

        mutating func superEncoder() -> any Encoder { encoder(for: JSONCodingKey.super) }

        mutating func superEncoder(forKey key: Key) -> any Encoder { encoder(for: key) }

        private func encoder(for key: some CodingKey) -> JSONValueEncoder {
            JSONValueEncoder(node: node.child(key.stringValue), codingPath: codingPath + [key])
        }
    }

    /// The elements of an array under construction.
    struct Unkeyed: UnkeyedEncodingContainer {
        let node: JSONEncodingNode
        let codingPath: [any CodingKey]
        var count: Int { node.elementCount }

        mutating func encodeNil() throws { node.appendChild().set(.null) }

        mutating func encode<T: Encodable>(_ value: T) throws {
            let encoded = try JSONValueEncoder.encode(value, codingPath: elementPath)
            node.appendChild().set(encoded)
        }

        mutating func nestedContainer<NestedKey: CodingKey>(
            keyedBy type: NestedKey.Type
        ) -> KeyedEncodingContainer<NestedKey> {
            encoder().container(keyedBy: type)
        }

        mutating func nestedUnkeyedContainer() -> any UnkeyedEncodingContainer { encoder().unkeyedContainer() }

        mutating func superEncoder() -> any Encoder { encoder() }

        private var elementPath: [any CodingKey] { codingPath + [JSONCodingKey(intValue: count)] }

        private func encoder() -> JSONValueEncoder {
            let path = elementPath
            return JSONValueEncoder(node: node.appendChild(), codingPath: path)
        }
    }
}
