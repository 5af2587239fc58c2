import Foundation
import WorkflowCommandLine
import WorkflowCore

/// The servers and platforms that a person has given names, with their tokens.
struct ServerContexts {
    /// The servers by name.
    private(set) var entries: [String: ContextEntry] = [:]
    /// The name of the one that is used when nothing else is said.
    var current: String?

    /// Adds or replaces a server.
    mutating func set(_ name: String, _ entry: ContextEntry) {
        entries[name] = entry
    }

    /// Forgets a server.
    mutating func remove(_ name: String) {
        entries[name] = nil
        if current == name { current = nil }
    }

    /// The name of a server; of several the one that is used.
    func name(of address: ServerAddress) -> String? {
        let names = entries.filter { $0.value.url == address.url }.keys.sorted()
        return names.first { $0 == current } ?? names.first
    }

    /// The server of a name.
    ///
    /// - Throws: ``CommandFailure`` when there is none.
    func entry(_ name: String) throws -> ContextEntry {
        if let entry = entries[name] { return entry }
        throw CommandFailure(
            .usage, "There is no context \"\(name)\".",
            hint: Suggestion.closest(to: name, among: entries.keys).map { "did you mean \"\($0)\"?" }
                ?? "add it with `wfctl context add \(name) URL`")
    }

    // MARK: - The file

    /// Where they are kept: `wfctl/contexts.json` in `XDG_CONFIG_HOME`, which is `~/.config` by default.
    static var path: String {
        let variables = ProcessInfo.processInfo.environment
        let configured = variables["XDG_CONFIG_HOME"] ?? ""
        let base = configured.hasPrefix("/") ? configured : "\(variables["HOME"] ?? NSHomeDirectory())/.config"
        return "\(base)/wfctl/contexts.json"
    }

    /// The file itself, where the path is a link to it.
    private static var file: String { URL(fileURLWithPath: path).resolvingSymlinksInPath().path }

    /// Reads the file; without one there are no servers.
    ///
    /// - Throws: ``CommandFailure`` when others may read it, or it is malformed.
    static func load() throws -> ServerContexts {
        guard FileManager.default.fileExists(atPath: path) else { return ServerContexts() }
        let attributes: [FileAttributeKey: Any]
        do {
            attributes = try FileManager.default.attributesOfItem(atPath: file)
        } catch {
            throw unreadable(error.localizedDescription)
        }
        guard let mode = attributes[.posixPermissions] as? Int, mode & 0o077 == 0 else {
            throw CommandFailure(
                .notLoggedIn, "\(path) has tokens in it, and others may read it.", hint: "run `chmod 600 \(path)`")
        }
        guard let data = FileManager.default.contents(atPath: path) else { throw unreadable("permission denied") }
        do {
            return try ServerContexts(JSONValue(parsing: Array(data)))
        } catch let error as JSONParsingError {
            throw unreadable("it is not JSON: \(error)")
        }
    }

    private init() {}

    private init(_ json: JSONValue) throws {
        guard let list = json["contexts"]?.objectValue else { throw Self.unreadable("it has no \"contexts\"") }
        for (name, value) in list {
            guard let entry = ContextEntry(value) else { throw Self.unreadable("\"\(name)\" has no \"url\"") }
            entries[name] = entry
        }
        current = json["current"]?.stringValue
    }

    private static func unreadable(_ reason: String) -> CommandFailure {
        CommandFailure(
            .noInput, "\(path) cannot be read: \(reason).", hint: "put it right, or remove it and log in again")
    }

    /// Changes the file, which no other process changes meanwhile.
    ///
    /// - Parameter body: Makes the change; gets what the file says now.
    /// - Throws: ``CommandFailure`` when it cannot be read or written; what `body` throws, and nothing is changed then.
    static func change<Result>(_ body: (inout ServerContexts) async throws -> Result) async throws -> Result {
        try createFolder()
        return try await FileLock.holding("\(path).lock") {
            var contexts = try load()
            let result = try await body(&contexts)
            try contexts.save()
            return result
        }
    }

    private static func createFolder() throws {
        do {
            try FileManager.default.createDirectory(
                atPath: (path as NSString).deletingLastPathComponent, withIntermediateDirectories: true,
                attributes: [.posixPermissions: 0o700])
        } catch {
            throw unwritable(error.localizedDescription)
        }
    }

    /// Replaces the file, which only its owner may read, in one step; call it within ``change(_:)``.
    ///
    /// - Throws: ``CommandFailure`` when it cannot be written.
    func save() throws {
        let path = Self.file
        let fresh = "\(path).\(ProcessInfo.processInfo.processIdentifier)"
        let descriptor = open(fresh, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw Self.unwritable(String(cString: strerror(errno))) }
        let handle = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
        do {
            try handle.write(contentsOf: Data((json.jsonString(pretty: true) + "\n").utf8))
            try handle.synchronize()
        } catch {
            unlink(fresh)
            throw Self.unwritable(error.localizedDescription)
        }
        guard rename(fresh, path) == 0 else {
            let reason = String(cString: strerror(errno))
            unlink(fresh)
            throw Self.unwritable(reason)
        }
    }

    private static func unwritable(_ reason: String) -> CommandFailure {
        CommandFailure(
            .cannotWrite, "\(path) cannot be written: \(reason).", hint: "check its permissions, or set XDG_CONFIG_HOME"
        )
    }

    private var json: JSONValue {
        var document: JSONObject = [
            "contexts": .object(
                JSONObject(
                    entries.sorted { $0.key < $1.key }.map { name, entry in
                        (name, .object(entry.json))
                    }))
        ]
        if let current { document["current"] = .string(current) }
        return .object(document)
    }
}
