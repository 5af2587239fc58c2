import TestServices
import WorkflowStore

#if SQLite
import WorkflowStoreSQLite
#endif
#if PostgreSQL
import WorkflowStorePostgreSQL
#endif

/// The databases that the platform runs on.
enum TestDatabase: CaseIterable, Sendable {
    #if SQLite
    case sqlite
    #endif
    #if PostgreSQL
    case postgreSQL
    #endif

    /// Opens an empty database.
    func open() async throws -> any SQLDatabase {
        switch self {
        #if SQLite
        case .sqlite: return try await SQLiteDatabase.open(SQLiteDatabase.Configuration(path: ":memory:"))
        #endif
        #if PostgreSQL
        case .postgreSQL:
            let dsn = try PostgreSQLServer.shared().database()
            return try await PostgreSQLDatabase.open(PostgreSQLDatabase.Configuration(dsn: dsn))
        #endif
        }
    }
}
