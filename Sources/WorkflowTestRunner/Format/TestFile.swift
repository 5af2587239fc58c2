import Foundation
import WorkflowCore

/// A file with tests of an application, as it was read.
public struct TestFile: Sendable {
    /// The path as it was named.
    public let path: String
    let content: TestFileContent

    /// Reads a file.
    ///
    /// - Parameter path: The file.
    /// - Throws: ``ConfigurationError`` with everything that is wrong, each with its place.
    public init(path: String) throws {
        guard let data = FileManager.default.contents(atPath: path) else {
            throw ConfigurationError([
                ConfigurationIssue(
                    location: SourceLocation(file: path), path: "", message: "the file cannot be read",
                    suggestion: "check the path and its permissions")
            ])
        }
        guard let text = String(validating: data, as: UTF8.self) else {
            throw ConfigurationError([
                ConfigurationIssue(
                    location: SourceLocation(file: path, line: 1, column: 1), path: "",
                    message: "the file is not valid UTF-8", suggestion: "save it as UTF-8")
            ])
        }
        try self.init(yaml: text, path: path)
    }

    /// Reads tests from text.
    ///
    /// - Parameters:
    ///   - yaml: The text.
    ///   - path: The name for messages; relative paths start from its folder.
    /// - Throws: ``ConfigurationError`` with everything that is wrong, each with its place.
    public init(yaml: String, path: String) throws {
        var root = try ConfigurationNode(yaml: yaml, file: path)
        if let entries = root.entries {
            // Keys for anchors of YAML, as in configurations.
            root.content = .mapping(entries.filter { !$0.key.hasPrefix("x-") })
        }
        var decoder = ConfigurationDecoder()
        guard let content = decoder.decode(TestFileContent.self, from: root), decoder.issues.isEmpty else {
            throw ConfigurationError(decoder.issues)
        }
        self.path = path
        self.content = content
    }

    /// The files of the application that is tested.
    public var application: [String] {
        let named = content.application.values.map(\.resolved)
        guard named.isEmpty else { return named }
        return [ConfigurationFilePath("workflow.yaml", base: (path as NSString).deletingLastPathComponent).resolved]
    }

    /// How many tests there are.
    public var count: Int { content.tests.count }

    /// The test files that paths lead to: files as they are, of folders all that end in `.test.yaml` or `.test.yml`,
    /// at any depth.
    ///
    /// - Parameter paths: Files and folders.
    /// - Returns: Files, those of a folder by name.
    public static func find(_ paths: [String]) -> [String] {
        paths.flatMap { path -> [String] in
            var isFolder: ObjCBool = false
            guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder), isFolder.boolValue else {
                return [path]
            }
            let found = FileManager.default.enumerator(atPath: path)?.compactMap { $0 as? String } ?? []
            let prefix = path == "." ? "" : path.hasSuffix("/") ? path : "\(path)/"
            return found.filter { ($0.hasSuffix(".test.yaml") || $0.hasSuffix(".test.yml")) && !Self.isHidden($0) }
                .sorted().map { prefix + $0 }
        }
    }

    private static func isHidden(_ path: String) -> Bool {
        path.split(separator: "/").contains { $0.hasPrefix(".") || $0 == "node_modules" }
    }
}
