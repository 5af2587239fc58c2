/// A format of texts that can be checked.
enum StringFormat: String, Sendable, Hashable, CaseIterable {
    case dateTime = "date-time"
    case date, time, duration, email, hostname, ipv4, ipv6, uri, uuid, regex
    case uriReference = "uri-reference"
    case jsonPointer = "json-pointer"
    case relativeJSONPointer = "relative-json-pointer"

    /// What a text of the format is, for messages.
    var summary: String {
        switch self {
        case .dateTime: "a date and time such as 2026-11-23T09:00:00Z"
        case .date: "a date such as 2026-11-23"
        case .time: "a time such as 09:00:00Z"
        case .duration: "a time span such as P1DT12H"
        case .email: "an e-mail address"
        case .hostname: "a host name"
        case .ipv4: "an IPv4 address"
        case .ipv6: "an IPv6 address"
        case .uri: "a URI"
        case .uriReference: "a URI or relative reference"
        case .uuid: "a UUID"
        case .regex: "a regular expression"
        case .jsonPointer: "a JSON Pointer"
        case .relativeJSONPointer: "a relative JSON Pointer"
        }
    }

    /// Whether a text has the format.
    func matches(_ text: String) -> Bool {
        if self == .regex {
            do {
                _ = try TextPattern(text)
                return true
            } catch {
                return false
            }
        }
        var text = text
        return text.withUTF8 { bytes in
            var scanner = FormatScanner(Slice(base: bytes, bounds: bytes.indices))
            return scanner.reads(self) && scanner.isAtEnd
        }
    }
}

extension FormatScanner {
    /// Reads a text of a format; what is left over does not belong to it.
    fileprivate mutating func reads(_ format: StringFormat) -> Bool {
        switch format {
        case .dateTime: date() && (skip("T") || skip("t")) && time()
        case .date: date()
        case .time: time()
        case .duration: duration()
        case .email: email()
        case .hostname: hostname()
        case .ipv4: ipv4()
        case .ipv6: ipv6()
        case .uri: uri(mayBeRelative: false)
        case .uriReference: uri(mayBeRelative: true)
        case .uuid: uuid()
        case .jsonPointer: jsonPointer()
        case .relativeJSONPointer: relativeJSONPointer()
        case .regex: false
        }
    }
}
