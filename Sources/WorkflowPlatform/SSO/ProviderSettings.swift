import WorkflowCore

/// What is said about a provider, by an operator or by a company, with what follows from its kind.
struct ProviderSettings: Sendable {
    let kind: ProviderKind
    let issuer: String
    let clientID: String
    let scopes: [String]

    init(kind: ProviderKind, issuer: String?, clientID: String, scopes: [String]?) {
        self.kind = kind
        self.issuer = issuer ?? kind.standardIssuer ?? ""
        self.clientID = clientID
        self.scopes = scopes ?? kind.standardScopes
    }

    /// What is wrong with it, and with which member.
    var problem: (member: String, detail: String)? {
        if issuer.isEmpty { return ("issuer", "This must be given for this type.") }
        if kind == .google, issuer != kind.standardIssuer {
            return ("issuer", "Google has one of its own; leave it out.")
        }
        if let detail = ProviderAddress.problem(issuer) { return ("issuer", detail) }
        if kind == .gitHub, issuer.hasSuffix("/") { return ("issuer", "This must not end with a slash.") }
        if clientID.isEmpty { return ("client_id", "This must be given.") }
        if scopes.contains(where: { !Self.isScope($0) }) {
            return ("scopes", "A scope has printable characters without spaces, quotes and backslashes.")
        }
        if kind != .gitHub, !scopes.contains("openid") { return ("scopes", "OpenID Connect needs the scope openid.") }
        return nil
    }

    /// RFC 6749, section 3.3.
    private static func isScope(_ text: String) -> Bool {
        !text.isEmpty && text.utf8.allSatisfy { (0x21...0x7E).contains($0) && $0 != 0x22 && $0 != 0x5C }
    }
}

/// The addresses of providers.
enum ProviderAddress {
    /// What is wrong with an address that secrets are sent to, as a sentence; `nil` when nothing is.
    ///
    /// It must be `https`; plain `http` does for this machine only.
    static func problem(_ text: String) -> String? {
        guard let parts = parts(text) else { return "This is not a URL such as https://login.example.com." }
        guard parts.scheme == "https" || ["localhost", "127.0.0.1", "[::1]"].contains(parts.host) else {
            return "This must be an https URL."
        }
        return nil
    }

    /// Takes a URL apart that has no user, query and fragment.
    private static func parts(_ text: String) -> (scheme: String, host: String)? {
        guard text.utf8.count <= 1000, text.utf8.allSatisfy({ (0x21...0x7E).contains($0) }),
            !text.contains(where: { "?#@\\\"<>".contains($0) }), let mark = text.firstRange(of: "://")
        else { return nil }
        let scheme = String(text[..<mark.lowerBound])
        let authority = text[mark.upperBound...].prefix { $0 != "/" }
        guard scheme == "https" || scheme == "http" else { return nil }
        let host = authority.hasPrefix("[") ? authority.prefix { $0 != "]" } + "]" : authority.prefix { $0 != ":" }
        guard !host.isEmpty, host != "[]" else { return nil }
        return (scheme, host.lowercased())
    }
}
