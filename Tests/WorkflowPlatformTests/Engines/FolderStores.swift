#if SQLite
import Foundation
import WorkflowCore
import WorkflowPlatform
import WorkflowStore
import WorkflowStoreSQLite

/// Stores and files in a folder for each workflow.
struct FolderStores: EngineProvider {
    let folder: String
    var scripts: (@Sendable () -> any ScriptRuntime)?

    func openStore(of deployment: DeploymentKey) async throws -> any StateStore {
        let place = "\(folder)/\(deployment)"
        try FileManager.default.createDirectory(atPath: place, withIntermediateDirectories: true)
        return try await SQLStateStore.sqlite(SQLiteDatabase.Configuration(path: "\(place)/state.sqlite"))
    }

    func makeScriptRuntime(for workflow: ID<Workflow>) throws -> (any ScriptRuntime)? { scripts?() }

    func filesFolder(of deployment: DeploymentKey) -> String? { "\(folder)/\(deployment)/files" }

    func removeState(of deployment: DeploymentKey) async throws {
        try FileManager.default.removeItem(atPath: "\(folder)/\(deployment)")
    }
}
#endif
