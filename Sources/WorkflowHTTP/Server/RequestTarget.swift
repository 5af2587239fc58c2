import HTTPTypes

/// The target of a request, checked and taken apart (RFC 9112, section 3.2).
struct RequestTarget: Equatable {
    /// The path as sent; begins with `/`, or is `*`.
    var path: String
    /// The query as sent, without the `?`.
    var query: String?
    /// The authority of an absolute-form target.
    var authority: String?

    /// Checks a target.
    ///
    /// - Throws: ``RequestRefusal`` when the target is malformed, or of a form that `method` does not allow.
    init(_ text: String, method: HTTPRequest.Method) throws(RequestRefusal) {
        guard method != .connect else {
            throw RequestRefusal(.notImplemented, "The method CONNECT is not supported.")
        }
        switch text.utf8.first {
        case UInt8(ascii: "/"):
            (path, query) = try Self.originForm(text)
        case UInt8(ascii: "*") where text.utf8.count == 1 && method == .options:
            (path, query) = ("*", nil)
        default:
            (authority, path, query) = try Self.absoluteForm(text)
        }
    }

    private static func malformed(_ reason: String) -> RequestRefusal { RequestRefusal(.badRequest, reason) }

    private static func originForm(_ text: String) throws(RequestRefusal) -> (path: String, query: String?) {
        var mark: Int?
        var hasEscape = false
        var hasDot = false
        var isMalformed = false
        var text = text
        let count = text.withUTF8 { bytes in
            for (index, byte) in bytes.enumerated() {
                switch byte {
                case UInt8(ascii: "?"): if mark == nil { mark = index }
                case UInt8(ascii: "%"): hasEscape = true
                case UInt8(ascii: "."):
                    if mark == nil && bytes[max(0, index - 1)] == UInt8(ascii: "/") { hasDot = true }
                case 0...0x20, 0x7F, UInt8(ascii: "#"): isMalformed = true
                default: break
                }
            }
            return bytes.count
        }
        guard !isMalformed else { throw malformed("The request target holds a character that is not allowed.") }
        if hasEscape {
            guard hasValidEscapes(text.utf8) else {
                throw malformed("The request target holds an invalid percent-encoding or an encoded NUL.")
            }
        }
        let path: String
        let query: String?
        if let mark {
            let end = text.utf8.index(text.startIndex, offsetBy: mark)
            path = String(text[..<end])
            query = mark + 1 < count ? String(text[text.utf8.index(after: end)...]) : ""
        } else {
            path = text
            query = nil
        }
        if hasDot || hasEscape {
            guard !hasDotSegment(path.utf8) else { throw malformed("The path holds the segment '.' or '..'.") }
        }
        return (path, query)
    }

    private static func absoluteForm(
        _ text: String
    ) throws(RequestRefusal) -> (authority: String, path: String, query: String?) {
        let lowercased = text.prefix(8).lowercased()
        let schemeLength = lowercased.hasPrefix("http://") ? 7 : lowercased == "https://" ? 8 : 0
        guard schemeLength > 0 else { throw malformed("The request target is neither a path nor a URL.") }
        let rest = text.dropFirst(schemeLength)
        let end = rest.firstIndex { $0 == "/" || $0 == "?" || $0 == "#" } ?? rest.endIndex
        let authority = String(rest[..<end])
        guard !authority.isEmpty, isValidAuthority(authority.utf8) else {
            throw malformed("The URL of the request has no valid host.")
        }
        var remainder = String(rest[end...])
        if !remainder.hasPrefix("/") { remainder = "/" + remainder }
        let (path, query) = try originForm(remainder)
        return (authority, path, query)
    }

    /// Whether every `%` begins a valid escape, and none stands for NUL.
    static func hasValidEscapes(_ bytes: some Collection<UInt8>) -> Bool {
        var iterator = bytes.makeIterator()
        while let byte = iterator.next() {
            guard byte == UInt8(ascii: "%") else { continue }
            guard let high = iterator.next().flatMap(hexValue), let low = iterator.next().flatMap(hexValue),
                high | low != 0
            else { return false }
        }
        return true
    }

    private static func hasDotSegment(_ path: some Collection<UInt8>) -> Bool {
        path.split(separator: UInt8(ascii: "/")).contains { segment in
            guard segment.count <= 6, let decoded = decodedSegment(segment) else { return false }
            return decoded == "." || decoded == ".."
        }
    }

    /// The text of a percent-encoded path segment.
    ///
    /// - Returns: `nil` when an escape is invalid or stands for NUL, or the bytes are not UTF-8 text.
    static func decodedSegment(_ bytes: some Collection<UInt8>) -> String? {
        var decoded: [UInt8] = []
        decoded.reserveCapacity(bytes.count)
        var iterator = bytes.makeIterator()
        while let byte = iterator.next() {
            guard byte == UInt8(ascii: "%") else {
                guard byte > 0x20, byte != 0x7F else { return nil }
                decoded.append(byte)
                continue
            }
            guard let high = iterator.next().flatMap(hexValue), let low = iterator.next().flatMap(hexValue),
                high | low != 0
            else { return nil }
            decoded.append(high << 4 | low)
        }
        return String(validating: decoded, as: UTF8.self)
    }

    private static func hexValue(_ byte: UInt8) -> UInt8? {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - UInt8(ascii: "A") + 10
        default: nil
        }
    }

    /// Whether the value of `Host` or `:authority` holds only characters that RFC 3986 allows in a host and port.
    static func isValidAuthority(_ bytes: some Collection<UInt8>) -> Bool {
        bytes.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"):
                true
            case UInt8(ascii: "."), UInt8(ascii: "-"), UInt8(ascii: ":"), UInt8(ascii: "["), UInt8(ascii: "]"),
                UInt8(ascii: "_"), UInt8(ascii: "~"), UInt8(ascii: "%"), UInt8(ascii: "!"), UInt8(ascii: "$"),
                UInt8(ascii: "&"), UInt8(ascii: "'"), UInt8(ascii: "("), UInt8(ascii: ")"), UInt8(ascii: "*"),
                UInt8(ascii: "+"), UInt8(ascii: ";"), UInt8(ascii: "="):
                true
            default: false
            }
        }
    }
}
