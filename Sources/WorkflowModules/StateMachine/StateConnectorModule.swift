public import WorkflowCore

/// Connects state machines with the resources that follow them.
///
/// ```yaml
/// modules:
///   - name: workflow.connector.statemachine
///     type: state.connector
/// ```
public struct StateConnectorModule: WorkflowModule {
    /// The keys of the configuration.
    public struct Configuration: ConfigurationObject {
        /// What the connector is for.
        public var description = ""
        /// The tracker.
        public var tracker = ""

        public static let fields: [ConfigurationField<Self>] = [
            .init("description", \.description, "What the connector is for, in words."),
            .init("tracker", \.tracker, "The tracker; an application has only one.", reference: .stateTracker),
        ]

        /// Creates the defaults.
        public init() {}
    }

    public static let descriptor = ModuleDescriptor(
        type: "state.connector",
        summary: "Lets resources show the state of their state machine.",
        details: """
            The section `statemachine` of `workflows` says with `resourceMappings` which resources follow which state \
            machine. Their state is read from the instance after each commit; nothing is copied, so nothing can differ.

            An application has this connection with or without the module; the usual name is \
            `workflow.connector.statemachine`.
            """,
        provides: [.other],
        requires: [.init(.stateTracker, optional: true)],
        examples: [
            ModuleDescriptor.Example(
                "Orders that follow a state machine",
                yaml: """
                    modules:
                      - name: order-state
                        type: statemachine.engine
                      - name: workflow.service.statetracker
                        type: state.tracker
                      - name: workflow.connector.statemachine
                        type: state.connector
                    workflows:
                      statemachine:
                        definitions:
                          - name: order-processing
                            initialState: new
                            states:
                              new:
                              done:
                                isFinal: true
                            transitions:
                              finish:
                                fromState: new
                                toState: done
                        resourceMappings:
                          - resourceType: orders
                            stateMachine: order-state
                            instanceIDKey: id
                    """)
        ])

    private let tracker: StateTracker

    public init(configuration: Configuration, context: ModuleContext) throws {
        tracker = context.generation.stateTracker
    }

    /// Which resources follow which state machine.
    public var mappings: [ResourceMapping] { tracker.mappings }
}
