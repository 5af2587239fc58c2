import Foundation
import WorkflowCommandLine

/// Finds the configuration of a project.
enum ProjectFile {
    private static let names = ["workflow.yaml", "workflow.yml", "app.yaml", "app.yml"]

    /// The files that a person means; when none is named, the configuration in the folder that the program works in.
    ///
    /// - Throws: ``CommandFailure`` when there is none.
    static func find(_ paths: [String]) throws -> [String] {
        paths.isEmpty ? [try find(nil)] : paths
    }

    /// The configuration that a person means.
    ///
    /// - Parameter path: A file, or a folder; `nil` for the folder that the program works in.
    /// - Returns: The file; for a folder without one of the usual names that a person has named, the folder.
    /// - Throws: ``CommandFailure`` when there is none.
    static func find(_ path: String?) throws -> String {
        var isDirectory: ObjCBool = false
        if let path {
            guard FileManager.default.fileExists(atPath: path, isDirectory: &isDirectory) else {
                throw CommandFailure(.noInput, "There is no \(path).", hint: "check the path")
            }
            guard isDirectory.boolValue else { return path }
        }
        let folder = path.map { $0.hasSuffix("/") ? $0 : "\($0)/" } ?? ""
        if let name = names.first(where: { FileManager.default.fileExists(atPath: folder + $0) }) {
            return folder + name
        }
        if let path { return path }
        throw CommandFailure(
            .noInput, "There is no workflow.yaml or app.yaml in \(FileManager.default.currentDirectoryPath).",
            hint: "name the file, go to its folder, or begin with `wfctl init`")
    }
}
