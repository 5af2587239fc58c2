public import WorkflowCore

extension StateMachineWorkflowModule {
    /// A state machine.
    public struct DefinitionConfiguration: ConfigurationObject {
        /// The name.
        public var name = Located("")
        /// What it is for.
        public var description = ""
        /// The state of a new instance.
        public var initialState = Located("")
        /// The states.
        public var states = NamedEntries<StateConfiguration>()
        /// The transitions.
        public var transitions = NamedEntries<TransitionConfiguration>()

        public static let fields: [ConfigurationField<Self>] = [
            .init(
                "name", \.name, "The name. Triggers, resources and hooks use it.", required: true,
                check: {
                    $0.value.isEmpty || $0.value.contains(":") ? "must not be empty and must not contain \":\"" : nil
                }),
            .init("description", \.description, "What the state machine is for, in words."),
            .init("initialState", \.initialState, "The state of a new instance.", required: true),
            .init("states", \.states, "The states by name. A state without keys may stay empty.", required: true),
            .init("transitions", \.transitions, "The transitions by name."),
        ]

        /// Creates the defaults.
        public init() {}

        public func check(_ node: ConfigurationNode, using decoder: inout ConfigurationDecoder) {
            let names = states.entries.map(\.name)
            let issuesBefore = decoder.issues.count
            func require(_ state: Located<String>, _ message: String) {
                guard !names.contains(state.value) else { return }
                decoder.fail(
                    at: state.location, path: state.path, message,
                    suggestion: Suggestion.text(for: state.value, among: names, what: "states")
                        ?? "add it to the states of \"\(name.value)\"")
            }
            require(
                initialState,
                "the initial state \"\(initialState.value)\" is not among the states of \"\(name.value)\"")
            for entry in transitions.entries {
                for end in [entry.value.fromState, entry.value.toState] {
                    require(end, "the transition \"\(entry.name)\" names the unknown state \"\(end.value)\"")
                }
            }
            guard decoder.issues.count == issuesBefore else { return }
            do {
                _ = try makeDefinition()
            } catch {
                let message = (error as? WorkflowError)?.message ?? "\(error)"
                decoder.fail(at: name.location, path: name.path, message)
            }
        }

        /// The definition that the keys describe.
        ///
        /// - Throws: ``WorkflowError`` when they contradict each other.
        func makeDefinition() throws -> StateMachineDefinition {
            let states = Dictionary(
                self.states.entries.map { ($0.name, $0.value.state) }, uniquingKeysWith: { first, _ in first })
            let transitions = Dictionary(
                self.transitions.entries.map { entry in
                    let value = entry.value
                    return (
                        entry.name,
                        StateMachineDefinition.Transition(
                            fromState: value.fromState.value, toState: value.toState.value,
                            autoTransform: value.autoTransform, data: value.data,
                            condition: value.condition)
                    )
                }, uniquingKeysWith: { first, _ in first })
            return try StateMachineDefinition(
                name: name.value, initialState: initialState.value, states: states, transitions: transitions,
                order: self.transitions.entries.map(\.name))
        }

        /// The states that no sequence of transitions reaches from the initial one, in the order of the file.
        var unreachableStates: [String] {
            var reached: Set = [initialState.value]
            var open = [initialState.value]
            while let state = open.popLast() {
                for entry in transitions.entries where entry.value.fromState.value == state {
                    if reached.insert(entry.value.toState.value).inserted { open.append(entry.value.toState.value) }
                }
            }
            return states.entries.map(\.name).filter { !reached.contains($0) }
        }
    }
}
