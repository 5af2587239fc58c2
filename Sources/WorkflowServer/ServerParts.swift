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
    ///   - process: What the parts are set to.
    /// - Throws: ``StoreError`` when the state cannot be opened.
    static func make(
        application: ApplicationConfiguration, location: StateLocation, process: ApplicationProcess
    ) async throws -> ServerParts {
        let logger = process.logger
        var quiet = logger
        quiet.logLevel = max(logger.logLevel, .warning)
        var environment = EngineEnvironment(logger: logger, metrics: EngineMetrics(registry: MetricsRegistry()))
        ProcessMetrics.register(in: environment.metrics.registry)
        environment.drainDeadline = process.drain
        environment.drainDelay = process.drainDelay
        environment.reloadPolicy = process.reload
        environment.clusterPolicy = process.cluster
        environment.outboundPolicy = process.outbound
        environment.nodeDescription = ClusterOptions.description
        environment.components = DynamicComponents()
        environment.httpListeners = SharedListenerFactory(inheritedSockets: process.sockets)
        environment.statePatience = process.patience
        environment.tracer = process.tracer
        environment.databaseDrivers = StandardCatalog.databaseDrivers
        environment.brokerProviders = StandardCatalog.brokerProviders
        #if JavaScript
        // Before the state is opened: processes start while this one goes on.
        let runtime = try runtime(process.scripts)
        if application.modules.contains(where: { $0.type == "dynamic.component" }) { runtime.warmUp() }
        environment.scriptRuntime = runtime
        #endif
        if !application.modules.contains(where: { $0.type == "persistence.store" }) {
            do {
                if let store = try await store(at: location, process.patience) { environment.defaultStore = store }
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
