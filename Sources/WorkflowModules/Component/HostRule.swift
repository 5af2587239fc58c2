/// A host, or a family of hosts, that may be asked.
struct HostRule: Sendable, Hashable {
    private let host: String
    private let includesSubdomains: Bool
    private let port: Int?

    /// Reads a rule: `api.example.com`, `localhost:8081`, `*.example.com`, `[::1]:8080`.
    init?(_ text: String) {
        var rest = Substring(text.lowercased())
        includesSubdomains = rest.hasPrefix("*.")
        if includesSubdomains { rest = rest.dropFirst(2) }
        if rest.hasPrefix("[") {
            guard let end = rest.firstIndex(of: "]") else { return nil }
            host = String(rest[rest.index(after: rest.startIndex)..<end])
            rest = rest[rest.index(after: end)...]
        } else {
            let end = rest.firstIndex(of: ":") ?? rest.endIndex
            host = String(rest[..<end])
            rest = rest[end...]
        }
        if rest.isEmpty {
            port = nil
        } else {
            guard rest.first == ":", let number = UInt16(rest.dropFirst()), number > 0 else { return nil }
            port = Int(number)
        }
        let allowed = host.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"),
                UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: ":"):
                true
            default: false
            }
        }
        guard !host.isEmpty, allowed else { return nil }
    }

    /// What is wrong with the text of a rule, or `nil`.
    static func problem(_ text: String) -> String? {
        guard HostRule(text) == nil else { return nil }
        return
            "\"\(text)\" is not a host: write api.example.com, localhost:8081 or *.example.com, without scheme and path"
    }

    /// Whether the rule allows a place.
    func allows(_ place: FetchPlace) -> Bool {
        guard place.port == (port ?? place.standardPort) else { return false }
        return includesSubdomains ? place.host.hasSuffix("." + host) : place.host == host
    }
}
