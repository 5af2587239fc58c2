/// Tells who makes a request from the credentials it carries.
public protocol Authenticator: Sendable {
    /// Checks a bearer token.
    ///
    /// - Parameter token: The token without the scheme.
    /// - Returns: Who it belongs to, or `nil` when it is not valid, expired or revoked.
    /// - Throws: ``StoreError`` when it cannot be looked up now whether the token was revoked.
    func authenticate(bearer token: String) async throws -> Principal?
}
