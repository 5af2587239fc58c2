#if SQLite
import Synchronization
public import WorkflowCore
import WorkflowStore

/// `database.workflow`: a database that other modules keep their state in.
public final class DatabaseModule: CarriedModule {
    /// The keys of the module.
    public struct Configuration: ConfigurationObject {
        /// The kind of database.
        public var driver = "sqlite"
        /// Where it is.
        public var dsn: ConfigurationFilePath?
        /// How many connections read at once.
        public var maxOpenConns = 2
        /// Kept for configurations of other engines.
        public var maxIdleConns = 2
        /// The same by names; one of them is used.
        public var connections = NamedEntries<DatabaseConnection>()
        /// Which of the connections is used.
        public var connection = "default"

        /// Creates the defaults.
        public init() {}

        /// The keys.
        public static let fields: [ConfigurationField<Self>] = [
            .init(
                "driver", \.driver, "The kind of database; this version knows sqlite.",
                check: { DatabaseConnection.driverProblem($0) }),
            .init(
                "dsn", \.dsn,
                "The file, relative to the configuration, or `:memory:`. `file:` and `?options` are dropped. Needed without `connections`.",
                aliases: ["dataSourceName", "data_source_name"]),
            .init(
                "maxOpenConns", \.maxOpenConns, "How many connections read at once; one more writes.",
                aliases: DatabaseConnection.openAliases, schema: .integer(minimum: 1, maximum: 64)),
            .init(
                "maxIdleConns", \.maxIdleConns, "Accepted for compatibility: readers stay open.",
                aliases: DatabaseConnection.idleAliases, schema: .integer(minimum: 0, maximum: 64)),
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
                    suggestion: "dsn: the file, relative to the configuration, or :memory:")
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

        /// How many connections read at once.
        var readers: Int { connections[connection]?.maxOpenConns ?? maxOpenConns }

        /// The path of the file, or `:memory:`.
        var path: String {
            guard let dsn = connections[connection]?.dsn ?? dsn else { return ":memory:" }
            var text = Substring(dsn.written)
            for prefix in ["file://", "file:"] where text.hasPrefix(prefix) {
                text = text.dropFirst(prefix.count)
                break
            }
            text = text.prefix { $0 != "?" }
            if text == ":memory:" || text.hasPrefix("/") { return String(text) }
            return String(dsn.resolved.dropLast(dsn.written.count) + text)
        }
    }

    /// What the module type is.
    public static let descriptor = ModuleDescriptor(
        type: "database.workflow", aliases: ["database.modular"], settingsKey: "database",
        summary: "A database that other modules keep their state in.",
        details: """
            The file is opened in WAL mode with `synchronous=FULL`: what was acknowledged survives a crash and a power \
            failure. Only one process can have it open.

            Instead of `driver` and `dsn` there may be `connections: {default: {driver: sqlite, dsn: app.sqlite}}`.
            """,
        provides: [.database],
        examples: [
            .init(
                "a database beside the configuration",
                yaml: """
                    modules:
                      - name: database
                        type: database.workflow
                        config: {driver: sqlite, dsn: data/app.sqlite}
                      - name: persistence
                        type: persistence.store
                        config: {database: database}
                    """)
        ])

    private let configuration: Configuration
    private let context: ModuleContext
    private let opened = Mutex<(store: any StateStore, database: SQLiteDatabase)?>(nil)

    /// Creates the module; the database is opened when it is prepared.
    public init(configuration: Configuration, context: ModuleContext) throws {
        self.configuration = configuration
        self.context = context
    }

    public func prepare() async throws {
        var settings = SQLiteDatabase.Configuration(path: configuration.path)
        settings.readers = configuration.readers
        settings.patience = context.environment.statePatience
        var behaviour = SQLStateStore.Configuration()
        behaviour.clock = context.clock
        let (store, database) = try await SQLStateStore.opened(settings, store: behaviour)
        opened.withLock { $0 = (store, database) }
    }

    public func shutdown() async {
        let store = opened.withLock { opened in
            defer { opened = nil }
            return opened?.store
        }
        await store?.close()
    }

    /// The state store in this database.
    ///
    /// - Throws: ``WorkflowError`` `.unavailable` when it is not open.
    func stateStore() throws -> any StateStore {
        guard let store = opened.withLock({ $0?.store }) else { throw notOpen }
        return store
    }

    /// The database itself, for the statements of other modules.
    ///
    /// - Throws: ``WorkflowError`` `.unavailable` when it is not open.
    func sqlDatabase() throws -> SQLiteDatabase {
        guard let database = opened.withLock({ $0?.database }) else { throw notOpen }
        return database
    }

    private var notOpen: WorkflowError {
        WorkflowError(.unavailable, "The database \"\(context.name)\" is not open.")
    }
}
#endif
