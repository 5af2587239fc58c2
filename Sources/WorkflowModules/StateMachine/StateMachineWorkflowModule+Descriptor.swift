public import WorkflowCore

extension StateMachineWorkflowModule {
    public static let descriptor = ModuleDescriptor(
        type: "statemachine", section: .workflow,
        summary: "Defines state machines, and what is done after their transitions.",
        details: """
            **Transitions.** A transition is made in one transaction. Transitions with `autoTransform` follow in the \
            same transaction when another transition enters their `fromState`. An instance that enters a state with \
            `isFinal` is completed.

            **Hooks** run after the commit, as durable work: after a crash they run again. A processing step reports its \
            outcome with its `successTransition` or `compensateTransition`. A message handler gets the transition as a \
            message. Several hooks for one transition run one after the other, in the order of the list; when a step \
            fails for good, the ones behind it are dropped.

            A hook with a `criticalSection` runs alone among all runs, on all nodes of a PostgreSQL, whose sections have the \
            same name: for a stock that several instances draw on, or a system that takes one call at a time for each \
            customer. A run that waits takes one of the runs that its step may have at once. When a node loses its \
            connection to the database, its runs are cut off and tried again, and their sections are free for others.

            **Triggers** name `statemachine`, or a definition, as their `workflow` and a transition (or \
            `engine:transition`) as their `action`. The instance is found by `instanceId`, otherwise by `id`, of the data. \
            When the trigger names a definition that has no such instance, one is created, and the transition must leave \
            the initial state. An identifier that belongs to an instance of another definition stands for the instance \
            `<definition>:<id>`, so that an event of one state machine can begin another one; events of that one find \
            back to the first by the same rule.

            The answer is `{instanceId, currentState, transition, success}`.

            **Resources** follow a state machine as `resourceMappings` say: their state is that of the instance, read \
            when it is asked for.
            """,
        requires: [
            .init(.stateMachineEngine), .init(.processingStep, optional: true), .init(.messageHandler, optional: true),
        ],
        examples: [
            ModuleDescriptor.Example(
                "An order that is logged when it is paid",
                yaml: """
                    modules:
                      - name: order-state
                        type: statemachine.engine
                      - name: order-log
                        type: messaging.handler
                    workflows:
                      statemachine:
                        engine: order-state
                        definitions:
                          - name: order-processing
                            description: From the order to its delivery
                            initialState: new
                            states:
                              new:
                                description: The order has arrived
                              paid:
                              packing:
                              delivered:
                                isFinal: true
                              cancelled:
                                isFinal: true
                                isError: true
                            transitions:
                              pay:
                                fromState: new
                                toState: paid
                              pack:
                                fromState: paid
                                toState: packing
                                autoTransform: true
                              deliver:
                                fromState: packing
                                toState: delivered
                              cancel:
                                fromState: new
                                toState: cancelled
                        resourceMappings:
                          - resourceType: orders
                            stateMachine: order-state
                        hooks:
                          - workflowType: order-processing
                            toStates: [paid, delivered]
                            handler: order-log
                    """)
        ])
}
