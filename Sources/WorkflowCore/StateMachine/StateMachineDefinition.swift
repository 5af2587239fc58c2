/// The states of a workflow and the transitions between them.
public struct StateMachineDefinition: Sendable, Hashable {
    /// A state.
    public struct State: Sendable, Hashable {
        /// What it means.
        public var description: String
        /// Whether an instance that enters it is completed.
        public var isFinal: Bool
        /// Whether it means that something went wrong.
        public var isError: Bool
        /// Data that is merged into an instance that enters it.
        public var data: JSONObject

        /// Creates a state.
        public init(description: String = "", isFinal: Bool = false, isError: Bool = false, data: JSONObject = [:]) {
            self.description = description
            self.isFinal = isFinal
            self.isError = isError
            self.data = data
        }
    }

    /// A transition.
    public struct Transition: Sendable, Hashable {
        /// The state it leaves.
        public var fromState: String
        /// The state it enters.
        public var toState: String
        /// Whether it is made by itself as soon as a transition leads to `fromState`; being created there is not enough.
        public var autoTransform: Bool
        /// Data that is merged into an instance that makes it.
        public var data: JSONObject
        /// When it may be made; `nil` for always. See ``StateMachineDefinition/scope(of:with:)`` for what it can name.
        public var condition: Expression?

        /// Creates a transition.
        public init(
            fromState: String, toState: String, autoTransform: Bool = false, data: JSONObject = [:],
            condition: Expression? = nil
        ) {
            self.fromState = fromState
            self.toState = toState
            self.autoTransform = autoTransform
            self.data = data
            self.condition = condition
        }
    }

    /// The name; instances call it their workflow type.
    public let name: String
    /// The state that a new instance is in.
    public let initialState: String
    /// The states by name.
    public let states: [String: State]
    /// The transitions by name.
    public let transitions: [String: Transition]
    /// The states whose instances are completed.
    let finalStates: Set<String>
    private let automatic: [String: [String]]

    /// Creates a definition.
    ///
    /// - Parameters:
    ///   - name: The name.
    ///   - initialState: The state that a new instance is in.
    ///   - states: The states by name.
    ///   - transitions: The transitions by name.
    ///   - order: The names of the transitions in the order in which automatic ones are tried; by default by name.
    /// - Throws: ``WorkflowError`` `.invalidInput` when a state is missing, two automatic transitions without a condition
    ///   leave one state, or such transitions run in a circle.
    public init(
        name: String, initialState: String, states: [String: State], transitions: [String: Transition],
        order: [String]? = nil
    ) throws {
        self.name = name
        self.initialState = initialState
        self.states = states
        self.transitions = transitions
        finalStates = Set(states.filter(\.value.isFinal).keys)
        func fail(_ message: String) -> WorkflowError {
            WorkflowError(.invalidInput, "The state machine \"\(name)\": \(message)")
        }
        guard states[initialState] != nil else {
            throw fail("the initial state \"\(initialState)\" is not among its states")
        }
        var automatic: [String: [String]] = [:]
        var unconditional: [String: String] = [:]
        for id in order ?? transitions.keys.sorted() {
            guard let transition = transitions[id] else { continue }
            for state in [transition.fromState, transition.toState] where states[state] == nil {
                let hint = Suggestion.text(for: state, among: states.keys.sorted(), what: "states")
                throw fail(
                    "the transition \"\(id)\" names the unknown state \"\(state)\"" + (hint.map { "; \($0)" } ?? ""))
            }
            guard transition.autoTransform else { continue }
            automatic[transition.fromState, default: []].append(id)
            guard transition.condition == nil else { continue }
            if let other = unconditional.updateValue(id, forKey: transition.fromState) {
                throw fail(
                    "\"\(other)\" and \"\(id)\" are both automatic and leave the state \"\(transition.fromState)\"; give all but one a condition"
                )
            }
        }
        // The one without a condition is for when none of the others applies.
        for (state, id) in unconditional {
            automatic[state]?.removeAll { $0 == id }
            automatic[state]?.append(id)
        }
        self.automatic = automatic
        for state in unconditional.keys.sorted() {
            var current = state
            for _ in 0...states.count {
                guard let id = unconditional[current], let next = transitions[id] else { break }
                current = next.toState
                if current == state {
                    throw fail("automatic transitions run in a circle through the state \"\(state)\"")
                }
            }
        }
    }

    /// The automatic transitions that leave a state, in the order in which they are tried.
    public func automaticTransitions(from state: String) -> [String] {
        automatic[state] ?? []
    }

    /// What the condition of a transition can name: the keys of the data that the instance would have, and the roots
    /// `data` (that data), `input` (what comes with the transition), `state` and `workflowType`.
    public static func scope(of instance: StateMachineInstance, with input: JSONObject) -> ExpressionScope {
        let data = instance.data.merging(input)
        return ExpressionScope(
            roots: [
                "data": .object(data), "input": .object(input), "state": .string(instance.currentState),
                "workflowType": .string(instance.workflowType),
            ], data: data.contains("id") ? data : data.merging(["id": .string(instance.id)]))
    }

    /// The transitions that leave a state, by name.
    public func transitions(from state: String) -> [String] {
        transitions.filter { $0.value.fromState == state }.map(\.key).sorted()
    }

    /// The first segment of the topics of its events: the name up to the first `-`.
    public var topicPrefix: String {
        name.firstIndex(of: "-").map { String(name[..<$0]) } ?? name
    }
}
