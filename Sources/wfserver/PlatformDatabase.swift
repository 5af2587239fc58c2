import Foundation
import WorkflowStore
import WorkflowStorePostgreSQL
import WorkflowStoreSQLite

/// Where the database of a platform is.
struct PlatformDatabase {
    /// A folder, or a postgres:// URL.
    let state: String

    /// Whether it is PostgreSQL.
    var isURL: Bool { state.hasPrefix("postgres://") || state.hasPrefix("postgresql://") }

    /// The file of the database when it is SQLite.
    var file: String { "\(state)/platform.sqlite" }

    /// Opens the database.
    ///
    /// - Parameter exclusively: Whether no other process may have it open in the same way, if it is SQLite.
    /// - Throws: ``SQLError``, or ``StoreError`` when the program was built without the driver.
    func open(exclusively: Bool) async throws -> any SQLDatabase {
        if isURL {
            #if PostgreSQL
            return try await PostgreSQLDatabase.open(PostgreSQLDatabase.Configuration(dsn: state))
            #else
            throw StoreError(.unavailable, "this program was built without PostgreSQL")
            #endif
        }
        #if SQLite
        var configuration = SQLiteDatabase.Configuration(path: file)
        configuration.exclusive = exclusively
        return try await SQLiteDatabase.open(configuration)
        #else
        throw StoreError(
            .unavailable, "this program was built without SQLite; give a postgres:// URL")
        #endif
    }
}
