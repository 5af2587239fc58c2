#if NATS
/// Where a NATS server is and how to sign in there.
struct NATSSettings: Sendable, Hashable {
    /// Certificates of a connection.
    struct TLS: Sendable, Hashable {
        /// Whose certificates are trusted, a PEM file; `nil` for those that the system trusts.
        var authority: String?
        /// The certificate of this client, a PEM file.
        var certificate: String?
        /// Its key, a PEM file.
        var key: String?
        /// Whether the certificate of the server is not checked.
        var isUnchecked = false
    }

    /// The addresses; they are tried in a random order.
    var urls: [String]
    /// What the server calls this client.
    var clientName: String
    var user = ""
    var password = ""
    var token = ""
    /// A file with a JWT and a key.
    var credentialsFile: String?
    /// `nil` for what the addresses say.
    var tls: TLS?
    /// How long connecting to one address may take.
    var connectTimeout: Duration = .seconds(2)

    /// The addresses without what stands before `@`, for people.
    var place: String {
        urls.map(Self.withoutUser).joined(separator: ", ")
    }

    /// An address without user and password.
    static func withoutUser(_ url: String) -> String {
        let scheme = url.firstRange(of: "://")
        let rest = scheme.map { url[$0.upperBound...] } ?? url[...]
        guard let sign = rest.lastIndex(of: "@") else { return url }
        return (scheme.map { String(url[..<$0.upperBound]) } ?? "") + rest[rest.index(after: sign)...]
    }
}
#endif
