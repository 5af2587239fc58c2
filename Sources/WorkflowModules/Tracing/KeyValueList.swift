import WorkflowCore

/// Names with texts: a mapping, or one text such as `name=value,other=value` whose values may be percent-encoded, which
/// is what the standard variables of OpenTelemetry hold.
struct KeyValueList: ConfigurationValue, Hashable, CustomStringConvertible {
    /// The texts by their names.
    private(set) var values: [String: String] = [:]

    /// Creates an empty list.
    init() {}

    static var schema: ConfigurationSchema { .any }

    init?(decoding node: ConfigurationNode, using decoder: inout ConfigurationDecoder) {
        if node.isNull { return }
        guard let text = node.text else {
            guard let values = decoder.decode([String: String].self, from: node) else { return nil }
            self.values = values
            return
        }
        for part in text.split(separator: ",") {
            let pair = part.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            let name = Self.trimmed(pair[0])
            guard pair.count == 2, !name.isEmpty, let value = Self.decoded(Self.trimmed(pair[1])) else {
                // The text may be a secret.
                decoder.failType(node, expected: "a mapping, or a text such as name=value,other=value")
                return nil
            }
            values[name] = value
        }
    }

    var configurationValue: JSONValue? { values.configurationValue }

    /// The names; the texts may be secrets.
    var description: String { values.keys.sorted().joined(separator: ", ") }

    private static func trimmed(_ text: Substring) -> String {
        var rest = text
        while let first = rest.first, first == " " || first == "\t" { rest.removeFirst() }
        while let last = rest.last, last == " " || last == "\t" { rest.removeLast() }
        return String(rest)
    }

    private static func decoded(_ text: String) -> String? {
        guard text.utf8.contains(UInt8(ascii: "%")) else { return text }
        var bytes: [UInt8] = []
        var rest = Array(text.utf8)[...]
        while let byte = rest.popFirst() {
            guard byte == UInt8(ascii: "%") else {
                bytes.append(byte)
                continue
            }
            let digits = String(decoding: rest.prefix(2), as: UTF8.self)
            guard digits.utf8.count == 2, digits.first != "+", let value = UInt8(digits, radix: 16) else { return nil }
            bytes.append(value)
            rest = rest.dropFirst(2)
        }
        return String(validating: bytes, as: UTF8.self)
    }
}
