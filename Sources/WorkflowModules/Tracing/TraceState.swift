/// The header field `tracestate` (W3C Trace Context, section 3.3): passed on as it came, when it is well-formed.
enum TraceState {
    private static let longest = 4096
    private static let memberLimit = 32

    /// Returns a field as it is to be passed on; `nil` when it is malformed or too long.
    static func validated(_ text: String) -> String? {
        guard text.utf8.count <= longest else { return nil }
        var members = 0
        for part in text.utf8.split(separator: UInt8(ascii: ","), omittingEmptySubsequences: true) {
            let member = trimmed(part)
            if member.isEmpty { continue }
            members += 1
            guard members <= memberLimit, let sign = member.firstIndex(of: UInt8(ascii: "=")) else { return nil }
            guard isKey(member[..<sign]), isValue(member[member.index(after: sign)...]) else { return nil }
        }
        return members == 0 ? nil : text
    }

    private static func trimmed(_ text: Substring.UTF8View) -> Substring.UTF8View {
        func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 }
        var rest = text
        while let first = rest.first, isBlank(first) { rest.removeFirst() }
        while let last = rest.last, isBlank(last) { rest.removeLast() }
        return rest
    }

    private static func isKey(_ key: Substring.UTF8View) -> Bool {
        let parts = key.split(separator: UInt8(ascii: "@"), omittingEmptySubsequences: false)
        switch parts.count {
        case 1: return isName(parts[0], longest: 256)
        case 2: return isName(parts[0], longest: 241) && isName(parts[1], longest: 14)
        default: return false
        }
    }

    private static func isName(_ name: Substring.UTF8View, longest: Int) -> Bool {
        guard let first = name.first, isLetterOrDigit(first), name.count <= longest else { return false }
        return name.allSatisfy { isLetterOrDigit($0) || "_-*/".utf8.contains($0) }
    }

    private static func isLetterOrDigit(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte) || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
    }

    private static func isValue(_ value: Substring.UTF8View) -> Bool {
        guard value.count <= 256 else { return false }
        return value.allSatisfy { (0x20...0x7E).contains($0) && $0 != UInt8(ascii: "=") }
    }
}
