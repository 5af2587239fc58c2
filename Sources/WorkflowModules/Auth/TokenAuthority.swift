import Synchronization
import WorkflowCore

/// Says which tokens are valid: signed by us, not expired, not revoked. Remembers what it has verified.
final class TokenAuthority: Sendable {
    private struct Known: Sendable {
        let token: TokenCodec.Verified
        /// When to ask the store again whether the token was revoked, for others may have done that.
        let checkAgainAt: Timestamp
    }

    private struct State {
        var known: BoundedCache<TokenDigest, Known>
        /// Counts revocations, so that a token that is revoked while it is verified is not remembered.
        var revocations: UInt64 = 0
    }

    static let namespace = "auth.revoked"
    private static let recheckInterval = Duration.seconds(5)

    private let codec: TokenCodec
    private let store: any StateStore
    private let clock: any EngineClock
    private let state: Mutex<State>

    init(codec: TokenCodec, store: any StateStore, clock: any EngineClock, capacity: Int = 10_000) {
        self.codec = codec
        self.store = store
        self.clock = clock
        self.state = Mutex(State(known: BoundedCache(capacity: capacity)))
    }

    /// What a valid token says; `nil` for any other.
    ///
    /// - Throws: ``StoreError`` when it cannot be looked up whether the token was revoked.
    func verify(_ token: String) async throws -> TokenCodec.Verified? {
        let now = clock.now
        let digest = TokenDigest(token)
        let (known, revocations) = state.withLock { ($0.known[digest], $0.revocations) }
        if let known, known.token.expiresAt > now {
            if known.checkAgainAt > now { return known.token }
            return try await confirm(known.token, revocations, now)
        }
        guard let verified = await codec.verify(token, now: now) else { return nil }
        return try await confirm(verified, revocations, now)
    }

    /// Makes a token invalid, here and, through the store, for everybody else.
    ///
    /// - Throws: ``StoreError``; the token stays valid then.
    func revoke(_ token: TokenCodec.Verified) async throws {
        try await store.commit(
            StoreTransaction([
                .setValue(namespace: Self.namespace, key: token.digest.key, value: true, expiresAt: token.expiresAt)
            ]))
        state.withLock { state in
            state.revocations += 1
            state.known[token.digest] = nil
        }
    }

    private func confirm(
        _ token: TokenCodec.Verified, _ revocations: UInt64, _ now: Timestamp
    ) async throws -> TokenCodec.Verified? {
        let isRevoked = try await store.value(namespace: Self.namespace, key: token.digest.key, now: now) != nil
        state.withLock { state in
            if isRevoked {
                state.known[token.digest] = nil
            } else if state.revocations == revocations {
                state.known[token.digest] = Known(
                    token: token, checkAgainAt: now.advanced(by: Self.recheckInterval))
            }
        }
        return isRevoked ? nil : token
    }
}
