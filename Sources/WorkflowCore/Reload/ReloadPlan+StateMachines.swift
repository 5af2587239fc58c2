/// The names of the states of state machines, by the names of their definitions.
public typealias StateMachineStates = [String: Set<String>]

extension ReloadPlan {
    /// What is added, removed and changed, in order of name.
    public struct NameChanges: Sendable, Equatable {
        /// What is in both definitions, with differences.
        public struct Change: Sendable, Equatable {
            /// Its name.
            public let name: String
            /// What changed, key by key.
            public let changes: [ConfigurationChange]
        }

        /// What is only in the new definition.
        public let added: [String]
        /// What is only in the old definition.
        public let removed: [String]
        /// What is in both, with differences.
        public let changed: [Change]

        /// Whether there are none.
        public var isEmpty: Bool { added.isEmpty && removed.isEmpty && changed.isEmpty }
    }

    /// A state machine that is added, removed or changed.
    public struct StateMachineChange: Sendable, Equatable {
        /// The name of the definition.
        public let name: String
        /// What happens to it.
        public let action: Action
        /// The initial state before; `nil` for a definition that is added.
        public let oldInitialState: String?
        /// The initial state after; `nil` for a definition that is removed.
        public let newInitialState: String?
        /// Its states.
        public let states: NameChanges
        /// Its transitions.
        public let transitions: NameChanges
    }
}

/// The state machines of a configuration.
struct ConfiguredStateMachines {
    private struct Machine {
        let shownName: String
        let node: ConfigurationView
        let initialState: String
        let states: [String: ConfigurationView]
        let transitions: [String: ConfigurationView]
    }

    private let machines: [String: Machine]

    init(_ parts: ConfigurationParts) {
        let part = parts.section(.workflow, "statemachine")
        let definitions = ConfigurationView(part?.node, part?.schema)["definitions"].elements
        func named(_ view: ConfigurationView) -> [String: ConfigurationView] {
            Dictionary(view.members.map { ($0.key, $0.value) }, uniquingKeysWith: { first, _ in first })
        }
        machines = Dictionary(
            definitions.map { view in
                let machine = Machine(
                    shownName: view["name"].shownText, node: view, initialState: view["initialState"].shownText,
                    states: named(view["states"]), transitions: named(view["transitions"]))
                return (view["name"].text, machine)
            }, uniquingKeysWith: { first, _ in first })
    }

    /// The states of each definition.
    var states: StateMachineStates { machines.mapValues { Set($0.states.keys) } }

    func changes(from old: ConfiguredStateMachines) -> [ReloadPlan.StateMachineChange] {
        Set(machines.keys).union(old.machines.keys).sorted().compactMap { name in
            let (before, after) = (old.machines[name], machines[name])
            if let before, let after, before.node.isSame(after.node) { return nil }
            let action: ReloadPlan.Action = before == nil ? .add : after == nil ? .remove : .change
            return ReloadPlan.StateMachineChange(
                name: after?.shownName ?? before?.shownName ?? "", action: action,
                oldInitialState: before?.initialState, newInitialState: after?.initialState,
                states: Self.changes(from: before?.states, to: after?.states),
                transitions: Self.changes(from: before?.transitions, to: after?.transitions))
        }
    }

    private static func changes(
        from old: [String: ConfigurationView]?, to new: [String: ConfigurationView]?
    ) -> ReloadPlan.NameChanges {
        let (old, new) = (old ?? [:], new ?? [:])
        return ReloadPlan.NameChanges(
            added: new.keys.filter { old[$0] == nil }.sorted(), removed: old.keys.filter { new[$0] == nil }.sorted(),
            changed: new.sorted { $0.key < $1.key }.compactMap { name, after in
                guard let before = old[name], !before.isSame(after) else { return nil }
                return .init(name: name, changes: after.changes(from: before))
            })
    }
}
