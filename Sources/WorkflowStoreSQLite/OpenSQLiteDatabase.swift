#if SQLite
import WorkflowCore
import WorkflowStore

/// An SQLite database that a module has open.
struct OpenSQLiteDatabase: OpenDatabase {
    let store: SQLStateStore
    let database: SQLiteDatabase

    var stateStore: any StateStore { store }
    var reservedTables: Set<String> { StoreSchema.tableNames }

    func query(_ command: SQLCommand, rowLimit: Int) async throws -> SQLRows {
        try await translated {
            try await database.read { connection in
                try Self.sqlite(connection).read(command, rowLimit: rowLimit)
            }
        }
    }

    func execute(_ command: SQLCommand) async throws -> Int {
        try await translated {
            try await database.write { connection in
                try Self.sqlite(connection).write(command)
            }
        }
    }

    /// Closes the database too, which is the store's.
    func close() async { await store.close() }

    private static func sqlite(_ connection: any SQLConnection) throws -> SQLiteConnection {
        guard let connection = connection as? SQLiteConnection else {
            throw WorkflowError(.internal, "The connection is not one of SQLite.")
        }
        return connection
    }

    private func translated<Result>(_ body: () async throws -> Result) async throws -> Result {
        do {
            return try await body()
        } catch let error as SQLError {
            throw WorkflowError(error)
        }
    }
}
#endif
