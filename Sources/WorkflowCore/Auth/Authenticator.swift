/// Tells who makes a request from the credentials it carries.
public protocol Authenticator: Sendable {
    /// Checks a bearer token.
    ///
    /// - Parameter token: The token without the scheme.
    /// - Returns: Who it belongs to, or `nil` when it is not valid, expired or revoked.
    func authenticate(bearer token: String) async -> Principal?
}
