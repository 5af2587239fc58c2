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

    func openStore(of workflow: ID<Workflow>) async throws -> any StateStore {
        let place = "\(folder)/\(workflow)"
        try FileManager.default.createDirectory(atPath: place, withIntermediateDirectories: true)
        return try await SQLStateStore.sqlite(SQLiteDatabase.Configuration(path: "\(place)/state.sqlite"))
    }

    func makeScriptRuntime(for workflow: ID<Workflow>) throws -> (any ScriptRuntime)? { scripts?() }

    func filesFolder(of workflow: ID<Workflow>) -> String? { "\(folder)/\(workflow)/files" }

    func removeState(of workflow: ID<Workflow>) async throws {
        try FileManager.default.removeItem(atPath: "\(folder)/\(workflow)")
    }
}
#endif
