/// Turns configuration nodes into typed values and gathers everything that is wrong on the way.
public struct ConfigurationDecoder {
    /// A place where the configuration names a module.
    public struct Reference: Sendable, Hashable {
        /// The name of the module.
        public let name: String
        /// What the module must provide.
        public let kind: ServiceKind
        /// Where it is named.
        public let location: SourceLocation
        /// The path of the naming key.
        public let path: String
    }

    /// How many issues are recorded; what is wrong beyond is not told.
    static let maximumIssues = 1000

    /// What is wrong so far.
    public private(set) var issues: [ConfigurationIssue] = []
    /// How many values could not be read for a reason that was told before.
    private var unresolvedValues = 0
    /// The modules that were named so far.
    public private(set) var references: [Reference] = []

    /// Which files values may name.
    var fileAccess = FileAccess.everywhere

    /// Creates a decoder without issues.
    public init() {}

    /// Decodes a value.
    ///
    /// - Returns: `nil` when the node is unusable; the reasons are in ``issues`` then, or were told before.
    public mutating func decode<Value: ConfigurationValue>(
        _ type: Value.Type = Value.self, from node: ConfigurationNode
    ) -> Value? {
        guard node.expansion != .failed else {
            unresolvedValues += 1
            return nil
        }
        return Value(decoding: node, using: &self)
    }

    /// Grows with everything that makes a value unusable.
    var defects: Int { issues.count + unresolvedValues }

    /// Records that something is wrong at a node.
    public mutating func fail(_ node: ConfigurationNode, _ message: String, suggestion: String? = nil) {
        fail(at: node.location, path: node.path, message, suggestion: suggestion)
    }

    /// Records that something is wrong at a place.
    public mutating func fail(
        at location: SourceLocation, path: String, _ message: String, suggestion: String? = nil
    ) {
        guard issues.count < Self.maximumIssues else { return }
        issues.append(ConfigurationIssue(location: location, path: path, message: message, suggestion: suggestion))
    }

    /// Records what was found elsewhere.
    mutating func fail(_ issues: [ConfigurationIssue]) {
        for issue in issues {
            guard self.issues.count < Self.maximumIssues else { return }
            self.issues.append(issue)
        }
    }

    /// Records that a node has the wrong type.
    public mutating func failType(_ node: ConfigurationNode, expected: String) {
        fail(node, "expected \(expected), found \(node.typeName)")
    }

    /// Records that a node names a module.
    public mutating func refer(to name: String, kind: ServiceKind, at node: ConfigurationNode) {
        references.append(Reference(name: name, kind: kind, location: node.location, path: node.path))
    }

    /// Whether so much is wrong already that looking further is of no use to anybody.
    var isFull: Bool { issues.count >= Self.maximumIssues }

    mutating func recordReferences(in node: ConfigurationNode, kind: ServiceKind) {
        switch node.content {
        case .scalar(.string(let name)) where !name.isEmpty: refer(to: name, kind: kind, at: node)
        case .sequence(let elements): for element in elements { recordReferences(in: element, kind: kind) }
        default: break
        }
    }
}
