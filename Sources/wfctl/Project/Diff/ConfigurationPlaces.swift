import WorkflowCore

/// Finds where the keys of a configuration stand in its files.
struct ConfigurationPlaces {
    private struct Part {
        let location: SourceLocation
        let node: ConfigurationNode
    }

    private var parts: [String: Part] = [:]

    /// Looks at a configuration.
    init(_ configuration: ApplicationConfiguration) {
        for module in configuration.modules {
            add("module", module.name, module.location, module.configuration)
        }
        for (section, list) in [
            ("workflow", configuration.workflows), ("trigger", configuration.triggers),
            ("settings", configuration.settings),
        ] {
            for part in list { add(section, part.name, part.location, part.configuration) }
        }
    }

    private mutating func add(
        _ section: String, _ name: String, _ location: SourceLocation, _ node: ConfigurationNode
    ) {
        let key = "\(section) \(name)"
        if parts[key] == nil { parts[key] = Part(location: location, node: node) }
    }

    /// Where a part begins; `nil` when there is none.
    func place(_ section: String, _ name: String) -> SourceLocation? {
        parts["\(section) \(name)"]?.location
    }

    /// Where a key of a part stands, or what is around it when it has another spelling there; `nil` without the part.
    func place(_ section: String, _ name: String, path: String) -> SourceLocation? {
        guard let part = parts["\(section) \(name)"] else { return nil }
        var rest = path[...]
        if section == "module" {
            guard rest.hasPrefix("config") else { return part.location }
            rest = rest.dropFirst("config".count)
        }
        return Self.place(rest, in: part.node, part.location)
    }

    /// Follows a path such as `.routes[2].handler`. Keys may have dots in them, so the longest that fits is taken.
    private static func place(
        _ path: Substring, in node: ConfigurationNode, _ location: SourceLocation
    ) -> SourceLocation {
        guard !path.isEmpty else { return location }
        if path.first == "[" {
            let digits = path.dropFirst().prefix { $0 != "]" }
            guard let index = Int(digits), case .sequence(let elements) = node.content, elements.indices.contains(index)
            else { return location }
            return place(path.dropFirst(digits.count + 2), in: elements[index], elements[index].location)
        }
        let rest = path.first == "." ? path.dropFirst() : path
        guard case .mapping(let entries) = node.content else { return location }
        let fitting = entries.filter { entry in
            guard !entry.key.isEmpty, rest.hasPrefix(entry.key) else { return false }
            let next = rest.dropFirst(entry.key.count).first
            return next == nil || next == "." || next == "["
        }
        guard let entry = fitting.max(by: { $0.key.count < $1.key.count }) else { return location }
        return place(rest.dropFirst(entry.key.count), in: entry.value, entry.location)
    }
}
