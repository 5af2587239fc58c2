/// What a part of a configuration means, whatever it looks like in a file.
///
/// Places, comments and the order of keys mean nothing; the order of lists does. Variables of the environment count by
/// their values.
struct ConfigurationMeaning {
    /// The kind of a scalar and what stands in the file for it, so that `1.10` is not `1.1` where text is meant.
    struct Scalar: Equatable {
        let kind: UInt8
        let text: String

        init(_ value: JSONValue, sourceText: String?) {
            switch value {
            case .null: (kind, text) = (UInt8(ascii: "n"), "")
            case .bool: (kind, text) = (UInt8(ascii: "b"), sourceText ?? value.description)
            case .string(let string): (kind, text) = (UInt8(ascii: "s"), string)
            default: (kind, text) = (UInt8(ascii: "#"), sourceText ?? value.description)
            }
        }

        static func == (left: Scalar, right: Scalar) -> Bool {
            left.kind == right.kind && left.text.utf8.elementsEqual(right.text.utf8)
        }
    }

    /// The key under which state machines have their transitions.
    private static let transitions = "transitions"
    private static let automatic = "autoTransform"

    /// The keys of a mapping whose order counts: of several automatic transitions of a state machine, the first one
    /// that may be made is made.
    static func orderedKeys(of entries: [ConfigurationNode.Entry], under key: String) -> [String] {
        guard key == transitions else { return [] }
        let keys = entries.filter { entry in
            guard case .mapping(let members) = entry.value.content else { return false }
            return members.contains { $0.key == automatic && $0.value.content == .scalar(.bool(true)) }
        }.map(\.key)
        return keys.count > 1 ? keys : []
    }

    /// Whether two nodes mean the same.
    ///
    /// - Parameters:
    ///   - left: A node.
    ///   - right: Another one.
    ///   - schema: What values stand there; ``ConfigurationSchema/any`` when that is not known.
    ///   - key: The key that they stand under.
    static func isSame(
        _ left: ConfigurationNode, _ right: ConfigurationNode, _ schema: ConfigurationSchema, key: String = ""
    ) -> Bool {
        switch (left.content, right.content) {
        case (.scalar(let first), .scalar(let second)):
            return isSame((first, left.sourceText), (second, right.sourceText), schema)
        case (.sequence(let first), .sequence(let second)):
            guard first.count == second.count else { return false }
            let element = schema.element
            return zip(first, second).allSatisfy { isSame($0, $1, element) }
        case (.mapping(let first), .mapping(let second)):
            return isSame(first, second, schema, key)
        default:
            return false
        }
    }

    private static func isSame(
        _ left: (value: JSONValue, text: String?), _ right: (value: JSONValue, text: String?),
        _ schema: ConfigurationSchema
    ) -> Bool {
        switch schema {
        case .integer, .number, .boolean:
            return left.value == right.value
        case .string, .choice, .path, .reference:
            // Such keys take the text of numbers too.
            guard let first = left.text ?? left.value.scalarText, let second = right.text ?? right.value.scalarText
            else { return left.value == right.value }
            return first.utf8.elementsEqual(second.utf8)
        default:
            return Scalar(left.value, sourceText: left.text) == Scalar(right.value, sourceText: right.text)
        }
    }

    private static func isSame(
        _ left: [ConfigurationNode.Entry], _ right: [ConfigurationNode.Entry], _ schema: ConfigurationSchema,
        _ key: String
    ) -> Bool {
        if left.count == right.count, zip(left, right).allSatisfy({ $0.key.utf8.elementsEqual($1.key.utf8) }) {
            return zip(left, right).allSatisfy { isSame($0.value, $1.value, schema.child($0.key).schema, key: $0.key) }
        }
        let (first, second) = (KeyedEntries(left, schema), KeyedEntries(right, schema))
        guard first.count == second.count, orderedKeys(of: left, under: key) == orderedKeys(of: right, under: key)
        else { return false }
        return first.allSatisfy { entry in
            guard let other = second[entry.key] else { return false }
            return isSame(entry.value, other, entry.schema, key: entry.key)
        }
    }
}

extension ConfigurationNode {
    /// Whether both nodes mean the same: scalars by value and text after the variables of the environment have been
    /// put in, lists in order, mappings in any order. Where they stand does not matter.
    ///
    /// The order of transitions that a state machine makes by itself matters, since the first one that fits is made.
    ///
    /// - Parameters:
    ///   - other: The other node.
    ///   - schema: What values stand there; with it, an alias is the key that it stands for, and a number that is text
    ///     is the same as that text. `nil` compares what is written.
    public func hasSameMeaning(as other: ConfigurationNode, schema: ConfigurationSchema? = nil) -> Bool {
        ConfigurationMeaning.isSame(self, other, schema ?? .any)
    }
}
