#if PostgreSQL
extension PostgreSQLDatabase {
    /// Where the database is and how it is used.
    ///
    /// ```swift
    /// var configuration = PostgreSQLDatabase.Configuration(dsn: "postgres://app@db.example/app?sslmode=verify-full")
    /// configuration.maximumConnections = 16
    /// let store = try await SQLStateStore.postgreSQL(configuration)
    /// ```
    public struct Configuration: Sendable, Hashable {
        /// The connection string as libpq reads it: a URL or `key=value` pairs. `schema=name` in it names the schema of
        /// the engine's tables, by default `workflow`.
        public var dsn: String
        /// The greatest number of connections.
        public var maximumConnections = 8
        /// How many connections stay open although there is nothing to do.
        public var maximumIdleConnections = 2
        /// How long a connection beyond those stays open without work.
        public var idleTimeout = Duration.seconds(60)
        /// How long a connection is used before another one takes its place.
        public var connectionLifetime = Duration.seconds(1800)
        /// How long a statement may take; the server ends it then.
        public var statementTimeout = Duration.seconds(30)
        /// How long a statement waits for a lock.
        public var lockTimeout = Duration.seconds(10)
        /// How long the server lets a transaction wait for its client, for instance one whose process is paused.
        public var idleTransactionTimeout = Duration.seconds(5)

        /// Whether one more connection listens to what other processes tell. Poolers that share connections between
        /// transactions do not pass that on; without it, processes find what others have left when they look for it.
        public var listens = true

        /// Creates a configuration.
        ///
        /// - Parameter dsn: The connection string.
        public init(dsn: String) {
            self.dsn = dsn
        }
    }
}
#endif
