package import HTTPTypes

/// What requests must have in common to get the same answer.
package struct CacheKey: Sendable, Hashable {
    private static let longestKey = 8192
    private static let mostSegments = 32

    /// Everything that tells answers apart.
    package let text: ExactString
    /// The path, decoded and without a slash at its end.
    package let path: String

    /// Creates the key of a request.
    ///
    /// - Parameters:
    ///   - request: The request.
    ///   - vary: The header fields that tell answers apart.
    /// - Returns: `nil` for a request that is too long to be worth it.
    package init?(_ request: ServerRequest, vary: [HTTPField.Name]) {
        path = Self.normalized(request.path)
        // None of the parts but the user can hold a line end.
        var key = "\(request.path)\n\(Self.sorted(request.query ?? ""))\n\(request.authority ?? "")"
        for name in vary { key += "\n\(request.headers.value(of: name) ?? "")" }
        key += request.principal.map { "\n@\($0.id)\n\(Self.claims(of: $0))" } ?? "\n"
        text = ExactString(key)
        guard key.utf8.count <= Self.longestKey, path.split(separator: "/").count <= Self.mostSegments else {
            return nil
        }
    }

    /// What a token says besides who it is for and how long it is good.
    private static func claims(of principal: Principal) -> String {
        var claims = principal.claims
        for name in ["exp", "iat", "nbf", "jti"] { claims.removeValue(forKey: name) }
        return JSONValue.object(claims).jsonString()
    }

    /// The path as it is compared with those that writing requests name.
    package static func normalized(_ path: String) -> String {
        var path = path
        var decoded = path.withUTF8 { PercentEncoding.decode($0) }[...]
        while decoded.utf8.last == UInt8(ascii: "/") { decoded = decoded.dropLast() }
        return String(decoded)
    }

    /// The parameters by name; those of the same name keep their order.
    private static func sorted(_ query: String) -> String {
        guard query.utf8.contains(UInt8(ascii: "&")) else { return query }
        let parts = query.split(separator: "&").enumerated().map {
            (name: $1.prefix { $0 != "=" }, index: $0, text: $1)
        }
        return parts.sorted { ($0.name, $0.index) < ($1.name, $1.index) }.map(\.text).joined(separator: "&")
    }
}
