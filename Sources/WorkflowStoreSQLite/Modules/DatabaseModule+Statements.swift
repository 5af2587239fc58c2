#if SQLite
public import WorkflowCore
import WorkflowStore

extension DatabaseModule: SQLExecuting {
    public var reservedTables: Set<String> { StoreSchema.tableNames }

    public func query(_ command: SQLCommand, rowLimit: Int) async throws -> SQLRows {
        let database = try sqlDatabase()
        return try await Self.translated {
            try await database.read { connection in
                try Self.sqlite(connection).read(command, rowLimit: rowLimit)
            }
        }
    }

    public func execute(_ command: SQLCommand) async throws -> Int {
        let database = try sqlDatabase()
        return try await Self.translated {
            try await database.write { connection in
                try Self.sqlite(connection).write(command)
            }
        }
    }

    private static func sqlite(_ connection: any SQLConnection) throws -> SQLiteConnection {
        guard let connection = connection as? SQLiteConnection else {
            throw WorkflowError(.internal, "The connection is not one of SQLite.")
        }
        return connection
    }

    private static func translated<Result>(_ body: () async throws -> Result) async throws -> Result {
        do {
            return try await body()
        } catch let error as SQLError {
            let code: WorkflowError.Code =
                switch error.kind {
                case .uniqueViolation: .conflict
                case .full: .storageFull
                case .invalidStatement: .invalidInput
                case .unavailable, .corrupted: .unavailable
                }
            throw WorkflowError(code, error.message)
        }
    }
}
#endif
