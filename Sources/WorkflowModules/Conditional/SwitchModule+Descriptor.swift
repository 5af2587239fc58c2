public import WorkflowCore

extension SwitchModule {
    public static let descriptor = ModuleDescriptor(
        type: "conditional.switch", hasBranches: true,
        summary: "Leads messages and steps to the module for one of several cases.",
        details: """
            Beside `config`, `branches` names the module for each case: `case-0` is the first case, `case-1` the second, \
            and so on; the text of a case may stand for it as well. `default` is for all other values. An outcome \
            without a branch goes to `default`; without that it does nothing.

            \(ConditionalDocumentation.details)
            """,
        provides: [.messageHandler, .processingStep, .component],
        examples: [
            ModuleDescriptor.Example(
                "Steps that depend on the kind of order",
                yaml: """
                    modules:
                      - name: machines
                        type: statemachine.engine
                      - name: payment-processor
                        type: dynamic.component
                        config:
                          source: components/payment-processor.js
                      - name: shipping-service
                        type: dynamic.component
                        config:
                          source: components/shipping-service.js
                      - name: step-payment
                        type: processing.step
                        config:
                          componentId: payment-processor
                          successTransition: finish
                      - name: step-shipping
                        type: processing.step
                        config:
                          componentId: shipping-service
                          successTransition: finish
                      - name: route-by-kind
                        type: conditional.switch
                        config:
                          expression: kind
                          cases: [download, parcel]
                        branches:
                          case-0: step-payment
                          parcel: step-shipping
                    workflows:
                      statemachine:
                        definitions:
                          - name: order-processing
                            initialState: new
                            states:
                              new:
                              working:
                              done:
                                isFinal: true
                            transitions:
                              begin:
                                fromState: new
                                toState: working
                              finish:
                                fromState: working
                                toState: done
                        hooks:
                          - transitions: [begin]
                            handler: route-by-kind
                    """)
        ])
}
