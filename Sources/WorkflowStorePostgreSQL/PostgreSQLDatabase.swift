#if PostgreSQL
import Synchronization
public import WorkflowStore

/// A PostgreSQL database, used by any number of processes: a pool of connections, each with a thread of its own.
///
/// A transaction is two messages, the statements that are known and the commit. One that was undone because of another
/// one, or whose connection was lost before its commit, runs again by itself. When the answer to a commit is lost, the
/// server is asked on another connection what became of it.
public final class PostgreSQLDatabase: SQLDatabase {
    private let pool: ConnectionPool
    /// One more connection, for what must not wait behind others.
    private let urgent: ConnectionPool
    /// Connections for locks, each of which takes one for as long as it is held or waited for.
    private let locks: ConnectionPool
    private let settings: ConnectionSettings
    private let mayListen: Bool
    private let listeners = Mutex<[ObjectIdentifier: NotificationListener]>([:])

    private init(_ settings: ConnectionSettings, _ configuration: Configuration) {
        var limits = PoolStateMachine<ConnectionPool.Job>.Limits()
        limits.connections = configuration.maximumConnections
        limits.idleConnections = min(configuration.maximumIdleConnections, configuration.maximumConnections)
        limits.idleTimeout = configuration.idleTimeout
        limits.lifetime = configuration.connectionLifetime
        pool = ConnectionPool(settings, limits)
        limits.idleConnections = 0
        locks = ConnectionPool(settings, limits)
        limits.connections = 1
        limits.idleConnections = 1
        urgent = ConnectionPool(settings, limits)
        self.settings = settings
        mayListen = configuration.listens
    }

    /// Opens the database and proves that it can be reached.
    ///
    /// - Parameter configuration: Where the database is and how it is used.
    /// - Throws: ``SQLError``: `.unavailable` when it cannot be reached, `.invalidStatement` for a DSN that cannot be read.
    public static func open(_ configuration: Configuration) async throws -> PostgreSQLDatabase {
        let database = PostgreSQLDatabase(
            try ConnectionSettings(dsn: configuration.dsn, configuration), configuration)
        do {
            try await database.read { try $0.query(SQLStatement("SELECT 1"), []) { _ in } }
        } catch {
            await database.close()
            throw error
        }
        return database
    }

    public var isShared: Bool { true }

    public var dialect: SQLDialect { .postgreSQL }

    public func write<Result: Sendable>(
        _ body: @escaping @Sendable (any SQLConnection) throws -> Result,
        committed: @escaping @Sendable (Result) -> Void
    ) async throws -> Result {
        try await perform(on: pool, Self.transaction(body), finish: committed)
    }

    public func writeUrgently<Result: Sendable>(
        _ body: @escaping @Sendable (any SQLConnection) throws -> Result
    ) async throws -> Result {
        try await perform(on: urgent, Self.transaction(body), finish: { _ in })
    }

    private static func transaction<Result>(
        _ body: @escaping @Sendable (any SQLConnection) throws -> Result
    ) -> @Sendable (PostgreSQLConnection) throws -> Result {
        { connection in
            connection.begin()
            let result = try body(connection)
            try connection.commit()
            return result
        }
    }

    public func read<Result: Sendable>(
        _ body: @escaping @Sendable (any SQLConnection) throws -> Result
    ) async throws -> Result {
        try await perform(on: pool, { try body($0) }, finish: { _ in })
    }

    public func listen(_ receive: @escaping @Sendable (SQLNotification) -> Void) -> (@Sendable () -> Void)? {
        guard mayListen, let listener = NotificationListener(settings, receive) else { return nil }
        listeners.withLock { $0[ObjectIdentifier(listener)] = listener }
        return { [weak self] in
            listener.stop()
            self?.listeners.withLock { $0[ObjectIdentifier(listener)] = nil }
        }
    }

    public func lock(
        _ name: String, within timeout: Duration, lost: @escaping @Sendable () -> Void
    ) async throws -> (@Sendable () async -> Void)? {
        let lock = AdvisoryLock(name, within: timeout, lost: lost)
        let locks = locks
        return try await withThrowingTaskGroup(of: Bool.self) { group in
            group.addTask { try await lock.acquire(on: locks) }
            group.addTask {
                // A little longer than the server waits: it is for those that get no connection either.
                try await Task.sleep(for: timeout + .seconds(1))
                return false
            }
            defer { group.cancelAll() }
            if try await group.next() == true { return { await lock.release() } }
            group.cancelAll()
            // It may have got the lock at the very moment at which the time ended.
            if case .success(true) = await group.nextResult() { return { await lock.release() } }
            return nil
        }
    }

    public func close() async {
        let listeners = listeners.withLock { listeners in
            defer { listeners = [:] }
            return listeners
        }
        for listener in listeners.values { await listener.close() }
        await pool.close()
        await urgent.close()
        await locks.close()
    }

    /// Runs `body` on a connection, and again when it had no effect.
    ///
    /// - Parameters:
    ///   - pool: Whose connection; `nil` for the one that everybody shares.
    ///   - body: What to do; it may run more than once.
    ///   - finish: Called with the result before this method returns.
    func perform<Result: Sendable>(
        on pool: ConnectionPool? = nil, _ body: @escaping @Sendable (PostgreSQLConnection) throws -> Result,
        finish: @escaping @Sendable (Result) -> Void
    ) async throws -> Result {
        try await withCheckedThrowingContinuation { continuation in
            (pool ?? self.pool).submit(
                ConnectionPool.Job { connection, isLastAttempt in
                    connection.reset()
                    do {
                        let result = try body(connection)
                        finish(result)
                        continuation.resume(returning: result)
                    } catch {
                        let isUndone =
                            connection.wasUndone
                            || !connection.isCommitUnknown
                                && (SQLError.mayBeTriedAgain(connection.lastState) || connection.isLost)
                        connection.rollback()
                        if isUndone, !isLastAttempt { return .again }
                        continuation.resume(throwing: error)
                    }
                    return .done
                } fail: { error in
                    continuation.resume(throwing: error)
                })
        }
    }
}
#endif
