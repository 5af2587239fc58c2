#if PostgreSQL
public import WorkflowCore
import WorkflowStore

/// Lets modules open PostgreSQL databases.
public struct PostgreSQLDriver: DatabaseDriver {
    public var names: [String] { ["postgres", "postgresql", "pgx"] }
    public var reservedTables: Set<String> { StoreSchema.tableNames }

    /// Creates the driver.
    public init() {}

    public func problem(with settings: DatabaseSettings) -> String? {
        let dsn = settings.dsn.value
        do {
            _ = try ConnectionSettings(dsn: dsn, PostgreSQLDatabase.Configuration(dsn: dsn))
            return nil
        } catch {
            return "\(error)"
        }
    }

    public func open(_ settings: DatabaseSettings) async throws -> any OpenDatabase {
        var configuration = PostgreSQLDatabase.Configuration(dsn: settings.dsn.value)
        if let connections = settings.maximumConnections { configuration.maximumConnections = connections }
        if let idle = settings.maximumIdleConnections { configuration.maximumIdleConnections = idle }
        var behaviour = SQLStateStore.Configuration()
        behaviour.clock = settings.clock
        let (store, database) = try await SQLStateStore.opened(configuration, store: behaviour)
        return OpenPostgreSQLDatabase(store: store, database: database)
    }
}
#endif
