public import WorkflowCore

/// Runs state machines; the section `statemachine` of `workflows` gives it their definitions.
///
/// ```yaml
/// modules:
///   - name: order-state
///     type: statemachine.engine
/// ```
public struct StateMachineEngineModule: WorkflowModule {
    /// The keys of the configuration.
    public struct Configuration: ConfigurationObject {
        /// What the engine is for.
        public var description = ""
        /// How long history is kept after an instance was completed; `nil` for ever.
        public var historyRetention: Duration?

        public static let fields: [ConfigurationField<Self>] = [
            .init("description", \.description, "What the engine is for, in words."),
            .init(
                "historyRetention", \.historyRetention,
                "How long the history of an instance is kept after it has reached a final state, such as `90d`. Without it history is kept for ever.",
                check: { $0.map { $0 > .zero } ?? true ? nil : "must be more than 0" }),
        ]

        /// Creates the defaults.
        public init() {}
    }

    public static let descriptor = ModuleDescriptor(
        type: "statemachine.engine",
        summary: "Creates instances of state machines and makes their transitions.",
        details: """
            An engine has no definitions of its own: the section `statemachine` of `workflows` adds them.

            A transition is one transaction of the state store: the instance in its new state, a row of history, the \
            events for the message brokers and the durable work of the hooks. Of two transitions that leave the same \
            state at the same time exactly one is made; the other one is refused.

            After each transition the event `<definition name up to the first "-">.<state>` is published to all brokers \
            that have subscribers for it, such as `order.paid` for the definition `order-processing`.

            **History** is kept for ever, as audits expect it, unless `historyRetention` says otherwise. Then the history \
            of an instance is removed as a whole, that long after the instance has reached a final state; instances that \
            go on keep theirs, and the instance itself with its data stays. Rows are removed once an hour by one of the \
            processes that share the store, a thousand at a time. Export what has to be kept for longer before.
            """,
        provides: [.stateMachineEngine],
        examples: [
            ModuleDescriptor.Example(
                "An engine with one state machine",
                yaml: """
                    modules:
                      - name: order-state
                        type: statemachine.engine
                    workflows:
                      statemachine:
                        engine: order-state
                        definitions:
                          - name: order-processing
                            initialState: new
                            states:
                              new:
                              paid:
                              delivered:
                                isFinal: true
                            transitions:
                              pay:
                                fromState: new
                                toState: paid
                              deliver:
                                fromState: paid
                                toState: delivered
                    """)
        ])

    /// The engine.
    public let engine: StateMachineEngine
    private let retention: HistoryRetention?

    public init(configuration: Configuration, context: ModuleContext) throws {
        engine = StateMachineEngine(name: context.name, generation: context.generation)
        retention = configuration.historyRetention.map {
            HistoryRetention(
                keepingFor: $0, store: context.store, environment: context.environment, logger: context.logger)
        }
    }

    public func run() async {
        await retention?.run { [engine] in engine.definitionNames }
    }

    public var services: [any Sendable] { [engine] }
}
