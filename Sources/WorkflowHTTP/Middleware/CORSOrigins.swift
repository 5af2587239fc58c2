/// The origins that a CORS policy allows.
struct CORSOrigins: Sendable {
    /// Why a pattern is not usable.
    struct Problem: Error {
        let message: String
    }

    private struct Wildcard: Sendable {
        /// `https://`, or empty for `http://` and `https://`.
        let scheme: String
        /// `.example.com`, with the port when there is one.
        let suffix: String
    }

    /// Whether every origin is allowed.
    private(set) var allowsAll = false
    private var exact: Set<String> = []
    private var wildcards: [Wildcard] = []

    /// Parses patterns: `*`, `https://app.example.com`, `https://*.example.com`, `*.example.com`, `null`.
    init(_ patterns: [String]) throws(Problem) {
        for pattern in patterns {
            if let problem = Self.problem(with: pattern) { throw Problem(message: problem) }
            let text = pattern.lowercased()
            if text == "*" {
                allowsAll = true
            } else if let star = text.firstIndex(of: "*") {
                let scheme = String(text[..<star])
                wildcards.append(Wildcard(scheme: scheme, suffix: String(text[text.index(after: star)...])))
            } else {
                exact.insert(text)
            }
        }
    }

    /// What is wrong with a pattern, or `nil`.
    static func problem(with pattern: String) -> String? {
        let text = pattern.lowercased()
        if text == "*" || text == "null" { return nil }
        var host = Substring(text)
        if let scheme = ["http://", "https://"].first(where: text.hasPrefix) {
            host = text.dropFirst(scheme.count)
        } else if text.contains("://") {
            // Schemes of other clients, such as `capacitor://localhost`.
            host = text.drop { $0 != ":" }.dropFirst(3)
        } else if !text.hasPrefix("*.") {
            return "\"\(pattern)\" is not an origin; write it as browsers send it, such as https://app.example.com"
        }
        if host.contains("/") { return "\"\(pattern)\" has a path; an origin is only a scheme, a host and a port" }
        let rest = host.hasPrefix("*.") ? host.dropFirst(2) : host
        if rest.isEmpty || rest.contains("*") || rest.contains(" ") {
            return "\"\(pattern)\" is not an origin; a wildcard stands for a subdomain, such as https://*.example.com"
        }
        return nil
    }

    /// Whether a page of this origin may read the answers.
    func allows(_ origin: String) -> Bool {
        if allowsAll || exact.contains(origin) { return true }
        guard !wildcards.isEmpty || origin.utf8.contains(where: { (0x41...0x5A).contains($0) }) else { return false }
        let origin = origin.lowercased()
        return exact.contains(origin) || wildcards.contains { Self.matches(origin, $0) }
    }

    private static func matches(_ origin: String, _ wildcard: Wildcard) -> Bool {
        guard origin.hasSuffix(wildcard.suffix) else { return false }
        let schemes = wildcard.scheme.isEmpty ? ["https://", "http://"] : [wildcard.scheme]
        guard let scheme = schemes.first(where: origin.hasPrefix) else { return false }
        guard origin.utf8.count > scheme.utf8.count + wildcard.suffix.utf8.count else { return false }
        let subdomain = origin.dropFirst(scheme.count).dropLast(wildcard.suffix.count)
        return subdomain.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"),
                UInt8(ascii: "_"), UInt8(ascii: "."):
                true
            default: false
            }
        }
    }
}
