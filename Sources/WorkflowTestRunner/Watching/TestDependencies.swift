import Foundation
import WorkflowCore

/// The files that the results of a test file depend on.
public struct TestDependencies: Sendable {
    /// Their absolute paths: the test file, the files of its application, and those that the application names, such as
    /// scripts and seeds.
    public private(set) var files: Set<String>

    /// Finds them.
    ///
    /// - Parameters:
    ///   - path: The test file.
    ///   - before: What was found before; it still counts when a file cannot be read at present.
    public init(ofTests path: String, before: TestDependencies? = nil) {
        files = [Self.absolute(path)]
        do {
            let file = try TestFile(path: path)
            add(file.application)
            for variables in Set(file.content.tests.map { file.content.variables.merging($0.variables) { $1 } }) {
                let configuration = try ConfigurationLoader(environment: variables).load(file.application)
                add(configuration.files)
                let sections = configuration.workflows + configuration.triggers + configuration.settings
                for node in configuration.modules.map(\.configuration) + sections.map(\.configuration) {
                    add(filesNamed(in: node))
                }
            }
        } catch {
            // The run tells what is wrong.
            files.formUnion(before?.files ?? [])
        }
    }

    private mutating func add(_ paths: [String]) {
        files.formUnion(paths.map(Self.absolute))
    }

    /// What stands in a configuration and is the name of a file, or is meant to be that of a script.
    private func filesNamed(in node: ConfigurationNode, key: String = "") -> [String] {
        if let entries = node.entries { return entries.flatMap { filesNamed(in: $0.value, key: $0.key) } }
        if case .sequence(let elements) = node.content { return elements.flatMap { filesNamed(in: $0, key: key) } }
        guard let text = node.text, !text.isEmpty, !text.contains("\0") else { return [] }
        let folder = (node.location.file as NSString).deletingLastPathComponent
        let path = ConfigurationFilePath(text, base: folder).resolved
        var isFolder: ObjCBool = false
        let exists = FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) && !isFolder.boolValue
        return exists || key == "source" ? [path] : []
    }

    private static func absolute(_ path: String) -> String {
        URL(fileURLWithPath: path).standardizedFileURL.path
    }
}
