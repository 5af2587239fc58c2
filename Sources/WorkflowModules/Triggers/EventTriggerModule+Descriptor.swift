public import WorkflowCore

extension EventTriggerModule {
    public static let descriptor = ModuleDescriptor(
        type: "event", section: .trigger,
        summary: "Runs workflows when messages arrive.",
        details: """
            The data of the workflow is the content of the message, with the content again under `originalMessage`, and \
            `params`. Content that is not an object stands under `message`.

            For a state machine the instance is found by `instanceId`, otherwise by `id`, of the data. A definition that \
            has no such instance begins one, and the identifier of another state machine's instance stands for one of its \
            own: so the events of one state machine can drive another one.

            The workflow runs on behalf of the application, not of a user: whoever can publish to the topic can reach \
            every instance. Let routes that publish what users send use topics of their own.

            A message that is delivered again within an hour, as after the crash of a node, makes no transition a second \
            time: its identifier is kept with the transition.

            A transition that is refused because the state machine has moved on is not tried again; that is logged at \
            the level info. After other failures the broker delivers the message again, and finally puts it among the \
            dead letters.
            """,
        requires: [.init(.messageBroker)],
        examples: [
            ModuleDescriptor.Example(
                "Orders that are paid begin their delivery",
                yaml: """
                    modules:
                      - name: events
                        type: messaging.broker
                      - name: machines
                        type: statemachine.engine
                    workflows:
                      statemachine:
                        engine: machines
                        definitions:
                          - name: order-processing
                            initialState: new
                            states:
                              new:
                              paid:
                                isFinal: true
                            transitions:
                              pay:
                                fromState: new
                                toState: paid
                          - name: delivery
                            initialState: waiting
                            states:
                              waiting:
                              packing:
                              handed-over:
                                isFinal: true
                            transitions:
                              begin:
                                fromState: waiting
                                toState: packing
                              hand-over:
                                fromState: packing
                                toState: handed-over
                    triggers:
                      event:
                        broker: events
                        subscriptions:
                          - topic: order.paid
                            event: order.paid
                            workflow: delivery
                            action: begin
                            params:
                              carrier: post
                    """)
        ])
}
