/// Gathers the files of a configuration into one, and everything that is wrong with their outer shape.
struct ApplicationConfigurationBuilder {
    private var configuration = ApplicationConfiguration()
    private(set) var decoder = ConfigurationDecoder()
    /// The `include` entries of the files added so far that nobody has taken yet.
    private var includes: [ConfigurationNode] = []
    /// Whether so much is missing that looking at the rest would tell of mistakes that are none.
    private var isUnreadable = false

    /// The keys at the top of a file; those of the settings of module types come from the registry.
    static let topLevelKeys = ["modules", "workflows", "triggers", "include", "name", "description", "version"]
    private static let moduleKeys = ["name", "type", "config", "dependsOn", "branches"]

    mutating func takeIncludes() -> [ConfigurationNode] {
        defer { includes = [] }
        return includes
    }

    /// Records that a file is missing.
    mutating func failFile(_ issues: [ConfigurationIssue]) {
        decoder.fail(issues)
        isUnreadable = true
    }

    mutating func fail(_ node: ConfigurationNode, _ message: String, suggestion: String? = nil) {
        decoder.fail(node, message, suggestion: suggestion)
    }

    /// Adds the document of one file with what was wrong in reading it.
    mutating func add(_ document: YAMLParser.Document) {
        guard let root = document.root else { return failFile(document.issues) }
        decoder.fail(document.issues)
        add(root)
    }

    /// Refuses `include` where there are no files to include.
    mutating func refuseIncludes() {
        for node in takeIncludes() {
            decoder.fail(node, "include works in files only", suggestion: "load the configuration from a file")
        }
    }

    /// Adds the root of one document.
    mutating func add(_ root: ConfigurationNode) {
        guard let entries = root.entries else {
            decoder.fail(root, "a configuration is a mapping with modules, workflows and triggers")
            isUnreadable = true
            return
        }
        for entry in entries {
            switch entry.key {
            case "modules": addModules(entry.value)
            case "workflows": addSections(entry.value, to: \.workflows)
            case "triggers": addSections(entry.value, to: \.triggers)
            case "include":
                if let elements = entry.value.elements { includes += elements } else { includes.append(entry.value) }
            case "name": addAbout(entry.value, \.name)
            case "description": addAbout(entry.value, \.description)
            case "version": addAbout(entry.value, \.version)
            case let key where key.hasPrefix("x-"): break
            default: addSection(entry, to: \.settings)
            }
        }
    }

    private mutating func addAbout(
        _ node: ConfigurationNode, _ path: WritableKeyPath<ApplicationConfiguration.About, String>
    ) {
        guard configuration.about[keyPath: path].isEmpty, let text = node.text ?? node.sourceText else { return }
        configuration.about[keyPath: path] = text
    }

    /// - Throws: ``ConfigurationError`` with everything that was recorded when a file as a whole is missing.
    func finish() throws -> ApplicationConfiguration {
        var decoder = decoder
        var seen: [String: ApplicationConfiguration.Module] = [:]
        for module in configuration.modules where !module.name.isEmpty {
            if let other = seen[module.name] {
                decoder.fail(
                    at: module.location, path: "\(module.path).name",
                    "the module name \"\(module.name)\" is used twice",
                    suggestion: "the other one is at \(other.location)")
            }
            seen[module.name] = module
        }
        if isUnreadable { throw ConfigurationError(decoder.issues) }
        var configuration = configuration
        configuration.issues = ConfigurationError(decoder.issues).issues
        return configuration
    }

    private mutating func addModules(_ node: ConfigurationNode) {
        guard let elements = node.elements else {
            decoder.failType(node, expected: "a list of modules")
            return
        }
        for element in elements where !decoder.isFull {
            if let module = module(element) { configuration.modules.append(module) }
        }
    }

    private mutating func module(_ node: ConfigurationNode) -> ApplicationConfiguration.Module? {
        guard let entries = node.entries, !node.isNull else {
            decoder.failType(node, expected: "a module with name and type")
            return nil
        }
        for entry in entries where !Self.moduleKeys.contains(entry.key) && !decoder.isFull {
            decoder.fail(
                at: entry.location, path: entry.value.path, "unknown key \"\(entry.key)\"",
                suggestion: Suggestion.text(for: entry.key, among: Self.moduleKeys, what: "keys of a module"))
        }
        let name = text("name", of: node, example: "name: api-server")
        let type = text("type", of: node, example: "type: http.server")
        let dependsOn: [Located<String>] = node["dependsOn"].flatMap { decoder.decode(from: $0) } ?? []
        let branches: [String: String] = node["branches"].flatMap { decoder.decode(from: $0) } ?? [:]
        let empty = ConfigurationNode(
            content: .mapping([]), location: node.location, path: ConfigurationNode.path(node.path, "config"))
        let settings = node["config"] ?? empty
        if settings.entries == nil { decoder.failType(settings, expected: "a mapping") }
        return .init(
            name: name ?? "", type: type ?? "", configuration: settings.isNull ? empty : settings, dependsOn: dependsOn,
            branches: branches, location: node.location, path: node.path)
    }

    private mutating func text(_ key: String, of node: ConfigurationNode, example: String) -> String? {
        guard let value = node[key] else {
            decoder.fail(node, "a module needs the key \"\(key)\"", suggestion: "for example: \(example)")
            return nil
        }
        guard let text = value.text, !text.isEmpty else {
            decoder.fail(value, "must be text that is not empty", suggestion: "for example: \(example)")
            return nil
        }
        return text
    }

    private mutating func addSections(
        _ node: ConfigurationNode,
        to list: WritableKeyPath<ApplicationConfiguration, [ApplicationConfiguration.Section]>
    ) {
        guard let entries = node.entries else {
            decoder.failType(node, expected: "a mapping")
            return
        }
        for entry in entries { addSection(entry, to: list) }
    }

    private mutating func addSection(
        _ entry: ConfigurationNode.Entry,
        to list: WritableKeyPath<ApplicationConfiguration, [ApplicationConfiguration.Section]>
    ) {
        if let index = configuration[keyPath: list].firstIndex(where: { $0.name == entry.key }) {
            let merged = merge(configuration[keyPath: list][index].configuration, entry.value)
            configuration[keyPath: list][index].configuration = merged
        } else {
            configuration[keyPath: list].append(
                .init(name: entry.key, configuration: entry.value, location: entry.location))
        }
    }

    /// Mappings are merged key by key, lists are joined; two different scalars under one key are an issue.
    private mutating func merge(_ left: ConfigurationNode, _ right: ConfigurationNode) -> ConfigurationNode {
        if left.isNull { return right }
        if right.isNull { return left }
        var merged = left
        switch (left.content, right.content) {
        case (.mapping(var entries), .mapping(let others)):
            for other in others {
                if let index = entries.firstIndex(where: { $0.key == other.key }) {
                    entries[index].value = merge(entries[index].value, other.value)
                } else {
                    entries.append(other)
                }
            }
            merged.content = .mapping(entries)
        case (.sequence(let elements), .sequence(let others)):
            merged.content = .sequence(elements + others)
        default:
            if left.json != right.json {
                decoder.fail(
                    right, "this key has another value in a file read before",
                    suggestion: "the other value is at \(left.location)")
            }
        }
        return merged
    }
}
