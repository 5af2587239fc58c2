import Foundation
import WorkflowCatalog
import WorkflowCommandLine

/// A project that is made from a template.
struct NewProject {
    private static let schemaFile = "workflow.schema.json"
    /// What may be in a folder that counts as empty.
    private static let ignored: Set = [".git", ".DS_Store"]

    let template: ProjectTemplate
    /// The folder, as a person names it.
    let folder: String

    /// The name of the project: that of the folder, in letters that every tool takes.
    var name: String {
        let last = URL(fileURLWithPath: folder).standardizedFileURL.lastPathComponent.lowercased()
        let words = last.split { !($0.isASCII && ($0.isLetter || $0.isNumber)) }
        return words.isEmpty ? template.name : words.joined(separator: "-")
    }

    /// Makes the folder and writes the files, and beside them the schema that their first line names.
    ///
    /// - Parameter isForced: Whether the folder may have files already; those of the same name are replaced.
    /// - Returns: The paths of the files, in order.
    /// - Throws: ``CommandFailure`` when the folder is not empty, or a file cannot be written.
    func write(isForced: Bool) throws -> [String] {
        try checkFolder(isForced: isForced)
        var texts = template.files.map { file in
            (path: file.path, text: file.text.replacing(ProjectTemplate.placeholder, with: name))
        }
        let schema = ReferenceDocumentation(registry: StandardCatalog.registry).schema
        texts.append((path: Self.schemaFile, text: schema))
        for file in texts { try write(file.text, to: "\(folder)/\(file.path)") }
        return texts.map(\.path).sorted()
    }

    private func checkFolder(isForced: Bool) throws {
        let files = FileManager.default
        var isDirectory: ObjCBool = false
        guard files.fileExists(atPath: folder, isDirectory: &isDirectory) else { return }
        guard isDirectory.boolValue else {
            throw CommandFailure(.cannotWrite, "\(folder) is a file.", hint: "choose another folder")
        }
        let present: [String]
        do {
            present = try files.contentsOfDirectory(atPath: folder).filter { !Self.ignored.contains($0) }.sorted()
        } catch {
            throw CommandFailure(.cannotWrite, "\(folder) cannot be read: \(error.localizedDescription)")
        }
        guard !isForced, let first = present.first else { return }
        let others = present.count > 1 ? " and \(IssueReport.count(present.count - 1, "other"))" : ""
        let title = folder == "." ? "This folder" : folder
        throw CommandFailure(
            .usage, "\(title) is not empty: it has \(first)\(others).",
            hint: "choose another folder, as in `wfctl init NAME`, or replace files of the same names with --force")
    }

    private func write(_ text: String, to path: String) throws {
        do {
            try FileManager.default.createDirectory(
                atPath: (path as NSString).deletingLastPathComponent, withIntermediateDirectories: true)
            try Data(text.utf8).write(to: URL(fileURLWithPath: path), options: .atomic)
        } catch {
            throw CommandFailure(
                .cannotWrite, "\(path) cannot be written: \(error.localizedDescription)",
                hint: "check the permissions of the folder")
        }
    }
}
