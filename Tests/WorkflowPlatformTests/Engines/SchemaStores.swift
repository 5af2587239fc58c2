#if PostgreSQL
import WorkflowCore
import WorkflowPlatform
import WorkflowStore
import WorkflowStorePostgreSQL

/// Stores in a schema of one PostgreSQL database for each workflow, which share connections.
struct SchemaStores: EngineProvider {
    let connections: PostgreSQLConnections

    /// Calls `body` with stores in a database.
    static func with(_ dsn: String, connections: Int = 8, _ body: (SchemaStores) async throws -> Void) async throws {
        var configuration = PostgreSQLDatabase.Configuration(dsn: dsn)
        configuration.maximumConnections = connections
        let stores = SchemaStores(connections: try PostgreSQLConnections(configuration))
        let result: Result<Void, any Error>
        do {
            result = .success(try await body(stores))
        } catch {
            result = .failure(error)
        }
        await stores.connections.close()
        try result.get()
    }

    func openStore(of deployment: DeploymentKey) async throws -> any StateStore {
        try await SQLStateStore.open(connections.schema(deployment.namespace, concurrency: 2))
    }

    func removeState(of deployment: DeploymentKey) async throws {
        try await connections.removeSchema(deployment.namespace)
    }
}
#endif
