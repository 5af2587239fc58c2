import WorkflowCore

/// Writes a JSON value as YAML that every YAML parser reads back as the same value.
enum YAMLWriter {
    /// The text, with a line end.
    static func text(_ value: JSONValue) -> String {
        var lines: [String] = []
        write(value, indent: 0, first: "", to: &lines)
        return lines.joined(separator: "\n") + "\n"
    }

    /// Writes a value; its first line begins with `first`, which stands where the value begins.
    private static func write(_ value: JSONValue, indent: Int, first: String, to lines: inout [String]) {
        let margin = String(repeating: " ", count: indent)
        var lead = first
        switch value {
        case .object(let object) where !object.isEmpty:
            for (key, member) in object {
                writeMember("\(lead.isEmpty ? margin : lead)\(scalar(key)):", member, indent: indent, to: &lines)
                lead = ""
            }
        case .array(let elements) where !elements.isEmpty:
            for element in elements {
                let dash = "\(lead.isEmpty ? margin : lead)- "
                write(element, indent: indent + 2, first: dash, to: &lines)
                lead = ""
            }
        default:
            lines.append((first.isEmpty ? margin : first) + plain(value))
        }
    }

    private static func writeMember(_ head: String, _ value: JSONValue, indent: Int, to lines: inout [String]) {
        let isNested = value.objectValue.map { !$0.isEmpty } ?? value.arrayValue.map { !$0.isEmpty } ?? false
        guard isNested else {
            lines.append("\(head) \(plain(value))")
            return
        }
        lines.append(head)
        write(value, indent: indent + 2, first: "", to: &lines)
    }

    private static func plain(_ value: JSONValue) -> String {
        value.stringValue.map(scalar) ?? value.jsonString()
    }

    /// Text as it is when nothing else could be read from it, otherwise as JSON writes it, which is YAML.
    private static func scalar(_ text: String) -> String {
        let isPlain =
            text.utf8.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                    UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "."), UInt8(ascii: "-"),
                    UInt8(ascii: "/"), UInt8(ascii: " "):
                    true
                default: false
                }
            } && text.utf8.first.map { isLetter($0) || $0 == UInt8(ascii: "/") } == true
            && text.utf8.last != UInt8(ascii: " ")
        let words: Set = ["true", "false", "null", "yes", "no", "on", "off", "y", "n"]
        return isPlain && !words.contains(text.lowercased()) ? text : quoted(text)
    }

    /// Text as JSON writes it, also without the characters that JSON allows and YAML does not.
    private static func quoted(_ text: String) -> String {
        JSONValue.string(text).jsonString().unicodeScalars.map { scalar in
            switch scalar.value {
            case 0x7F...0x9F, 0x2028, 0x2029, 0xFEFF, 0xFFFE, 0xFFFF:
                let digits = String(scalar.value, radix: 16)
                return "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            default: return String(scalar)
            }
        }.joined()
    }

    private static func isLetter(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20)
    }
}
