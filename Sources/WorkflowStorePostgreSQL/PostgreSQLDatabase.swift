#if PostgreSQL
import Synchronization
public import WorkflowStore

/// A PostgreSQL database, used by any number of processes: a pool of connections, each with a thread of its own.
///
/// A transaction is two messages, the statements that are known and the commit. One that was undone because of another
/// one, or whose connection was lost before its commit, runs again by itself. When the answer to a commit is lost, the
/// server is asked on another connection what became of it.
public final class PostgreSQLDatabase: SQLDatabase {
    private let pools: ConnectionPools
    private let settings: ConnectionSettings
    private let mayListen: Bool
    private let listeners = Mutex<[ObjectIdentifier: NotificationListener]>([:])

    init(_ settings: ConnectionSettings, _ pools: ConnectionPools, listens: Bool) {
        self.settings = settings
        self.pools = pools
        mayListen = listens
    }

    /// Opens the database and proves that it can be reached.
    ///
    /// - Parameter configuration: Where the database is and how it is used.
    /// - Throws: ``SQLError``: `.unavailable` when it cannot be reached, `.invalidStatement` for a DSN that cannot be read.
    public static func open(_ configuration: Configuration) async throws -> PostgreSQLDatabase {
        let settings = try ConnectionSettings(dsn: configuration.dsn, configuration)
        let database = PostgreSQLDatabase(
            settings, ConnectionPools(settings, configuration), listens: configuration.listens)
        do {
            try await database.read { try $0.query(SQLStatement("SELECT 1"), []) { _ in } }
        } catch {
            await database.close()
            throw error
        }
        return database
    }

    public var isShared: Bool { true }

    /// The connections for statements.
    public var usage: ConnectionUsage { pools.general.usage }

    public var dialect: SQLDialect { .postgreSQL }

    public func write<Result: Sendable>(
        _ body: @escaping @Sendable (any SQLConnection) throws -> Result,
        committed: @escaping @Sendable (Result) -> Void
    ) async throws -> Result {
        try await perform(Self.transaction(body), finish: committed)
    }

    public func writeUrgently<Result: Sendable>(
        _ body: @escaping @Sendable (any SQLConnection) throws -> Result
    ) async throws -> Result {
        try await perform(on: pools.urgent, Self.transaction(body), finish: { _ in })
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
        try await perform({ try body($0) }, finish: { _ in })
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
        let locks = pools.locks
        return try await withThrowingTaskGroup(of: Bool.self) { group in
            group.addTask { try await lock.acquire(on: locks) }
            group.addTask {
                // A little longer than the server waits: it is for those that get no connection either.
                try await Task.sleep(for: timeout + .seconds(1))
                return false
            }
            let first = await group.nextResult()
            group.cancelAll()
            // It may have got the lock at the very moment at which the time ended or the caller was cancelled.
            let second = await group.nextResult()
            let isHeld = [first, second].contains { if case .success(true) = $0 { true } else { false } }
            if case .failure(let error) = first {
                if isHeld { await lock.release() }
                throw error
            }
            guard !isHeld else { return { await lock.release() } }
            guard lock.hadConnection else {
                throw SQLError(
                    .unavailable, "no connection to the database was free for the lock \"\(name)\" within \(timeout)")
            }
            return nil
        }
    }

    public func close() async {
        let listeners = listeners.withLock { listeners in
            defer { listeners = [:] }
            return listeners
        }
        for listener in listeners.values { await listener.close() }
        await pools.close()
    }

    /// Runs `body` on a connection, and again when it had no effect.
    ///
    /// - Parameters:
    ///   - queue: Whose connection; `nil` for the one of ordinary statements.
    ///   - body: What to do; it may run more than once.
    ///   - finish: Called with the result before this method returns.
    func perform<Result: Sendable>(
        on queue: (any ConnectionQueue)? = nil, _ body: @escaping @Sendable (PostgreSQLConnection) throws -> Result,
        finish: @escaping @Sendable (Result) -> Void
    ) async throws -> Result {
        try await withCheckedThrowingContinuation { continuation in
            (queue ?? pools.general).submit(
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
