#if PostgreSQL
import TestServices
import WorkflowCore
import WorkflowPlatform
import WorkflowStore
import WorkflowStorePostgreSQL

/// Stores in a schema of one PostgreSQL database for each workflow.
struct SchemaStores: EngineProvider {
    let dsn: String

    func openStore(of deployment: DeploymentKey) async throws -> any StateStore {
        let separator = dsn.contains("?") ? "&" : "?"
        var configuration = PostgreSQLDatabase.Configuration(
            dsn: "\(dsn)\(separator)schema=\(deployment.namespace)")
        configuration.maximumConnections = 2
        configuration.maximumIdleConnections = 1
        return try await SQLStateStore.postgreSQL(configuration)
    }

    func removeState(of deployment: DeploymentKey) async throws {
        let database = try await PostgreSQLDatabase.open(PostgreSQLDatabase.Configuration(dsn: dsn))
        do {
            _ = try await database.write {
                try $0.execute(SQLStatement("DROP SCHEMA IF EXISTS \(deployment.namespace) CASCADE"), [])
            }
            await database.close()
        } catch {
            await database.close()
            throw error
        }
    }
}
#endif
