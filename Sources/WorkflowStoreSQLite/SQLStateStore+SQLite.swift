#if SQLite
import WorkflowCore
public import WorkflowStore

extension SQLStateStore {
    /// Opens a store in an SQLite database, creating it when it does not exist.
    ///
    /// - Parameters:
    ///   - configuration: Where the database is and how it is opened.
    ///   - store: How the store behaves.
    /// - Throws: `StoreError`: `.unavailable` when another process holds the file, `.corrupted` when it is no database
    ///   or has a newer schema.
    public static func sqlite(
        _ configuration: SQLiteDatabase.Configuration, store: Configuration = Configuration()
    ) async throws -> SQLStateStore {
        try await opened(configuration, store: store).store
    }

    /// Opens a store, and gives the database that it is in as well.
    static func opened(
        _ configuration: SQLiteDatabase.Configuration, store: Configuration
    ) async throws -> (store: SQLStateStore, database: SQLiteDatabase) {
        let database: SQLiteDatabase
        do {
            database = try await SQLiteDatabase.open(configuration)
        } catch let error as SQLError {
            throw StoreError(error)
        }
        return (try await open(database, configuration: store), database)
    }
}
#endif
