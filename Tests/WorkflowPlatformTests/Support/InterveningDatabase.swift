import Synchronization
import WorkflowStore

/// A database in which somebody else is quicker once.
final class InterveningDatabase: SQLDatabase {
    private let database: any SQLDatabase
    private let change = Mutex<(@Sendable (any SQLConnection) throws -> Void)?>(nil)

    init(_ database: any SQLDatabase) {
        self.database = database
    }

    /// Has a change be made right before the next one.
    func intervene(_ change: @escaping @Sendable (any SQLConnection) throws -> Void) {
        self.change.withLock { $0 = change }
    }

    var isShared: Bool { database.isShared }
    var dialect: SQLDialect { database.dialect }

    func write<Result: Sendable>(
        _ body: @escaping @Sendable (any SQLConnection) throws -> Result,
        committed: @escaping @Sendable (Result) -> Void
    ) async throws -> Result {
        let change = change.withLock { change in
            defer { change = nil }
            return change
        }
        if let change { try await database.write(change) }
        return try await database.write(body, committed: committed)
    }

    func read<Result: Sendable>(
        _ body: @escaping @Sendable (any SQLConnection) throws -> Result
    ) async throws -> Result {
        try await database.read(body)
    }

    func close() async { await database.close() }
}
