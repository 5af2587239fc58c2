/// JSON Pointers (RFC 6901) as text.
enum JSONPointer {
    /// The pointer to what lies under a key.
    static func append(_ key: String, to pointer: String) -> String {
        "\(pointer)/\(escape(key))"
    }

    static func escape(_ key: String) -> String {
        guard key.utf8.contains(where: { $0 == UInt8(ascii: "~") || $0 == UInt8(ascii: "/") }) else { return key }
        return key.replacing("~", with: "~0").replacing("/", with: "~1")
    }

    /// The keys that a pointer names one after the other; `nil` when it is malformed.
    static func tokens(of pointer: some StringProtocol) -> [String]? {
        guard !pointer.isEmpty else { return [] }
        guard pointer.utf8.first == UInt8(ascii: "/") else { return nil }
        var tokens: [String] = []
        for part in pointer.split(separator: "/", omittingEmptySubsequences: false).dropFirst() {
            guard let token = unescape(part) else { return nil }
            tokens.append(token)
        }
        return tokens
    }

    private static func unescape(_ part: some StringProtocol) -> String? {
        guard part.utf8.contains(UInt8(ascii: "~")) else { return String(part) }
        var isEscape = false
        for byte in part.utf8 {
            if isEscape, byte != UInt8(ascii: "0"), byte != UInt8(ascii: "1") { return nil }
            isEscape = byte == UInt8(ascii: "~")
        }
        return isEscape ? nil : String(part).replacing("~1", with: "/").replacing("~0", with: "~")
    }
}
