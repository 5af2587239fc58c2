/// A kind of database that modules can open, such as SQLite or PostgreSQL.
///
/// A program that runs an engine names its drivers in ``EngineEnvironment/databaseDrivers``.
public protocol DatabaseDriver: Sendable {
    /// The names in a configuration; the first one is the usual one.
    var names: [String] { get }

    /// The tables, in lower case, that belong to the engine in these databases; see ``SQLExecuting/reservedTables``.
    var reservedTables: Set<String> { get }

    /// What is wrong with settings as far as that shows without opening anything, or `nil`.
    ///
    /// - Parameter settings: What the database would be opened with.
    /// - Returns: A text for people that quotes nothing of the DSN that may be a password.
    func problem(with settings: DatabaseSettings) -> String?

    /// Opens a database, bringing the tables of the engine up to date.
    ///
    /// - Parameter settings: Where the database is and how it is used.
    /// - Throws: ``StoreError``: `.unavailable` when it cannot be opened, `.corrupted` when it is no database or has
    ///   newer tables than this program knows. No message holds a password.
    func open(_ settings: DatabaseSettings) async throws -> any OpenDatabase
}

/// A database that is open.
public protocol OpenDatabase: SQLExecuting {
    /// The application's state in it.
    var stateStore: any StateStore { get }

    /// Finishes what is under way and releases everything. Later calls throw `.unavailable`.
    func close() async
}

/// Where a database is and how it is used.
public struct DatabaseSettings: Sendable {
    /// The data source name, as it is written in the configuration.
    public var dsn: SecretString
    /// The folder that relative files start from; empty for the working directory.
    public var folder = ""
    /// The greatest number of connections; `nil` for what is usual for the kind of database.
    public var maximumConnections: Int?
    /// How many connections stay open although there is nothing to do; `nil` for what is usual.
    public var maximumIdleConnections: Int?
    /// The time.
    public var clock: any EngineClock = SystemClock()
    /// How long to wait for another process to let go of the database.
    public var patience: Duration = .zero

    /// Creates settings with what is usual.
    ///
    /// - Parameter dsn: The data source name.
    public init(dsn: String) {
        self.dsn = SecretString(dsn)
    }
}
