package import WorkflowCore

extension JWTAuthentication {
    /// Adds a user.
    ///
    /// - Parameters:
    ///   - email: The address, which ``EmailAddress/normalized(_:)`` has accepted.
    ///   - name: The name to show.
    ///   - password: What the user logs in with; `nil` for one that cannot log in.
    ///   - id: The identifier; `nil` for a new one.
    /// - Returns: The user as it is stored.
    /// - Throws: ``StoreError`` `.conflict` when there is one of this address or identifier; ``BoundedWorkers/Busy``.
    package func addUser(
        email: String, name: String, password: String?, id: String? = nil
    ) async throws -> UserRecord {
        let hash = if let password { try await passwords.hash(password) } else { "" }
        let user = UserRecord(
            id: id ?? context.environment.identifiers.next(), email: email, name: name, passwordHash: hash,
            createdAt: context.clock.now)
        try await context.store.commit(StoreTransaction([.createUser(user)]))
        return user
    }

    /// The user of an address; `nil` when nobody has it.
    ///
    /// - Throws: ``StoreError``.
    package func user(email: String) async throws -> UserRecord? {
        guard let email = EmailAddress.normalized(email) else { return nil }
        return try await context.store.user(email: email)
    }

    /// A new token of a user, as a login gives it.
    ///
    /// - Parameter user: The user.
    /// - Throws: An error when it cannot be signed.
    package func token(for user: UserRecord) async throws -> String {
        let now = context.clock.now
        return try await codec.sign(
            subject: user.id, email: user.email, name: user.name, id: context.environment.identifiers.next(),
            issuedAt: now, expiresAt: now.advanced(by: configuration.tokenExpiry))
    }
}
