public import WorkflowCore

/// Gives the state tracker of the application a name.
///
/// ```yaml
/// modules:
///   - name: workflow.service.statetracker
///     type: state.tracker
/// ```
public struct StateTrackerModule: WorkflowModule {
    /// The keys of the configuration.
    public struct Configuration: ConfigurationObject {
        /// What the tracker is for.
        public var description = ""

        public static let fields: [ConfigurationField<Self>] = [
            .init("description", \.description, "What the tracker is for, in words.")
        ]

        /// Creates the defaults.
        public init() {}
    }

    public static let descriptor = ModuleDescriptor(
        type: "state.tracker",
        summary: "Tells the states of resources by their type and identifier.",
        details: """
            The state of a resource that follows a state machine (see `resourceMappings` of the section `statemachine`) \
            is that of its instance; it is read when it is asked for. The states of other resources are set by programs \
            and kept in the state store.

            An application has one tracker, with or without this module; the usual name is \
            `workflow.service.statetracker`.
            """,
        provides: [.stateTracker],
        examples: [
            ModuleDescriptor.Example(
                "A tracker beside a state machine",
                yaml: """
                    modules:
                      - name: order-state
                        type: statemachine.engine
                      - name: workflow.service.statetracker
                        type: state.tracker
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
                    """)
        ])

    /// The tracker.
    public let tracker: StateTracker

    public init(configuration: Configuration, context: ModuleContext) throws {
        tracker = context.generation.stateTracker
    }

    public var services: [any Sendable] { [tracker] }
}
