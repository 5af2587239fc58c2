#if SQLite
public import WorkflowCore
import WorkflowStore

/// Lets modules open SQLite databases.
public struct SQLiteDriver: DatabaseDriver {
    public var names: [String] { ["sqlite", "sqlite3"] }
    public var reservedTables: Set<String> { StoreSchema.tableNames }

    /// Creates the driver.
    public init() {}

    public func problem(with settings: DatabaseSettings) -> String? {
        let dsn = settings.dsn.value
        guard dsn.contains("://"), !dsn.hasPrefix("file://") else { return nil }
        return "this is a URL, but sqlite needs a file or :memory:"
    }

    public func open(_ settings: DatabaseSettings) async throws -> any OpenDatabase {
        var configuration = SQLiteDatabase.Configuration(path: Self.path(settings))
        if let readers = settings.maximumConnections { configuration.readers = readers }
        configuration.patience = settings.patience
        var behaviour = SQLStateStore.Configuration()
        behaviour.clock = settings.clock
        let (store, database) = try await SQLStateStore.opened(configuration, store: behaviour)
        return OpenSQLiteDatabase(store: store, database: database)
    }

    /// The path of the file, or `:memory:`.
    static func path(_ settings: DatabaseSettings) -> String {
        let dsn = settings.dsn.value
        let prefix = ["file://", "file:"].first { dsn.hasPrefix($0) } ?? ""
        let file = String(dsn.dropFirst(prefix.count).prefix { $0 != "?" })
        if file == ":memory:" || file.hasPrefix("/") || settings.folder.isEmpty { return file }
        return "\(settings.folder)/\(file)"
    }
}
#endif
