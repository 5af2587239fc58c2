public import WorkflowCore

/// Where a database is and how it is used: an entry of `connections` of `database.workflow`.
public struct DatabaseConnection: ConfigurationObject {
    /// The kind of database; without it the DSN tells.
    public var driver: Located<String>?
    /// Where it is.
    public var dsn: Located<SecretString>?
    /// The greatest number of connections.
    public var maxOpenConns: Int?
    /// How many connections stay open.
    public var maxIdleConns: Int?

    /// The keys.
    public static let fields: [ConfigurationField<Self>] = [
        .init("driver", \.driver, Keys.driver),
        .init(
            "dsn", \.dsn, Keys.dsn, required: true, secret: true, aliases: Keys.dsnAliases, check: Keys.dsnProblem),
        .init(
            "maxOpenConns", \.maxOpenConns, Keys.open, aliases: Keys.openAliases,
            schema: .integer(minimum: 1, maximum: 64)),
        .init(
            "maxIdleConns", \.maxIdleConns, Keys.idle, aliases: Keys.idleAliases,
            schema: .integer(minimum: 0, maximum: 64)),
    ]

    /// Creates the defaults.
    public init() {}

    /// What the module and its named connections say of the keys that both have.
    enum Keys {
        static let driver =
            "The kind of database: `sqlite` or `postgres`. By default what the DSN is a URL of, or sqlite."
        static let dsn =
            "SQLite: the file, relative to the configuration, or `:memory:`; `file:` and `?options` are dropped. PostgreSQL: a URL such as `postgres://user:password@host:5432/name?sslmode=verify-full`, or `key=value` pairs; `schema=name` in it names the schema of the engine's tables."
        static let open =
            "SQLite: how many connections read at once, by default 2; one more writes. PostgreSQL: the greatest number of connections, by default 8; one more gives signs of life."
        static let idle =
            "PostgreSQL: how many connections stay open without work, by default 2. SQLite: accepted; readers stay open."
        static let dsnAliases = ["dataSourceName", "data_source_name"]
        static let openAliases = ["max_open_conns", "maxOpenConnections", "max_open_connections"]
        static let idleAliases = ["max_idle_conns", "maxIdleConnections", "max_idle_connections"]

        static let dsnProblem: @Sendable (Located<SecretString>?) -> String? = { dsn in
            guard let text = dsn?.value.value else { return nil }
            if text.isEmpty { return "must not be empty" }
            return text.utf8.contains(0) ? "holds the character NUL" : nil
        }
    }
}
