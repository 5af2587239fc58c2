import WorkflowCore

/// A configuration as a tree in which a key may stand twice.
indirect enum ConfigurationTree {
    case scalar(JSONValue)
    case list([ConfigurationTree])
    case map([(key: String, value: ConfigurationTree)])

    init(_ value: JSONValue) {
        switch value {
        case .array(let values): self = .list(values.map { ConfigurationTree($0) })
        case .object(let object): self = .map(object.map { ($0.key, ConfigurationTree($0.value)) })
        default: self = .scalar(value)
        }
    }

    /// The tree of a file.
    ///
    /// - Throws: ``ConfigurationError`` when the file cannot be read at all.
    init(yaml: String) throws {
        let configuration = try ApplicationConfiguration(yaml: yaml)
        func map(_ sections: [ApplicationConfiguration.Section]) -> [(String, JSONValue)] {
            sections.map { ($0.name, $0.configuration.json) }
        }
        let modules = configuration.modules.map { module -> JSONValue in
            var entries: JSONObject = [
                "name": .string(module.name), "type": .string(module.type), "config": module.configuration.json,
            ]
            if !module.dependsOn.isEmpty { entries["dependsOn"] = .array(module.dependsOn.map { .string($0.value) }) }
            if !module.branches.isEmpty {
                entries["branches"] = .object(JSONObject(module.branches.map { ($0.key, JSONValue.string($0.value)) }))
            }
            return .object(entries)
        }
        let sections: [(String, JSONValue)] = [
            ("modules", .array(modules)), ("workflows", .object(JSONObject(map(configuration.workflows)))),
            ("triggers", .object(JSONObject(map(configuration.triggers)))),
        ]
        self.init(.object(JSONObject(sections + map(configuration.settings))))
    }

    /// The nodes below it, and itself.
    var count: Int {
        switch self {
        case .scalar: 1
        case .list(let values): values.reduce(1) { $0 + $1.count }
        case .map(let entries): entries.reduce(1) { $0 + $1.value.count }
        }
    }

    /// The node with a number, counted in the order of the text; the tree itself is number 0.
    subscript(number: Int) -> ConfigurationTree {
        var rest = number
        return find(&rest) ?? self
    }

    private func find(_ rest: inout Int) -> ConfigurationTree? {
        if rest == 0 { return self }
        rest -= 1
        let children =
            switch self {
            case .scalar: [ConfigurationTree]()
            case .list(let values): values
            case .map(let entries): entries.map(\.value)
            }
        for child in children {
            if let found = child.find(&rest) { return found }
        }
        return nil
    }

    /// A copy in which the node with a number is another one.
    func replacing(_ number: Int, with change: (ConfigurationTree) -> ConfigurationTree) -> ConfigurationTree {
        var rest = number
        return replaced(&rest, change)
    }

    private func replaced(
        _ rest: inout Int, _ change: (ConfigurationTree) -> ConfigurationTree
    ) -> ConfigurationTree {
        if rest == 0 {
            rest -= 1
            return change(self)
        }
        rest -= 1
        switch self {
        case .scalar: return self
        case .list(let values): return .list(values.map { rest < 0 ? $0 : $0.replaced(&rest, change) })
        case .map(let entries):
            return .map(entries.map { ($0.key, rest < 0 ? $0.value : $0.value.replaced(&rest, change)) })
        }
    }

    /// The tree as JSON; of keys that stand twice the last one counts.
    var json: JSONValue {
        switch self {
        case .scalar(let value): value
        case .list(let values): .array(values.map(\.json))
        case .map(let entries): .object(JSONObject(entries.map { ($0.key, $0.value.json) }))
        }
    }

    /// The tree as YAML in the flow style, a line for each entry.
    var yaml: String {
        switch self {
        case .scalar(let value): value.jsonString()
        case .list(let values): "[" + values.map(\.yaml).joined(separator: ",\n") + "]"
        case .map(let entries):
            "{" + entries.map { JSONValue.string($0.key).jsonString() + ": " + $0.value.yaml }.joined(separator: ",\n")
                + "}"
        }
    }
}
