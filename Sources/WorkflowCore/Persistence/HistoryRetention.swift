public import Logging

/// Removes the history of instances that were completed long ago, from time to time.
///
/// The history of an instance is kept whole for as long as the instance goes on and for the retention afterwards. The
/// instance itself stays.
public struct HistoryRetention: Sendable {
    /// How often rows are looked at.
    static let interval = Duration.seconds(3600)
    /// How many rows are looked at in one transaction, and how long others have the store to themselves in between.
    static let batch = 1000
    static let pause = Duration.milliseconds(200)
    private static let namespace = "workflow.history"

    private let retention: Duration
    private let store: any StateStore
    private let environment: EngineEnvironment
    private let logger: Logger

    /// Creates a policy.
    ///
    /// - Parameters:
    ///   - retention: How long history is kept after an instance was completed.
    ///   - store: Whose history.
    ///   - environment: Time and identifiers.
    ///   - logger: Takes how much was removed.
    public init(
        keepingFor retention: Duration, store: any StateStore, environment: EngineEnvironment, logger: Logger
    ) {
        self.retention = retention
        self.store = store
        self.environment = environment
        self.logger = logger
    }

    /// Removes history until the task is cancelled.
    ///
    /// - Parameter definitions: Returns the names of the state machines whose history it is.
    public func run(of definitions: @Sendable () -> [String]) async {
        repeat {
            for definition in definitions() where !Task.isCancelled {
                do {
                    try await sweep(definition)
                } catch is CancellationError {
                    return
                } catch {
                    logger.warning(
                        "Old history cannot be removed; trying again later",
                        metadata: ["definition": "\(definition)", "error": "\(error)"])
                }
            }
        } while await environment.clock.wait(for: Self.interval)
    }

    private func sweep(_ definition: String) async throws {
        let now = environment.clock.now
        guard try await isFirst(definition, now: now) else { return }
        let time = now.advanced(by: .zero - retention)
        var position: Int64? = 0
        var removed = 0
        while let after = position {
            let removal = try await store.removeHistory(
                of: definition, completedBefore: time, after: after, limit: Self.batch)
            removed += removal.removed
            position = removal.next
            if position != nil { try await environment.clock.sleep(for: Self.pause) }
        }
        guard removed > 0 else { return }
        logger.info("Old history was removed", metadata: ["definition": "\(definition)", "rows": "\(removed)"])
    }

    /// Whether no other process has done it within the interval.
    private func isFirst(_ definition: String, now: Timestamp) async throws -> Bool {
        do {
            try await store.commit(
                StoreTransaction([
                    .createValue(
                        namespace: Self.namespace, key: definition, value: true, now: now,
                        expiresAt: now.advanced(by: Self.interval))
                ]))
            return true
        } catch let error as StoreError where error.code == .conflict {
            return false
        }
    }
}
