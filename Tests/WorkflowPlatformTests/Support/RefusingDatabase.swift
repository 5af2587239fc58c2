import Synchronization
import WorkflowStore

/// A database that takes no changes for a while.
final class RefusingDatabase: SQLDatabase {
    private let database: any SQLDatabase
    private let refuses = Mutex(false)

    init(_ database: any SQLDatabase) {
        self.database = database
    }

    /// Has it refuse changes, or take them again.
    func refuse(_ refuses: Bool) {
        self.refuses.withLock { $0 = refuses }
    }

    var isShared: Bool { database.isShared }
    var dialect: SQLDialect { database.dialect }

    func write<Result: Sendable>(
        _ body: @escaping @Sendable (any SQLConnection) throws -> Result,
        committed: @escaping @Sendable (Result) -> Void
    ) async throws -> Result {
        guard !refuses.withLock({ $0 }) else { throw SQLError(.unavailable, "it is gone") }
        return try await database.write(body, committed: committed)
    }

    func read<Result: Sendable>(
        _ body: @escaping @Sendable (any SQLConnection) throws -> Result
    ) async throws -> Result {
        try await database.read(body)
    }

    func close() async { await database.close() }
}
