/// Which answers are kept for a path and for the paths below it.
struct CachePaths: Sendable {
    private struct Node {
        var own: Set<ExactString> = []
        var below: Set<ExactString> = []
    }

    private var nodes: [String: Node] = [:]

    mutating func insert(_ key: ExactString, at path: String) {
        nodes[path, default: Node()].own.insert(key)
        for ancestor in Self.ancestors(of: path) { nodes[ancestor, default: Node()].below.insert(key) }
    }

    mutating func remove(_ key: ExactString, at path: String) {
        update(path) { $0.own.remove(key) }
        for ancestor in Self.ancestors(of: path) { update(ancestor) { $0.below.remove(key) } }
    }

    /// The answers that a change at a path may have made stale: those of the path, of what is below it, and of what it
    /// is below, such as a list that has the changed thing in it.
    func affected(by path: String) -> Set<ExactString> {
        var keys = nodes[path].map { $0.own.union($0.below) } ?? []
        for ancestor in Self.ancestors(of: path) { keys.formUnion(nodes[ancestor]?.own ?? []) }
        return keys
    }

    /// Whether a change at one path may make the answer of another one stale.
    static func isAffected(_ path: String, by changed: String) -> Bool {
        path == changed || path.hasPrefix(changed + "/") || changed.hasPrefix(path + "/")
    }

    private mutating func update(_ path: String, _ change: (inout Node) -> Void) {
        guard var node = nodes.removeValue(forKey: path) else { return }
        change(&node)
        if !node.own.isEmpty || !node.below.isEmpty { nodes[path] = node }
    }

    private static func ancestors(of path: String) -> [String] {
        path.indices.filter { path[$0] == "/" }.map { String(path[..<$0]) }
    }
}
