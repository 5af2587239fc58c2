import Synchronization
import WorkflowCore

/// Remembers for a while what providers publish about themselves.
final class ProviderDirectory: Sendable {
    private static let lifetime = Duration.seconds(3600)
    /// How long it is remembered that there was nothing to be had.
    private static let failureLifetime = Duration.seconds(10)
    /// How long keys are kept at least, whatever keys tokens name.
    private static let keyRefreshInterval = Duration.seconds(60)
    /// Companies name providers as they like.
    private static let most = 1000

    /// A provider of a company never sees what was read for another company or for the platform.
    private struct Key: Hashable {
        let company: ID<Company>?
        let issuer: String
    }

    private struct Entry {
        let metadata: Result<ProviderMetadata, SignOnFailure>
        let readAt: Timestamp
        var keys: (set: SigningKeys, readAt: Timestamp)?
    }

    private let requests: ProviderRequests
    private let clock: any EngineClock
    private let entries = Mutex<[Key: Entry]>([:])

    init(requests: ProviderRequests, clock: any EngineClock) {
        self.requests = requests
        self.clock = clock
    }

    /// The addresses of a provider.
    ///
    /// - Throws: ``SignOnFailure``.
    func metadata(of provider: SignOnProvider) async throws -> ProviderMetadata {
        let (key, now) = (Key(company: provider.company, issuer: provider.issuer), clock.now)
        if let entry = entries.withLock({ $0[key] }) {
            let lifetime = if case .success = entry.metadata { Self.lifetime } else { Self.failureLifetime }
            if entry.readAt.duration(to: now) < lifetime { return try entry.metadata.get() }
        }
        let metadata: Result<ProviderMetadata, SignOnFailure>
        do {
            let document = try await requests.get(ProviderMetadata.address(of: provider.issuer), provider)
            metadata = .success(try ProviderMetadata(document, issuer: provider.issuer))
        } catch let error as SignOnFailure {
            metadata = .failure(error)
        }
        entries.withLock { entries in
            if entries.count >= Self.most { entries = [:] }
            // What was read anew may name other keys.
            entries[key] = Entry(metadata: metadata, readAt: now, keys: nil)
        }
        return try metadata.get()
    }

    /// The keys of a provider.
    ///
    /// - Parameter isStale: Whether those that are known do not do; they are read again, but not too often.
    /// - Throws: ``SignOnFailure``.
    func keys(of provider: SignOnProvider, isStale: Bool) async throws -> SigningKeys {
        let (key, now) = (Key(company: provider.company, issuer: provider.issuer), clock.now)
        let metadata = try await metadata(of: provider)
        if let keys = entries.withLock({ $0[key]?.keys }) {
            let age = keys.readAt.duration(to: now)
            if age < (isStale ? Self.keyRefreshInterval : Self.lifetime) { return keys.set }
        }
        let keys = await SigningKeys(try await requests.get(metadata.keysAddress, provider))
        entries.withLock { $0[key]?.keys = (keys, now) }
        return keys
    }
}
