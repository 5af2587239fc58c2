import WorkflowCommandLine
import WorkflowCore

/// How what two configurations mean differs: their parts, key by key, with places.
struct ConfigurationComparison {
    /// A value that differs.
    struct Change {
        let path: String
        let old: JSONValue?
        let new: JSONValue?
        let place: SourceLocation?
    }

    /// A module or section that differs.
    struct Part {
        let section: String
        let name: String
        let type: String
        /// `add`, `change` or `remove`.
        let action: String
        let changedScript: String?
        let place: SourceLocation?
        let changes: [Change]
    }

    /// What differs, in the order of the new configuration, and what is gone last.
    let parts: [Part]
    /// Whether the modules stand in another order.
    let isReordered: Bool

    /// Whether both mean the same.
    var isEmpty: Bool { parts.isEmpty && !isReordered }

    /// Compares two configurations.
    init(from old: ApplicationConfiguration, to new: ApplicationConfiguration, registry: ModuleRegistry) {
        let (oldPlaces, newPlaces) = (ConfigurationPlaces(old), ConfigurationPlaces(new))
        let plan = ReloadPlan(from: old, to: new, registry: registry).json
        // A plan does not list the keys of what comes and goes: compared with a part without keys, all of them differ.
        let added = ReloadPlan(from: new.withoutKeys, to: new, registry: registry).json
        let removed = ReloadPlan(from: old, to: old.withoutKeys, registry: registry).json
        func keys(_ plan: JSONValue) -> [String: JSONValue] {
            Dictionary(
                (plan["parts"]?.arrayValue ?? []).map { (Self.identifier($0), $0["changes"] ?? []) },
                uniquingKeysWith: { first, _ in first })
        }
        let (addedKeys, removedKeys) = (keys(added), keys(removed))
        self.init(plan, oldPlaces, newPlaces) { part in
            switch part["action"]?.stringValue {
            case "add": addedKeys[Self.identifier(part)]
            case "remove": removedKeys[Self.identifier(part)]
            default: nil
            }
        }
    }

    /// Takes the comparison of a server.
    ///
    /// - Parameters:
    ///   - plan: The plan of the server.
    ///   - places: Where the parts of the new configuration stand.
    init(_ plan: JSONValue, places: ConfigurationPlaces?) {
        self.init(plan, nil, places) { _ in nil }
    }

    private init(
        _ plan: JSONValue, _ old: ConfigurationPlaces?, _ new: ConfigurationPlaces?, keys: (JSONValue) -> JSONValue?
    ) {
        isReordered = plan["reordered"]?.boolValue ?? false
        parts = (plan["parts"]?.arrayValue ?? []).map { part in
            let (section, name) = (part["section"]?.stringValue ?? "", part["name"]?.stringValue ?? "")
            let action = part["action"]?.stringValue ?? ""
            return Part(
                section: section, name: name, type: part["type"]?.stringValue ?? "", action: action,
                changedScript: part["scriptChanged"]?.stringValue,
                place: (action == "remove" ? old : new)?.place(section, name),
                changes: (keys(part) ?? part["changes"])?.arrayValue?.map { change in
                    let path = change["path"]?.stringValue ?? ""
                    let places = change["new"] == nil ? old : new
                    return Change(
                        path: path, old: change["old"], new: change["new"],
                        place: places?.place(section, name, path: path))
                } ?? [])
        }
    }

    private static func identifier(_ part: JSONValue) -> String {
        "\(part["section"]?.stringValue ?? "") \(part["name"]?.stringValue ?? "")"
    }
}

extension ApplicationConfiguration {
    /// The same parts, and none of them has any keys.
    fileprivate var withoutKeys: ApplicationConfiguration {
        var plain = self
        for index in plain.modules.indices { plain.modules[index].configuration.content = .mapping([]) }
        for index in plain.workflows.indices { plain.workflows[index].configuration.content = .mapping([]) }
        for index in plain.triggers.indices { plain.triggers[index].configuration.content = .mapping([]) }
        for index in plain.settings.indices { plain.settings[index].configuration.content = .mapping([]) }
        return plain
    }
}
