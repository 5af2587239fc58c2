import Synchronization

/// The dead letters of one broker, in a state store.
package final class DeadLetterBox: Sendable {
    private static let namespace = "dead letters"

    private let broker: String
    private let store: any StateStore
    private let keptFor: Mutex<Duration>
    private let clock: any EngineClock
    private let identifiers: UUIDv7Generator
    /// The letters that are being delivered again.
    private let inDelivery = Mutex<Set<String>>([])
    private let counter = Atomic(0)

    /// - Parameters:
    ///   - broker: The name of the broker; brokers that share a store differ in it.
    ///   - store: Where the letters are kept.
    ///   - retention: How long they are kept.
    ///   - clock: The time.
    package init(broker: String, store: any StateStore, retention: Duration, clock: any EngineClock) {
        self.broker = broker
        self.store = store
        keptFor = Mutex(retention)
        self.clock = clock
        identifiers = UUIDv7Generator(clock: clock)
    }

    /// How long letters are kept that are put in from now on.
    package var retention: Duration {
        get { keptFor.withLock { $0 } }
        set { keptFor.withLock { $0 = newValue } }
    }

    /// How many letters there are; those that have expired since ``count()`` included.
    package var knownCount: Int { counter.load(ordering: .relaxed) }

    /// Counts the letters of earlier runs.
    package func count() async throws {
        counter.store(try await letters(limit: 100_000).count, ordering: .relaxed)
    }

    package func letters(limit: Int) async throws -> [DeadLetter] {
        try await store.values(namespace: Self.namespace, prefix: key(""), limit: limit, now: clock.now)
            .compactMap { DeadLetter($0.value) }
    }

    /// Keeps a message.
    ///
    /// - Parameter id: The letter that it was delivered from, which it replaces; `nil` for a new one.
    /// - Throws: ``StoreError``.
    package func put(_ message: Message, subscription: String, error: String, id: String?) async throws {
        let now = clock.now
        let letter = DeadLetter(
            id: id ?? identifiers.next(), message: message, subscription: subscription, error: error, failedAt: now)
        try await store.commit(
            StoreTransaction([
                .setValue(
                    namespace: Self.namespace, key: key(letter.id), value: letter.json,
                    expiresAt: now.advanced(by: retention))
            ]))
        if id == nil { counter.add(1, ordering: .relaxed) }
        release(letter.id)
    }

    /// Takes a letter for a delivery; ``put(_:subscription:error:id:)``, ``remove(_:)`` or ``release(_:)`` must follow.
    ///
    /// - Throws: ``WorkflowError`` `.notFound`, or `.conflict` when it is being delivered; ``StoreError``.
    package func take(_ id: String) async throws -> DeadLetter {
        // Taken before it is read, so that one that is being removed is not delivered once more.
        guard inDelivery.withLock({ $0.insert(id).inserted }) else {
            throw WorkflowError(.conflict, "The dead letter \"\(id)\" is being delivered again.")
        }
        do {
            let value = try await store.value(namespace: Self.namespace, key: key(id), now: clock.now)
            guard let letter = value.flatMap({ DeadLetter($0) }) else {
                throw WorkflowError(.notFound, "The broker \"\(broker)\" has no dead letter \"\(id)\".")
            }
            return letter
        } catch {
            release(id)
            throw error
        }
    }

    /// Says that a delivery has not come about.
    package func release(_ id: String) {
        _ = inDelivery.withLock { $0.remove(id) }
    }

    /// Removes a letter.
    ///
    /// - Returns: Whether there was one.
    /// - Throws: ``StoreError``.
    @discardableResult
    package func remove(_ id: String) async throws -> Bool {
        let key = key(id)
        let exists = try await store.value(namespace: Self.namespace, key: key, now: clock.now) != nil
        if exists {
            try await store.commit(StoreTransaction([.removeValue(namespace: Self.namespace, key: key)]))
            counter.subtract(1, ordering: .relaxed)
        }
        release(id)
        return exists
    }

    private func key(_ id: String) -> String { "\(broker)/\(id)" }
}
