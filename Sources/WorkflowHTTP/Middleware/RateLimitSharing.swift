import Logging
import Synchronization
import WorkflowCore

/// The buckets that several processes share, as long as their store is there.
final class RateLimitSharing: Sendable {
    private let store: any RateLimitStore
    private let name: String
    private let logger: Logger
    private let isAway = Atomic<Bool>(false)

    /// Creates the buckets of a module.
    ///
    /// - Parameters:
    ///   - store: Counts for all processes.
    ///   - name: The name of the module, which tells its buckets from those of others.
    ///   - logger: Is told when the store goes and when it is back.
    init(store: any RateLimitStore, name: String, logger: Logger) {
        self.store = store
        self.name = name
        self.logger = logger
    }

    /// Takes one request out of a client's bucket.
    ///
    /// - Returns: `nil` when the store is out of reach.
    /// - Throws: `CancellationError`.
    func take(_ client: String, interval: Int64, burst: Int) async throws -> RateLimitDecision? {
        do {
            let decision = try await store.take("\(name):\(client)", interval: interval, burst: burst)
            // Read first: nearly always there is nothing to change.
            if isAway.load(ordering: .relaxed), isAway.exchange(false, ordering: .relaxed) {
                logger.notice("requests are counted for all processes again")
            }
            return decision
        } catch let error as CancellationError {
            throw error
        } catch {
            if !isAway.exchange(true, ordering: .relaxed) {
                logger.warning(
                    "requests are counted for this process only, since the store is out of reach",
                    metadata: ["error": "\(error)"])
            }
            return nil
        }
    }
}
