public import WorkflowCore

extension DataTransformerModule {
    public static let descriptor = ModuleDescriptor(
        type: "data.transformer",
        summary: "Changes data on its way, by a list of operations.",
        details: """
            | used as | what is changed | where the result goes |
            |---|---|---|
            | handler of a subscription | the content of the message | to the topics that `producers` of the section `messaging` name for the module |
            | handler of a hook | the data of the instance | into the data of the instance; keys that the operations drop stay there |
            | component of a `processing.step` or branch | the input | it is the result |

            An operation that fails, such as `extract` where there is nothing, fails the whole: a message is delivered \
            again and finally becomes a dead letter, a step leaves `error` in the data of the instance.

            **Expressions** in `set`, `transform` and `expression` see the data as the operations before have left it: \
            as `data`, and its keys also without `data`. `input` is the data that the module was given, `event.id` and \
            `event.topic` tell where it comes from. Within `set`, write `${data.total}` rather than `${total}`, which \
            would be an environment variable.
            """,
        provides: [.messageHandler, .processingStep, .component],
        examples: [
            ModuleDescriptor.Example(
                "A station of a pipeline",
                yaml: """
                    modules:
                      - name: events
                        type: messaging.broker
                      - name: order-transformer
                        type: data.transformer
                        config:
                          operations:
                            - extract:
                                path: order
                            - map:
                                mappings:
                                  amount: total
                            - filter:
                                fields: [id, total, items]
                            - set:
                                count: ${data.items.length}
                                title: Order ${data.id} from ${event.topic}
                      - name: archive
                        type: messaging.handler
                    workflows:
                      messaging:
                        subscriptions:
                          - topic: order.received
                            handler: order-transformer
                          - topic: order.ready
                            handler: archive
                        producers:
                          - name: order-transformer
                            forwardTo: [order.ready]
                    """),
            ModuleDescriptor.Example(
                "Pipelines that the environment chooses from",
                yaml: """
                    modules:
                      - name: events
                        type: messaging.broker
                      - name: anonymizer
                        type: data.transformer
                        config:
                          pipeline: ${PRIVACY:-strict}
                          pipelines:
                            strict:
                              - transform:
                                  id: ${id}
                                  country: ${customer.country ?? 'unknown'}
                            open:
                              - expression: "merge(data, {customer: customer.name})"
                    workflows:
                      messaging:
                        subscriptions:
                          - topic: customer.changed
                            handler: anonymizer
                    """),
        ])
}
