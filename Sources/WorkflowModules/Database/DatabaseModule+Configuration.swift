public import WorkflowCore

extension DatabaseModule {
    /// The keys of the module.
    public struct Configuration: ConfigurationObject {
        /// The kind of database; without it the DSN tells.
        public var driver: Located<String>?
        /// Where it is.
        public var dsn: Located<SecretString>?
        /// The greatest number of connections.
        public var maxOpenConns: Int?
        /// How many connections stay open.
        public var maxIdleConns: Int?
        /// The same by names; one of them is used.
        public var connections = NamedEntries<DatabaseConnection>()
        /// Which of the connections is used.
        public var connection = "default"

        /// Creates the defaults.
        public init() {}

        /// The keys.
        public static let fields: [ConfigurationField<Self>] = [
            .init("driver", \.driver, DatabaseConnection.Keys.driver),
            .init(
                "dsn", \.dsn, "\(DatabaseConnection.Keys.dsn) Needed without `connections`.", secret: true,
                aliases: DatabaseConnection.Keys.dsnAliases, check: DatabaseConnection.Keys.dsnProblem),
            .init(
                "maxOpenConns", \.maxOpenConns, DatabaseConnection.Keys.open,
                aliases: DatabaseConnection.Keys.openAliases, schema: .integer(minimum: 1, maximum: 64)),
            .init(
                "maxIdleConns", \.maxIdleConns, DatabaseConnection.Keys.idle,
                aliases: DatabaseConnection.Keys.idleAliases, schema: .integer(minimum: 0, maximum: 64)),
            .init(
                "connections", \.connections,
                "Instead of `driver` and `dsn`: a name with these keys. A module opens one database."),
            .init("default", \.connection, "The name in `connections`."),
        ]

        public func check(_ node: ConfigurationNode, using decoder: inout ConfigurationDecoder) {
            let names = connections.entries.map(\.name)
            if names.isEmpty {
                guard dsn == nil else { return }
                decoder.fail(
                    node, "missing key \"dsn\"",
                    suggestion: "dsn: a file, relative to the configuration, :memory:, or postgres://…")
            } else if dsn != nil {
                decoder.fail(node, "\"dsn\" and \"connections\" exclude each other", suggestion: "keep one of them")
            } else if names.count > 1 {
                decoder.fail(
                    node, "a module opens one database, but there are \(names.count) connections",
                    suggestion: "make a module of each")
            } else if connections[connection] == nil {
                decoder.fail(
                    node, "there is no connection \"\(connection)\"",
                    suggestion: Suggestion.text(for: connection, among: names, what: "connections"))
            }
        }

        /// What is opened.
        var chosen: DatabaseConnection {
            if let named = connections[connection] { return named }
            var own = DatabaseConnection()
            own.driver = driver
            own.dsn = dsn
            own.maxOpenConns = maxOpenConns
            own.maxIdleConns = maxIdleConns
            return own
        }
    }
}
