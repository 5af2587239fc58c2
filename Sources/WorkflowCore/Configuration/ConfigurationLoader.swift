import Foundation

/// Reads a configuration from files and folders.
public struct ConfigurationLoader: Sendable {
    private let environment: EnvironmentExpansion

    /// Creates a loader.
    ///
    /// - Parameter environment: The variables for `${NAME}`.
    public init(environment: [String: String]) {
        self.environment = EnvironmentExpansion(variables: environment)
    }

    /// Reads files, the files of folders (`*.yaml`, `*.yml`, in order of name) and what they include, and merges them.
    ///
    /// Modules and lists of sections are joined. An `include` is relative to its file and must stay, symbolic links
    /// followed, within the folder of the first path given. A file that is named several times is read once.
    ///
    /// - Parameter paths: Files or folders.
    /// - Throws: ``ConfigurationError`` with everything that is wrong when one of the files cannot be read.
    public func load(_ paths: [String]) throws -> ApplicationConfiguration {
        try read(paths).configuration
    }

    /// Reads a configuration as ``load(_:)`` does, and returns with it what stands in its files.
    ///
    /// - Parameters:
    ///   - paths: Files or folders.
    ///   - replacements: What to read instead of files, by their paths without symbolic links.
    /// - Throws: ``ConfigurationError``.
    public func read(
        _ paths: [String], replacing replacements: [String: String] = [:]
    ) throws -> (configuration: ApplicationConfiguration, texts: [ConfigurationHistory.Text]) {
        guard let first = paths.first else { return (ApplicationConfiguration(), []) }
        var texts: [ConfigurationHistory.Text] = []
        var builder = ApplicationConfigurationBuilder()
        var visited: [String] = []
        var known: Set<String> = []
        let files = ConfigurationFiles(root: first)
        var queue = paths.map { (path: $0, origin: ConfigurationNode?.none) }[...]
        while let (path, origin) = queue.popFirst() {
            do {
                for file in try files.list(path, includedBy: origin) where known.insert(files.canonical(file)).inserted
                {
                    visited.append(files.canonical(file))
                    let text = try replacements[files.canonical(file)] ?? files.read(file, includedBy: origin)
                    texts.append(.init(name: files.canonical(file), content: text))
                    builder.add(YAMLParser.read(text, file: file, environment: environment))
                    for node in builder.takeIncludes() {
                        guard let text = node.text, !text.isEmpty else {
                            builder.fail(node, "an include is the path of a file or folder")
                            continue
                        }
                        queue.append((text.hasPrefix("/") ? text : "\(files.folder(of: file))/\(text)", node))
                    }
                }
            } catch let error as ConfigurationError {
                builder.failFile(error.issues)
            }
        }
        var configuration = try builder.finish()
        configuration.files = visited
        return (configuration, texts)
    }

    /// What stands in a file.
    ///
    /// - Throws: ``ConfigurationError``.
    func text(of file: String) throws -> String {
        try ConfigurationFiles(root: file).read(file, includedBy: nil)
    }

    static func isFolder(_ path: String) -> Bool { ConfigurationFiles.isFolder(path) }

    /// The path of a file without symbolic links.
    static func canonicalPath(_ path: String) -> String { ConfigurationFiles.canonical(path) }
}

/// The files that a configuration may be made of.
private struct ConfigurationFiles {
    /// The folder that included files must lie in, and how people know it.
    private let root: (canonical: String, name: String)

    init(root path: String) {
        let folder = Self.isFolder(path) ? path : Self.folder(of: path)
        root = (Self.canonical(folder), folder)
    }

    /// The file at a path, or the configuration files of the folder there.
    ///
    /// - Throws: ``ConfigurationError`` when there is none, or when an include leads out of the root folder.
    func list(_ path: String, includedBy origin: ConfigurationNode?) throws -> [String] {
        guard isInside(path, origin) else { throw outside(path, origin) }
        guard Self.isFolder(path) else { return [path] }
        let files: [String]
        do {
            files = try FileManager.default.contentsOfDirectory(atPath: path)
                .filter(Self.isConfiguration)
                .sorted().map { "\(path)/\($0)" }
        } catch {
            throw unreadable(path, origin, error)
        }
        for file in files where !isInside(file, origin) { throw outside(file, origin) }
        return files
    }

    /// Whether a file of a folder is one of the configuration; tests stand beside it.
    private static func isConfiguration(_ name: String) -> Bool {
        guard !name.hasPrefix(".") else { return false }
        return [".yaml", ".yml"].contains { name.hasSuffix($0) && !name.hasSuffix(".test\($0)") }
    }

    /// The text of a file.
    ///
    /// - Throws: ``ConfigurationError``.
    func read(_ file: String, includedBy origin: ConfigurationNode?) throws -> String {
        let data: Data
        do {
            let handle = try FileHandle(forReadingFrom: URL(fileURLWithPath: file))
            defer { try? handle.close() }
            // One byte more, to see that the file is too large.
            data = try handle.read(upToCount: YAMLParser.maximumSize + 1) ?? Data()
        } catch {
            throw unreadable(file, origin, error)
        }
        guard data.count <= YAMLParser.maximumSize else { throw ConfigurationError([YAMLParser.tooLarge(file)]) }
        guard let text = String(validating: data, as: UTF8.self) else {
            let place = Self.firstInvalid(in: data)
            throw ConfigurationError([
                ConfigurationIssue(
                    location: SourceLocation(file: file, line: place.line, column: place.column), path: "",
                    message: "the file is not valid UTF-8", suggestion: "save it as UTF-8")
            ])
        }
        return text
    }

    func canonical(_ path: String) -> String { Self.canonical(path) }

    func folder(of path: String) -> String { Self.folder(of: path) }

    private func isInside(_ path: String, _ origin: ConfigurationNode?) -> Bool {
        guard origin != nil else { return true }
        let canonical = canonical(path)
        return canonical == root.canonical || canonical.hasPrefix(root.canonical == "/" ? "/" : root.canonical + "/")
    }

    private func outside(_ path: String, _ origin: ConfigurationNode?) -> ConfigurationError {
        ConfigurationError([
            ConfigurationIssue(
                location: origin?.location ?? SourceLocation(file: path), path: origin?.path ?? "",
                message: "\"\(origin?.text ?? path)\" lies outside the folder of the configuration",
                suggestion: "move the file below \(root.name)")
        ])
    }

    private func unreadable(_ path: String, _ origin: ConfigurationNode?, _ error: any Error) -> ConfigurationError {
        let (reason, remedy) =
            switch (error as? CocoaError)?.code {
            case .fileReadNoSuchFile?, .fileNoSuchFile?: ("there is no such file", "check the path")
            case .fileReadNoPermission?: ("this user may not read it", "check its permissions")
            default: (error.localizedDescription, "check the path and its permissions")
            }
        return ConfigurationError([
            ConfigurationIssue(
                location: origin?.location ?? SourceLocation(file: path), path: origin?.path ?? "",
                message: "\(path) cannot be read: \(reason)", suggestion: remedy)
        ])
    }

    static func isFolder(_ path: String) -> Bool {
        var isDirectory: ObjCBool = false
        return FileManager.default.fileExists(atPath: path, isDirectory: &isDirectory) && isDirectory.boolValue
    }

    private static func folder(of path: String) -> String {
        let folder = (path as NSString).deletingLastPathComponent
        return folder.isEmpty ? "." : folder
    }

    /// The path without symbolic links; what does not exist is kept below the part that does.
    static func canonical(_ path: String) -> String {
        var existing = URL(fileURLWithPath: path).path
        var missing: [String] = []
        while true {
            if let resolved = realpath(existing, nil) {
                defer { free(resolved) }
                let base = String(cString: resolved)
                guard !missing.isEmpty else { return base }
                let rest = missing.reversed().joined(separator: "/")
                return URL(fileURLWithPath: base == "/" ? "/\(rest)" : "\(base)/\(rest)").standardizedFileURL.path
            }
            let parent = (existing as NSString).deletingLastPathComponent
            guard !parent.isEmpty, parent != existing else {
                return URL(fileURLWithPath: path).standardizedFileURL.path
            }
            missing.append((existing as NSString).lastPathComponent)
            existing = parent
        }
    }

    private static func firstInvalid(in data: Data) -> (line: Int, column: Int) {
        var decoder = UTF8()
        var bytes = data.makeIterator()
        var (line, column) = (1, 1)
        while true {
            switch decoder.decode(&bytes) {
            case .scalarValue("\n"): (line, column) = (line + 1, 1)
            case .scalarValue: column += 1
            case .emptyInput, .error: return (line, column)
            }
        }
    }
}
