public import WorkflowCore

/// What every ``StateStore`` must do, as checks that a test runs one by one.
///
/// ```swift
/// @Test(arguments: StateStoreConformance.checks)
/// func conforms(_ check: StateStoreConformance.Check) async throws {
///     try await check.run(StateStoreConformance.Fixture { InMemoryStateStore() })
/// }
/// ```
public enum StateStoreConformance {
    /// Makes the stores that a check uses.
    public struct Fixture: Sendable {
        /// Opens a store. Calling it again after the store was closed opens the same data again, if it is durable.
        public let open: @Sendable () async throws -> any StateStore

        /// Creates a fixture for one check.
        ///
        /// - Parameter open: Opens a store; the first one must be empty.
        public init(open: @escaping @Sendable () async throws -> any StateStore) {
            self.open = open
        }
    }

    /// One promise of the protocol.
    public struct Check: Sendable, CustomStringConvertible {
        /// What the store does when it keeps the promise.
        public let name: String
        /// Whether the promise is only made by stores that outlive their process.
        public let needsDurability: Bool
        private let body: @Sendable (Fixture) async throws -> Void

        public var description: String { name }

        init(_ name: String, _ body: @escaping @Sendable (any StateStore) async throws -> Void) {
            self.name = name
            needsDurability = false
            self.body = { fixture in
                let store = try await fixture.open()
                do {
                    try await body(store)
                } catch {
                    await store.close()
                    throw error
                }
                await store.close()
            }
        }

        init(reopening name: String, _ body: @escaping @Sendable (Fixture) async throws -> Void) {
            self.name = name
            needsDurability = true
            self.body = body
        }

        /// Runs the check.
        ///
        /// - Parameter fixture: Makes the stores; a fresh one for each check.
        /// - Throws: ``ConformanceFailure`` when the promise is broken, or the store's error.
        public func run(_ fixture: Fixture) async throws {
            try await body(fixture)
        }
    }

    /// All checks.
    public static var checks: [Check] {
        instanceChecks + workChecks + outboxChecks + resourceChecks + userChecks + valueChecks + atomicityChecks
            + concurrencyChecks + lifetimeChecks + listingChecks
    }
}
