#if PostgreSQL
import WorkflowCore
import WorkflowStore

/// A PostgreSQL database that a module has open.
struct OpenPostgreSQLDatabase: OpenDatabase {
    let store: SQLStateStore
    let database: PostgreSQLDatabase

    var stateStore: any StateStore { store }
    var reservedTables: Set<String> { StoreSchema.tableNames }

    func query(_ command: SQLCommand, rowLimit: Int) async throws -> SQLRows {
        try await cancellable { try $0.read(command, rowLimit: rowLimit, $1) }
    }

    func execute(_ command: SQLCommand) async throws -> Int {
        try await cancellable { try $0.write(command, $1) }
    }

    /// Closes the database too, which is the store's.
    func close() async { await store.close() }

    /// Runs a statement that ends when the task is cancelled.
    private func cancellable<Result: Sendable>(
        _ body: @escaping @Sendable (PostgreSQLConnection, StatementCancellation) throws -> Result
    ) async throws -> Result {
        let cancellation = StatementCancellation()
        do {
            return try await withTaskCancellationHandler {
                try await database.perform({ try body($0, cancellation) }, finish: { _ in })
            } onCancel: {
                cancellation.cancel()
            }
        } catch let error as SQLError {
            throw WorkflowError(error)
        }
    }
}
#endif
