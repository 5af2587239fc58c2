import Foundation
import Logging
import WorkflowCatalog
import WorkflowCore
import WorkflowHTTP
import WorkflowJavaScript
import WorkflowModules
import WorkflowStore
import WorkflowStorePostgreSQL
import WorkflowStoreSQLite

/// The parts of the server that need a driver, and their end.
struct ServerParts: Sendable {
    /// What the engine gets.
    let environment: EngineEnvironment
    /// A logger for parts whose lines only matter when something is wrong.
    let quietLogger: Logger

    /// Opens everything.
    ///
    /// - Parameters:
    ///   - application: Tells what is needed: scripts only when there are components, the default store only when no
    ///     module keeps the state.
    ///   - location: Where the state is kept.
    ///   - isolation: Where scripts run.
    ///   - drain: How long a stop waits for work that is under way.
    ///   - drainDelay: How long a stop goes on serving before that, while it says that it is not ready.
    ///   - reload: When a reloaded configuration counts as good.
    ///   - cluster: How processes that share the state look after each other.
    ///   - outbound: Where requests to other hosts may go.
    ///   - sockets: The listening sockets that the process was started with.
    ///   - patience: How long to wait for another process to let go of the state.
    /// - Throws: ``StoreError`` when the state cannot be opened.
    static func make(
        application: ApplicationConfiguration, location: StateLocation, isolation: ScriptIsolation, drain: Duration,
        drainDelay: Duration, reload: ReloadPolicy, cluster: ClusterPolicy, outbound: OutboundPolicy,
        sockets: InheritedSockets,
        patience: Duration
    ) async throws -> ServerParts {
        let logger = Logger(label: "workflow")
        var quiet = logger
        quiet.logLevel = max(logger.logLevel, .warning)
        var environment = EngineEnvironment(logger: logger, metrics: EngineMetrics(registry: MetricsRegistry()))
        ProcessMetrics.register(in: environment.metrics.registry)
        environment.drainDeadline = drain
        environment.drainDelay = drainDelay
        environment.reloadPolicy = reload
        environment.clusterPolicy = cluster
        environment.outboundPolicy = outbound
        environment.nodeDescription = ClusterOptions.description
        environment.components = DynamicComponents()
        environment.httpListeners = SharedListenerFactory(inheritedSockets: sockets)
        environment.statePatience = patience
        environment.databaseDrivers = StandardCatalog.databaseDrivers
        environment.brokerProviders = StandardCatalog.brokerProviders
        #if JavaScript
        // Before the state is opened: processes start while this one goes on.
        let runtime = try runtime(isolation)
        if application.modules.contains(where: { $0.type == "dynamic.component" }) { runtime.warmUp() }
        environment.scriptRuntime = runtime
        #endif
        if !application.modules.contains(where: { $0.type == "persistence.store" }) {
            do {
                if let store = try await store(at: location, patience) { environment.defaultStore = store }
            } catch {
                await environment.scriptRuntime?.shutdown()
                throw error
            }
        }
        return ServerParts(environment: environment, quietLogger: quiet)
    }

    /// Opens the store that the command line asks for; `nil` for memory.
    private static func store(at location: StateLocation, _ patience: Duration) async throws -> (any StateStore)? {
        switch location.kind {
        case .memory:
            return nil
        case .files:
            #if SQLite
            var database = SQLiteDatabase.Configuration(path: "\(location.folder ?? ".")/state.sqlite")
            database.patience = patience
            return try await SQLStateStore.sqlite(database)
            #else
            return nil
            #endif
        case .database(let url):
            #if PostgreSQL
            return try await SQLStateStore.postgreSQL(PostgreSQLDatabase.Configuration(dsn: url))
            #else
            throw StoreError(.unavailable, "this program was built without PostgreSQL")
            #endif
        }
    }

    /// Releases everything, in the order in which parts depend on each other.
    func close() async {
        await environment.components?.close()
        await environment.scriptRuntime?.shutdown()
        await environment.defaultStore.close()
    }

    #if JavaScript
    private static func runtime(_ isolation: ScriptIsolation) throws -> JavaScriptRuntime {
        switch isolation {
        case .inProcess: return try JavaScriptRuntime(isolation: .inProcess())
        case .process:
            let path = Bundle.main.executablePath ?? CommandLine.arguments[0]
            return try JavaScriptRuntime(isolation: .process(executable: path))
        }
    }
    #endif
}
