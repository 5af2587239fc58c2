public import WorkflowCore

extension StateMachineWorkflowModule {
    /// The keys of the section.
    public struct Configuration: ConfigurationObject {
        /// The engine; empty for the only one.
        public var engine = ""
        /// The state machines.
        public var definitions: [DefinitionConfiguration] = []
        /// Which resources follow which state machines.
        public var resourceMappings: [MappingConfiguration] = []
        /// What is done after transitions.
        public var hooks: [HookConfiguration] = []

        public static let fields: [ConfigurationField<Self>] = [
            .init(
                "engine", \.engine, "The engine that runs the state machines; may be left out when there is only one.",
                reference: .stateMachineEngine),
            .init("definitions", \.definitions, "The state machines.", required: true),
            .init(
                "resourceMappings", \.resourceMappings,
                "Which resources show the state of which state machine. Without it, the resources of a definition are those whose type is its name with `_` for `-`."
            ),
            .init(
                "hooks", \.hooks,
                "What is done after transitions were made. All hooks whose filters match run, in the order of the list."
            ),
        ]

        /// Creates the defaults.
        public init() {}
    }

    /// A state.
    public struct StateConfiguration: ConfigurationObject {
        /// The state.
        public var state = StateMachineDefinition.State()

        public static let fields: [ConfigurationField<Self>] = [
            .init("description", \.state.description, "What the state means. Errors of instances show it."),
            .init("isFinal", \.state.isFinal, "Whether an instance that enters the state is completed."),
            .init("isError", \.state.isError, "Whether the state means that something went wrong."),
            .init("data", \.state.data, "Data that is merged into an instance that enters the state."),
        ]

        /// Creates the defaults.
        public init() {}
    }

    /// A transition.
    public struct TransitionConfiguration: ConfigurationObject {
        /// The state that is left.
        public var fromState = Located("")
        /// The state that is entered.
        public var toState = Located("")
        /// Whether it follows by itself.
        public var autoTransform = false
        /// Data for the instance.
        public var data: JSONObject = [:]
        /// When it may be made.
        public var condition: Expression?

        public static let fields: [ConfigurationField<Self>] = [
            .init("fromState", \.fromState, "The state that the transition leaves.", required: true),
            .init("toState", \.toState, "The state that it enters.", required: true),
            .init(
                "autoTransform", \.autoTransform,
                "Whether the transition is made by itself, in the same transaction, when another one enters `fromState`."
            ),
            .init("data", \.data, "Data that is merged into an instance that makes the transition."),
            .init(
                "condition", \.condition,
                "An expression that must be true for the transition to be made, such as `total > 100`. It can name the keys of the data, with those that come with the transition, and `data`, `input`, `state` and `workflowType`. Of several automatic transitions that leave a state, the first whose condition is true is made."
            ),
        ]

        /// Creates the defaults.
        public init() {}
    }

    /// Which resources follow a state machine.
    public struct MappingConfiguration: ConfigurationObject {
        /// The resource type.
        public var resourceType = Located("")
        /// The engine or the definition.
        public var stateMachine = Located("")
        /// The key of a resource's data that holds the identifier of its instance.
        public var instanceIDKey = "id"

        public static let fields: [ConfigurationField<Self>] = [
            .init("resourceType", \.resourceType, "The type of the resources, such as `orders`.", required: true),
            .init(
                "stateMachine", \.stateMachine,
                "The engine (module name), or one definition, whose instances belong to them.",
                required: true),
            .init(
                "instanceIDKey", \.instanceIDKey,
                "The key of a resource's data that holds the identifier of its instance, for resources that are not linked to one."
            ),
        ]

        /// Creates the defaults.
        public init() {}
    }

    /// What is done after some transitions.
    public struct HookConfiguration: ConfigurationObject {
        /// The definition; empty for all.
        public var workflowType = Located("")
        /// The transitions; empty for all.
        public var transitions: [Located<String>] = []
        /// The states that were left; empty for all.
        public var fromStates: [Located<String>] = []
        /// The states that were entered; empty for all.
        public var toStates: [Located<String>] = []
        /// The module that does it.
        public var handler = Located("")
        /// The name of what one run at a time may be in.
        public var criticalSection: Expression?
        /// How long a run waits for that.
        public var criticalSectionTimeout = CriticalSection.usualTimeout

        public static let fields: [ConfigurationField<Self>] = [
            .init("workflowType", \.workflowType, "Only for this definition."),
            .init("transitions", \.transitions, "Only after these transitions."),
            .init("fromStates", \.fromStates, "Only after these states were left."),
            .init("toStates", \.toStates, "Only after these states were entered."),
            .init(
                "handler", \.handler,
                "The module that is run: a processing step, or a message handler, which gets `workflowId`, `instanceId`, `transition`, `fromState` and `toState`.",
                required: true),
            .init(
                "criticalSection", \.criticalSection,
                "An expression that names a critical section, such as `'stock-' + sku`: of all runs, on all nodes, whose sections have the same name, one at a time goes on, from before the handler begins until its outcome is written. It can name what conditions can."
            ),
            .init(
                "criticalSectionTimeout", \.criticalSectionTimeout,
                "How long a run waits for its critical section. After that it is tried again later, which does not count as a failed attempt.",
                check: { $0 > .zero ? nil : "must be more than 0" }),
        ]

        /// Creates the defaults.
        public init() {}

        var hook: TransitionHook {
            TransitionHook(
                workflowType: workflowType.value.isEmpty ? nil : workflowType.value,
                transitions: transitions.map(\.value), fromStates: fromStates.map(\.value),
                toStates: toStates.map(\.value), handler: handler.value,
                criticalSection: criticalSection.map { CriticalSection(name: $0, timeout: criticalSectionTimeout) })
        }
    }
}
