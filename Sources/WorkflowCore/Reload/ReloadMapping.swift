/// Where running instances go whose state a new configuration does not have.
///
/// ```json
/// {"order-processing": {"paid": "confirmed"}}
/// ```
/// moves the instances of `order-processing` that are in `paid` to `confirmed`.
public struct ReloadMapping: Sendable, Equatable {
    /// The new states by the old ones, by the name of the definition.
    public let targets: [String: [String: String]]

    /// Creates a mapping.
    ///
    /// - Parameter targets: The new states by the old ones, by the name of the definition.
    public init(_ targets: [String: [String: String]] = [:]) {
        self.targets = targets
    }

    /// Reads a mapping.
    ///
    /// - Parameter json: An object of objects with names of states.
    /// - Throws: ``ConfigurationError`` with everything that is of another kind.
    public init(json: JSONValue) throws {
        let node = ConfigurationNode(json, path: Self.root, file: Self.file)
        var decoder = ConfigurationDecoder()
        let targets = decoder.decode([String: [String: String]].self, from: node)
        guard let targets else { throw ConfigurationError(decoder.issues) }
        self.targets = targets
    }

    /// What issues name instead of a file.
    public static let file = "<mapping>"
    private static let root = "mapping"

    /// Whether it moves nothing.
    public var isEmpty: Bool { targets.values.allSatisfy(\.isEmpty) }

    /// Whether the mapping says where these instances go.
    public func covers(_ group: StrandedInstances) -> Bool {
        targets[group.definition]?[group.state] != nil
    }

    /// Checks that the mapping leads from states that are gone to states that are there.
    ///
    /// - Parameters:
    ///   - states: The states of the new definitions.
    ///   - oldStates: The states of the definitions that run; they are only used for suggestions.
    /// - Throws: ``ConfigurationError`` with everything that is wrong and what may be meant.
    public func check(against states: StateMachineStates, before oldStates: StateMachineStates = [:]) throws {
        var issues: [ConfigurationIssue] = []
        func fail(_ path: String, _ message: String, _ suggestion: String?) {
            issues.append(
                ConfigurationIssue(
                    location: SourceLocation(file: Self.file), path: path, message: message, suggestion: suggestion))
        }
        for (definition, moves) in targets.sorted(by: { $0.key < $1.key }) {
            let path = "\(Self.root).\(definition)"
            guard let known = states[definition] else {
                fail(
                    path, "the new configuration has no state machine \"\(definition)\"",
                    Suggestion.text(for: definition, among: states.keys.sorted(), what: "state machines"))
                continue
            }
            for (old, new) in moves.sorted(by: { $0.key < $1.key }) {
                if known.contains(old) {
                    let gone = oldStates[definition, default: []].subtracting(known).sorted()
                    fail(
                        "\(path).\(old)", "\"\(definition)\" still has the state \"\(old)\"; its instances stay there",
                        Suggestion.text(for: old, among: gone, what: "states that are gone") ?? "remove it")
                }
                guard !known.contains(new) else { continue }
                fail(
                    "\(path).\(old)", "the new \"\(definition)\" has no state \"\(new)\"",
                    Suggestion.text(for: new, among: known.sorted(), what: "states"))
            }
        }
        if !issues.isEmpty { throw ConfigurationError(issues) }
    }
}
