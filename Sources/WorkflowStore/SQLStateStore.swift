import Synchronization
public import WorkflowCore

/// A state store in an SQL database.
///
/// When no other process writes to the database, single instances, resources and users are also kept in memory, so that
/// reading one neither suspends nor queries.
public final class SQLStateStore: StateStore {
    /// How the store behaves.
    public struct Configuration: Sendable {
        /// The greatest number of rows kept in memory; 0 keeps none. Shared databases keep none in any case.
        public var cachedRows = 10_000
        /// The greatest size of the rows kept in memory, in estimated bytes.
        public var cachedBytes = 16 * 1024 * 1024
        /// Where the store reads the time at which it migrates.
        public var clock: any EngineClock = SystemClock()

        /// Creates the default configuration.
        public init() {}
    }

    /// How much is kept in memory and how often it served.
    public struct CacheStatistics: Sendable, Hashable {
        /// Rows in memory.
        public let rows: Int
        /// Their size in estimated bytes.
        public let bytes: Int
        /// Look-ups that found a row.
        public let hits: Int
        /// Look-ups that did not.
        public let misses: Int
    }

    /// The database that the store owns.
    let database: any SQLDatabase
    let statements: StoreStatements
    let locks: LockStatements
    let cache: RecordCache?
    private let isClosed = Atomic<Bool>(false)
    /// Whether a transaction has lately found no room; small changes may still fit where others were.
    private let isFull = Atomic<Bool>(false)
    /// The identifier under which this process is registered; empty when it is not.
    let node = Mutex("")

    private init(database: any SQLDatabase, configuration: Configuration) {
        self.database = database
        statements = StoreStatements(dialect: database.dialect)
        locks = LockStatements(dialect: database.dialect)
        cache =
            database.isShared || configuration.cachedRows <= 0
            ? nil : RecordCache(maximumCount: configuration.cachedRows, maximumCost: configuration.cachedBytes)
    }

    /// Opens a store, bringing the schema up to date.
    ///
    /// - Parameters:
    ///   - database: The database; the store closes it.
    ///   - configuration: How the store behaves.
    /// - Throws: ``StoreError``: `.corrupted` when the schema is newer than this program; the database is closed then.
    public static func open(
        _ database: any SQLDatabase, configuration: Configuration = Configuration()
    ) async throws -> SQLStateStore {
        do {
            _ = try await SQLMigrator(StoreSchema.migrations).migrate(database, now: configuration.clock.now)
        } catch {
            await database.close()
            throw StoreError.translating(error)
        }
        return SQLStateStore(database: database, configuration: configuration)
    }

    public var isShared: Bool { database.isShared }

    /// How much is kept in memory and how often it served.
    public var cacheStatistics: CacheStatistics {
        let (rows, bytes, hits, misses) = cache?.statistics ?? (0, 0, 0, 0)
        return CacheStatistics(rows: rows, bytes: bytes, hits: hits, misses: misses)
    }

    public func commit(_ transaction: StoreTransaction) async throws {
        guard !transaction.operations.isEmpty else {
            guard !isClosed.load(ordering: .relaxed) else { throw StoreError(.unavailable, "the store is closed") }
            return
        }
        let plan = TransactionPlan(transaction, statements: statements, node: node.withLock { $0 })
        let cache = cache
        let changes = cache == nil ? [] : CacheChange.changes(of: transaction)
        do {
            _ = try await database.write({ try plan.run(on: $0) }) { positions in
                cache?.apply(changes, positions: positions)
            }
        } catch {
            throw noted(error)
        }
    }

    public func commit(
        locking id: String, _ decide: @escaping @Sendable (StateMachineInstance?) throws -> StoreTransaction
    ) async throws {
        let (statements, locks, cache) = (statements, locks, cache)
        let node = node.withLock { $0 }
        do {
            _ = try await database.write { connection in
                var instance: StateMachineInstance?
                try connection.query(locks.lockInstance, [.text(id)]) { instance = try RecordMapping.instance($0) }
                let transaction = try decide(instance)
                let plan = TransactionPlan(transaction, statements: statements, node: node)
                let positions = try plan.run(on: connection)
                return (cache == nil ? [] : CacheChange.changes(of: transaction), positions)
            } committed: { changes, positions in
                cache?.apply(changes, positions: positions)
            }
        } catch {
            throw noted(error)
        }
    }

    /// The store's error for an error of the database; remembers that there is no room.
    private func noted(_ error: any Error) -> any Error {
        let error = StoreError.translating(error)
        if let error = error as? StoreError, error.code == .storageFull { isFull.store(true, ordering: .relaxed) }
        return error
    }

    public func enterSection(
        _ name: String, within timeout: Duration, lost: @escaping @Sendable () -> Void
    ) async throws -> (@Sendable () async -> Void)? {
        try await translated { try await database.lock(name, within: timeout, lost: lost) }
    }

    public func claimWork(owner: String, now: Timestamp, leaseUntil: Timestamp, limit: Int) async throws -> [WorkItem] {
        guard limit > 0 else { return [] }
        let statements = statements
        let items = try await translated {
            try await database.write { connection in
                var items: [WorkItem] = []
                try connection.query(
                    statements.claimWork,
                    [.text(owner), .time(leaseUntil), .time(leaseUntil), .time(now), .integer(Int64(limit))]
                ) { items.append(try RecordMapping.work($0)) }
                return items
            }
        }
        return items.sorted { ($0.notBefore, ExactString($0.id)) < ($1.notBefore, ExactString($1.id)) }
    }

    public func removeExpiredValues(now: Timestamp, limit: Int) async throws -> Bool {
        let statements = statements
        return try await translated {
            try await database.write { connection in
                try connection.execute(
                    statements.removeExpiredValues, [.time(now), .integer(Int64(max(0, limit))), .time(now)])
                    >= limit
            }
        }
    }

    public func checkHealth() async throws {
        let statements = statements
        try await translated {
            if isFull.load(ordering: .relaxed) {
                try await database.write { [statements] in try SpaceProbe.run(statements, on: $0) }
                isFull.store(false, ordering: .relaxed)
            }
            try await database.write { _ = try $0.execute(statements.countHealthCheck, []) }
            try await database.read { try $0.query(statements.healthChecks, []) { _ in } }
        }
    }

    public func close() async {
        isClosed.store(true, ordering: .relaxed)
        cache?.close()
        await database.close()
    }

    /// Runs `body` and turns errors of the database into errors of the store.
    func translated<Result>(_ body: () async throws -> Result) async throws -> Result {
        do { return try await body() } catch { throw StoreError.translating(error) }
    }
}
