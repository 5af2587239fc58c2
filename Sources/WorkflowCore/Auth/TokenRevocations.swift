/// Knows which tokens were made invalid before their end, for all processes that take the same tokens.
public protocol TokenRevocations: Sendable {
    /// Makes a token invalid. To do that again changes nothing.
    ///
    /// - Parameters:
    ///   - key: Stands for the token and tells nothing about it, such as a digest.
    ///   - end: When the token expires; afterwards the revocation may be forgotten.
    /// - Throws: ``StoreError`` when it is not certain that the token is invalid now.
    func revoke(_ key: String, until end: Timestamp) async throws

    /// Whether a token was made invalid.
    ///
    /// - Parameter key: What ``revoke(_:until:)`` was given for the token.
    /// - Throws: ``StoreError`` when that cannot be told now; soon, since a request waits. `CancellationError`.
    func isRevoked(_ key: String) async throws -> Bool
}

extension ServiceKind {
    /// Knows which tokens were made invalid: ``TokenRevocations``.
    public static let tokenRevocations = ServiceKind("token-revocation store")
}
