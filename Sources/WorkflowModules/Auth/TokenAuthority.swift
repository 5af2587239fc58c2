import Synchronization
import WorkflowCore

/// Says which tokens are valid: signed by us, not expired, not revoked. Remembers what it has verified.
final class TokenAuthority: Sendable {
    private struct Known: Sendable {
        let token: TokenCodec.Verified
        /// When to ask again whether the token was revoked, for others may have done that.
        let checkAgainAt: Timestamp
    }

    private struct State {
        var known: BoundedCache<TokenDigest, Known>
        /// Counts revocations, so that a token that is revoked while it is verified is not remembered.
        var revocationCount: UInt64 = 0
    }

    private static let recheckInterval = Duration.seconds(5)

    private let codec: TokenCodec
    private let revocations: any TokenRevocations
    private let clock: any EngineClock
    private let state: Mutex<State>

    init(
        codec: TokenCodec, revocations: any TokenRevocations, clock: any EngineClock, capacity: Int = 10_000
    ) {
        self.codec = codec
        self.revocations = revocations
        self.clock = clock
        self.state = Mutex(State(known: BoundedCache(capacity: capacity)))
    }

    /// What a valid token says; `nil` for any other.
    ///
    /// - Throws: ``StoreError`` when it cannot be looked up whether the token was revoked.
    func verify(_ token: String) async throws -> TokenCodec.Verified? {
        let now = clock.now
        let digest = TokenDigest(token)
        let (known, count) = state.withLock { ($0.known[digest], $0.revocationCount) }
        if let known, known.token.expiresAt > now {
            if known.checkAgainAt > now { return known.token }
            return try await confirm(known.token, count, now)
        }
        guard let verified = await codec.verify(token, now: now) else { return nil }
        return try await confirm(verified, count, now)
    }

    /// Makes a token invalid, here at once and for everybody else when they ask again.
    ///
    /// - Throws: ``StoreError``; the token stays valid here then.
    func revoke(_ token: TokenCodec.Verified) async throws {
        try await revocations.revoke(token.digest.key, until: token.expiresAt)
        state.withLock { state in
            state.revocationCount += 1
            state.known[token.digest] = nil
        }
    }

    private func confirm(
        _ token: TokenCodec.Verified, _ revocationCount: UInt64, _ now: Timestamp
    ) async throws -> TokenCodec.Verified? {
        let isRevoked = try await revocations.isRevoked(token.digest.key)
        state.withLock { state in
            if isRevoked {
                state.known[token.digest] = nil
            } else if state.revocationCount == revocationCount {
                state.known[token.digest] = Known(
                    token: token, checkAgainAt: now.advanced(by: Self.recheckInterval))
            }
        }
        return isRevoked ? nil : token
    }
}
