package import WorkflowCore

/// Revoked tokens in the state store, for all processes that share it.
package struct StoredRevocations: TokenRevocations {
    static let namespace = "auth.revoked"

    private let store: any StateStore
    private let clock: any EngineClock

    /// Creates revocations.
    ///
    /// - Parameters:
    ///   - store: Keeps them.
    ///   - clock: Tells when they are over.
    package init(store: any StateStore, clock: any EngineClock) {
        self.store = store
        self.clock = clock
    }

    package func revoke(_ key: String, until end: Timestamp) async throws {
        try await store.commit(
            StoreTransaction([.setValue(namespace: Self.namespace, key: key, value: true, expiresAt: end)]))
    }

    package func isRevoked(_ key: String) async throws -> Bool {
        try await store.value(namespace: Self.namespace, key: key, now: clock.now) != nil
    }
}
