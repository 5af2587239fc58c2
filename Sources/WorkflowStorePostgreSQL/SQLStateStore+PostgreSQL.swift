#if PostgreSQL
import WorkflowCore
public import WorkflowStore

extension SQLStateStore {
    /// Opens a store in a PostgreSQL database, bringing the schema up to date; several processes may do so at once.
    ///
    /// - Parameters:
    ///   - configuration: Where the database is and how it is used.
    ///   - store: How the store behaves.
    /// - Throws: `StoreError`: `.unavailable` when it cannot be reached, `.corrupted` when it has a newer schema.
    public static func postgreSQL(
        _ configuration: PostgreSQLDatabase.Configuration, store: Configuration = Configuration()
    ) async throws -> SQLStateStore {
        try await opened(configuration, store: store).store
    }

    /// Opens a store, and gives the database that it is in as well.
    static func opened(
        _ configuration: PostgreSQLDatabase.Configuration, store: Configuration
    ) async throws -> (store: SQLStateStore, database: PostgreSQLDatabase) {
        let database: PostgreSQLDatabase
        do {
            database = try await PostgreSQLDatabase.open(configuration)
        } catch let error as SQLError {
            throw StoreError(error)
        }
        return (try await open(database, configuration: store), database)
    }
}
#endif
