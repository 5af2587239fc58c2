#if PostgreSQL
public import WorkflowStore

/// A PostgreSQL database, used by any number of processes: a pool of connections, each with a thread of its own.
///
/// A transaction is two messages, the statements that are known and the commit. One that was undone because of another
/// one, or whose connection was lost before its commit, runs again by itself.
public final class PostgreSQLDatabase: SQLDatabase {
    private let pool: ConnectionPool

    private init(_ settings: ConnectionSettings, _ configuration: Configuration) {
        var limits = PoolStateMachine<ConnectionPool.Job>.Limits()
        limits.connections = configuration.maximumConnections
        limits.idleConnections = min(configuration.maximumIdleConnections, configuration.maximumConnections)
        limits.idleTimeout = configuration.idleTimeout
        limits.lifetime = configuration.connectionLifetime
        pool = ConnectionPool(settings, limits)
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
        try await perform { connection in
            connection.begin()
            let result = try body(connection)
            try connection.commit()
            return result
        } finish: {
            committed($0)
        }
    }

    public func read<Result: Sendable>(
        _ body: @escaping @Sendable (any SQLConnection) throws -> Result
    ) async throws -> Result {
        try await perform({ try body($0) }, finish: { _ in })
    }

    public func close() async { await pool.close() }

    /// Runs `body` on a connection, and again when it had no effect.
    func perform<Result: Sendable>(
        _ body: @escaping @Sendable (PostgreSQLConnection) throws -> Result,
        finish: @escaping @Sendable (Result) -> Void
    ) async throws -> Result {
        try await withCheckedThrowingContinuation { continuation in
            pool.submit(
                ConnectionPool.Job { connection, isLastAttempt in
                    connection.reset()
                    do {
                        let result = try body(connection)
                        finish(result)
                        continuation.resume(returning: result)
                    } catch {
                        let isCommitUnknown = connection.isCommitUnknown && connection.isLost
                        let isUndone = SQLError.mayBeTriedAgain(connection.lastState) || connection.isLost
                        connection.rollback()
                        if isUndone, !isCommitUnknown, !isLastAttempt { return .again }
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
