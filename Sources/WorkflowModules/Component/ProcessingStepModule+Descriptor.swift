public import WorkflowCore

extension ProcessingStepModule {
    public static let descriptor = ModuleDescriptor(
        type: "processing.step",
        summary: "Runs a component after a transition and turns its outcome into the next transition.",
        details: """
            A hook of the section `statemachine` names the step. The transition is committed first; then the component \
            runs, as durable work: after a crash it runs again with the same `idempotencyKey`.

            The component gets the data of the instance with that of the transition, and `workflowId`, `instanceId`, \
            `transitionId`, `fromState`, `toState`, `idempotencyKey` and `attempt`.

            | What happens | What follows |
            |---|---|
            | a result | `successTransition`, with the result as data |
            | a result with `available: false`, `success: false`, or `status` `declined` or `failed` | `compensateTransition`, with the result as data; no retry |
            | an error, or no answer within `timeoutSeconds` | another attempt, later and later; after the last one `compensateTransition` with `error` |

            An outcome whose transition the state machine does not have any more, because it has moved on, is dropped.
            """,
        provides: [.processingStep],
        requires: [.init(.component, optional: true)],
        examples: [
            ModuleDescriptor.Example(
                "A payment that may be declined",
                yaml: """
                    modules:
                      - name: machines
                        type: statemachine.engine
                      - name: payment-processor
                        type: dynamic.component
                        config:
                          source: components/payment-processor.js
                      - name: step-payment
                        type: processing.step
                        config:
                          componentId: payment-processor
                          successTransition: approve
                          compensateTransition: decline
                          maxRetries: 3
                          retryBackoffMs: 500
                          timeoutSeconds: 10
                    workflows:
                      statemachine:
                        engine: machines
                        definitions:
                          - name: order-processing
                            initialState: new
                            states:
                              new:
                              paying:
                              paid:
                                isFinal: true
                              declined:
                                isFinal: true
                                isError: true
                            transitions:
                              pay:
                                fromState: new
                                toState: paying
                              approve:
                                fromState: paying
                                toState: paid
                              decline:
                                fromState: paying
                                toState: declined
                        hooks:
                          - workflowType: order-processing
                            transitions: [pay]
                            handler: step-payment
                    """)
        ])
}
