import WorkflowCore
import WorkflowPlatform
import WorkflowStore
import WorkflowStorePostgreSQL

/// What a platform keeps its own data and the state of workflows in.
struct PlatformStorage {
    let database: any SQLDatabase
    #if PostgreSQL
    /// The connections that all workflows share; `nil` for SQLite.
    let connections: PostgreSQLConnections?
    #endif

    /// Opens the database; connections for workflows are opened when they are needed.
    ///
    /// - Parameters:
    ///   - place: Where it is.
    ///   - workflowConnections: How many connections to PostgreSQL workflows have together, at most.
    /// - Throws: ``SQLError``, or ``StoreError`` when the program was built without the driver.
    static func open(_ place: PlatformDatabase, workflowConnections: Int) async throws -> PlatformStorage {
        let database = try await place.open(exclusively: true)
        #if PostgreSQL
        guard place.isURL else { return PlatformStorage(database: database, connections: nil) }
        var configuration = PostgreSQLDatabase.Configuration(dsn: place.state)
        configuration.maximumConnections = workflowConnections
        do {
            return PlatformStorage(database: database, connections: try PostgreSQLConnections(configuration))
        } catch {
            await database.close()
            throw error
        }
        #else
        return PlatformStorage(database: database)
        #endif
    }

    /// Opens what workflows need.
    ///
    /// - Parameters:
    ///   - folder: Where it is when it is in files.
    ///   - executable: The program that runs scripts when it is started as a worker.
    func parts(folder: String, executable: String) -> DeployedWorkflowParts {
        #if PostgreSQL
        DeployedWorkflowParts(folder: folder, connections: connections, executable: executable)
        #else
        DeployedWorkflowParts(folder: folder, executable: executable)
        #endif
    }

    /// Adds metrics of the connections to a registry.
    func register(in registry: MetricsRegistry) {
        #if PostgreSQL
        let family = registry.gauge(
            "platform_database_connections", help: "Connections to PostgreSQL for statements, by who uses them.",
            labels: ["pool", "state"])
        let waiting = registry.gauge(
            "platform_database_waiting", help: "Statements and transactions that wait for a connection.",
            labels: ["pool"])
        func watch<Owner: AnyObject & Sendable>(
            _ owner: Owner?, _ pool: String, _ usage: @escaping @Sendable (Owner) -> ConnectionUsage
        ) {
            guard let owner else { return }
            registry.onCollect(of: owner) { owner in
                let usage = usage(owner)
                family.with(pool, "idle").set(Double(usage.idle))
                family.with(pool, "busy").set(Double(usage.open - usage.idle))
                waiting.with(pool).set(Double(usage.waiting))
            }
        }
        watch(database as? PostgreSQLDatabase, "platform") { $0.usage }
        watch(connections, "workflows") { $0.usage }
        #endif
    }

    /// Closes everything, once nothing runs any more.
    func close() async {
        #if PostgreSQL
        await connections?.close()
        #endif
        await database.close()
    }
}
