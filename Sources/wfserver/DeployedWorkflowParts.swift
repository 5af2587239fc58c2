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
    #if PostgreSQL
    /// The connections to the database for the state, which all workflows share; `nil` for SQLite.
    let connections: PostgreSQLConnections?
    /// How many of them one workflow uses at a time, so that it does not keep them from others.
    private static let connectionsPerWorkflow = 4
    #endif
    /// The program that runs scripts when it is started as a worker.
    let executable: String

    func openStore(of deployment: DeploymentKey) async throws -> any StateStore {
        #if PostgreSQL
        if let connections {
            do {
                return try await SQLStateStore.open(
                    connections.schema(deployment.namespace, concurrency: Self.connectionsPerWorkflow))
            } catch {
                throw StoreError.translating(error)
            }
        }
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
        do {
            try await connections?.removeSchema(deployment.namespace)
        } catch {
            throw StoreError.translating(error)
        }
        #endif
    }
}
