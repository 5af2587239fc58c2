/// Finds what changed between two nodes, key by key.
struct ConfigurationDifference {
    /// What changed, in the order of the new file, removed keys last.
    private(set) var changes: [ConfigurationChange] = []

    /// What changed from one node to another; empty when they mean the same.
    ///
    /// - Parameters:
    ///   - old: The node before; `nil` when there was none.
    ///   - new: The node after; `nil` when there is none.
    ///   - schema: What values stand there.
    ///   - path: The path of the node.
    static func changes(
        from old: ConfigurationNode?, to new: ConfigurationNode?, _ schema: ConfigurationSchema, path: String
    ) -> [ConfigurationChange] {
        var difference = Self()
        difference.compare(old, new, schema, path, key: "", secrecy: .never)
        return difference.changes
    }

    private mutating func compare(
        _ old: ConfigurationNode?, _ new: ConfigurationNode?, _ schema: ConfigurationSchema, _ path: String,
        key: String, secrecy: Secrecy
    ) {
        if let old, let new, ConfigurationMeaning.isSame(old, new, schema, key: key) { return }
        let isHidden = secrecy.hides(key)
        guard let old, let new, !isHidden else {
            record(path, old, new, schema, isHidden)
            return
        }
        let before = changes.count
        switch (old.content, new.content) {
        case (.mapping(let first), .mapping(let second)):
            compare(KeyedEntries(first, schema), KeyedEntries(second, schema), path)
        case (.sequence(let first), .sequence(let second)):
            compare(first, second, schema.element, path)
        default:
            record(path, old, new, schema, false)
        }
        // Only the order has changed.
        if changes.count == before { record(path, old, new, schema, false) }
    }

    private mutating func record(
        _ path: String, _ old: ConfigurationNode?, _ new: ConfigurationNode?, _ schema: ConfigurationSchema,
        _ isHidden: Bool
    ) {
        func shown(_ node: ConfigurationNode?) -> JSONValue? {
            node.map { isHidden ? ConfigurationRedactor.mark : ConfigurationRedactor.redact($0, schema) }
        }
        guard old != nil || new != nil else { return }
        changes.append(ConfigurationChange(path: path, old: shown(old), new: shown(new)))
    }

    private mutating func compare(_ old: KeyedEntries, _ new: KeyedEntries, _ path: String) {
        for entry in new {
            compare(
                old[entry.key], entry.value, entry.schema, ConfigurationNode.path(path, entry.key), key: entry.key,
                secrecy: entry.secrecy)
        }
        for entry in old where new[entry.key] == nil {
            compare(
                entry.value, nil, entry.schema, ConfigurationNode.path(path, entry.key), key: entry.key,
                secrecy: entry.secrecy)
        }
    }

    /// Compares lists: what both begin and end with stays; in between, elements that say who they are find each other
    /// by that, and others by their place when there are as many as before.
    private mutating func compare(
        _ old: [ConfigurationNode], _ new: [ConfigurationNode], _ element: ConfigurationSchema, _ path: String
    ) {
        let shorter = min(old.count, new.count)
        let head = (0..<shorter).prefix { ConfigurationMeaning.isSame(old[$0], new[$0], element) }.count
        let tail = (0..<shorter - head).prefix {
            ConfigurationMeaning.isSame(old[old.count - 1 - $0], new[new.count - 1 - $0], element)
        }.count
        var left = Array(head..<old.count - tail)
        var right = Array(head..<new.count - tail)
        var pairs: [Int: Int] = [:]
        let named = Dictionary(
            left.compactMap { index in old[index].identity(element).map { ($0, index) } },
            uniquingKeysWith: { first, _ in first })
        var used: Set<Int> = []
        for index in right {
            guard let name = new[index].identity(element), let other = named[name], used.insert(other).inserted else {
                continue
            }
            pairs[index] = other
        }
        left.removeAll { used.contains($0) }
        let unpaired = right.filter { pairs[$0] == nil }
        if left.count == unpaired.count {
            for (index, other) in zip(unpaired, left) { pairs[index] = other }
            left = []
        }
        right.sort()
        for index in right {
            let other = pairs[index].map { old[$0] }
            compare(other, new[index], element, "\(path)[\(index)]", key: "", secrecy: .never)
        }
        for index in left { compare(old[index], nil, element, "\(path)[\(index)]", key: "", secrecy: .never) }
    }
}

extension ConfigurationNode {
    /// The keys by which elements of lists are told apart, the best ones first.
    private static let identities = [["name"], ["id"], ["patternId"], ["method", "path"], ["topic", "handler"]]

    /// What tells a mapping in a list from the others, or `nil`.
    fileprivate func identity(_ schema: ConfigurationSchema) -> [String]? {
        guard case .mapping(let entries) = content else { return nil }
        let keyed = KeyedEntries(entries, schema)
        for keys in Self.identities {
            let values = keys.compactMap { keyed[$0]?.scalarText }
            if values.count == keys.count { return keys + values }
        }
        return nil
    }

    /// What stands in the file for a scalar, or `nil`.
    var scalarText: String? {
        guard case .scalar(let value) = content else { return nil }
        return sourceText ?? value.scalarText
    }
}
