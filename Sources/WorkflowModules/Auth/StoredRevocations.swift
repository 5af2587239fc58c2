import WorkflowCore

/// Revoked tokens in the state store, for all processes that share it.
struct StoredRevocations: TokenRevocations {
    static let namespace = "auth.revoked"

    private let store: any StateStore
    private let clock: any EngineClock

    init(store: any StateStore, clock: any EngineClock) {
        self.store = store
        self.clock = clock
    }

    func revoke(_ key: String, until end: Timestamp) async throws {
        try await store.commit(
            StoreTransaction([.setValue(namespace: Self.namespace, key: key, value: true, expiresAt: end)]))
    }

    func isRevoked(_ key: String) async throws -> Bool {
        try await store.value(namespace: Self.namespace, key: key, now: clock.now) != nil
    }
}
