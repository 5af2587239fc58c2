import Foundation
import Logging
import WorkflowCore
import WorkflowJavaScript
import WorkflowPlatform
import WorkflowStore
import WorkflowStorePostgreSQL
import WorkflowStoreSQLite

/// Opens what deployed workflows need in each environment: a database file each, or a schema each of one
/// PostgreSQL database.
struct DeployedWorkflowParts: EngineProvider {
    /// The folder with one folder for each workflow and environment.
    let folder: String
    /// The connection string of the database for the state; `nil` for SQLite.
    let dsn: String?
    /// The program that runs scripts when it is started as a worker.
    let executable: String

    func openStore(of deployment: DeploymentKey) async throws -> any StateStore {
        #if PostgreSQL
        if let dsn { return try await SQLStateStore.postgreSQL(Self.schema(of: deployment, in: dsn)) }
        #endif
        #if SQLite
        let place = "\(folder)/\(deployment)"
        try FileManager.default.createDirectory(
            atPath: place, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        return try await SQLStateStore.sqlite(SQLiteDatabase.Configuration(path: "\(place)/state.sqlite"))
        #else
        throw StoreError(.unavailable, "this program was built without SQLite")
        #endif
    }

    func makeScriptRuntime(for workflow: ID<Workflow>) throws -> (any ScriptRuntime)? {
        #if JavaScript
        // A process of its own, which starts when the first script is loaded.
        return try JavaScriptRuntime(isolation: .process(executable: executable, workers: 1))
        #else
        return nil
        #endif
    }

    func filesFolder(of deployment: DeploymentKey) -> String? { "\(folder)/\(deployment)/files" }

    func removeState(of deployment: DeploymentKey) async throws {
        let place = "\(folder)/\(deployment)"
        if FileManager.default.fileExists(atPath: place) { try FileManager.default.removeItem(atPath: place) }
        #if PostgreSQL
        guard let dsn else { return }
        let database = try await PostgreSQLDatabase.open(PostgreSQLDatabase.Configuration(dsn: dsn))
        do {
            _ = try await database.write {
                try $0.execute(SQLStatement("DROP SCHEMA IF EXISTS \(deployment.namespace) CASCADE"), [])
            }
        } catch {
            await database.close()
            throw error
        }
        await database.close()
        #endif
    }

    #if PostgreSQL
    private static func schema(of deployment: DeploymentKey, in dsn: String) -> PostgreSQLDatabase.Configuration {
        let isURL = dsn.contains("://")
        let separator = isURL ? (dsn.contains("?") ? "&" : "?") : " "
        var configuration = PostgreSQLDatabase.Configuration(dsn: "\(dsn)\(separator)schema=\(deployment.namespace)")
        // Many workflows share one server.
        configuration.maximumConnections = 4
        configuration.maximumIdleConnections = 1
        return configuration
    }
    #endif
}
