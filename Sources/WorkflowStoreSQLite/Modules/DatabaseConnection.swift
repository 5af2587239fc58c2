#if SQLite
public import WorkflowCore

/// An entry of `connections` of `database.workflow`.
public struct DatabaseConnection: ConfigurationObject {
    /// The kind of database.
    public var driver = "sqlite"
    /// Where it is.
    public var dsn: ConfigurationFilePath?
    /// How many connections read at once.
    public var maxOpenConns = 2
    /// Kept for configurations of other engines.
    public var maxIdleConns = 2

    static let openAliases = ["max_open_conns", "maxOpenConnections", "max_open_connections"]
    static let idleAliases = ["max_idle_conns", "maxIdleConnections", "max_idle_connections"]

    /// The keys.
    public static let fields: [ConfigurationField<Self>] = [
        .init(
            "driver", \.driver, "The kind of database; this version knows sqlite.", check: { driverProblem($0) }),
        .init(
            "dsn", \.dsn, "The file, relative to the configuration, or `:memory:`.", required: true,
            aliases: ["dataSourceName", "data_source_name"]),
        .init(
            "maxOpenConns", \.maxOpenConns, "How many connections read at once; one more writes.",
            aliases: openAliases, schema: .integer(minimum: 1, maximum: 64)),
        .init(
            "maxIdleConns", \.maxIdleConns, "Accepted for compatibility: readers stay open.", aliases: idleAliases,
            schema: .integer(minimum: 0, maximum: 64)),
    ]

    /// Creates the defaults.
    public init() {}

    /// What is wrong with the name of a driver, or `nil`.
    static func driverProblem(_ driver: String) -> String? {
        switch driver {
        case "sqlite", "sqlite3": nil
        case "postgres", "postgresql", "pgx":
            "the driver \"\(driver)\" comes with the part for several nodes; use sqlite here"
        default: "there is no driver \"\(driver)\"; use sqlite"
        }
    }
}
#endif
