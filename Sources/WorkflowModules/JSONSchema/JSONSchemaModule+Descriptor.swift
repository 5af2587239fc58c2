public import WorkflowCore

extension JSONSchemaModule {
    public static let descriptor = ModuleDescriptor(
        type: "jsonschema.modular", aliases: ["jsonschema"], settingsKey: "jsonschema",
        summary: "Lets only what satisfies a JSON Schema pass.",
        details: """
            | used as | what is checked | what happens otherwise |
            |---|---|---|
            | middleware of a route | the body | 400 with `error` and `details`, a list of `path` and `message` |
            | handler of a subscription | the content of the message | the message becomes a dead letter |
            | handler of a hook | the data of the instance | the step fails; `errors` in the data says why |
            | component of a `processing.step` | the input | the result is `valid: false` with `errors` |

            As a middleware it checks POST, PUT and PATCH, and other methods that `routes` names. A body that is not \
            JSON is answered with 400, one of another media type with 415.

            Schemas are those of 2020-12; `$schema` may say 2019-09 or draft 7. A `$ref` leads within its schema or to \
            another one of `schemas`, by name, path or `$id`; nothing is fetched. Patterns are those of ECMA-262 \
            with the flag `u`, matched in bounded time; back references and scripts (`\\p{Script=Greek}`) are refused \
            when the configuration is loaded.

            Formats that are checked: `date-time`, `date`, `time`, `duration`, `email`, `hostname`, `ipv4`, `ipv6`, \
            `uri`, `uri-reference`, `uuid`, `regex`, `json-pointer`, `relative-json-pointer`. Others are notes.
            """,
        provides: [.httpMiddleware, .messageHandler, .processingStep, .component],
        examples: [
            ModuleDescriptor.Example(
                "Only valid orders reach the handler",
                yaml: """
                    modules:
                      - name: server
                        type: http.server
                        config: {address: "127.0.0.1:8080"}
                      - name: router
                        type: http.router
                      - name: valid-order
                        type: jsonschema.modular
                        config:
                          body: order
                          schemas:
                            order:
                              type: object
                              required: [customer, items]
                              properties:
                                customer: {$ref: customer}
                                items:
                                  type: array
                                  minItems: 1
                                  items: {type: string}
                            customer:
                              type: object
                              required: [email]
                              properties:
                                email: {type: string, format: email}
                      - name: orders
                        type: http.handler
                    workflows:
                      http:
                        routes:
                          - {method: POST, path: /orders, handler: orders, middlewares: [valid-order]}
                    """),
            ModuleDescriptor.Example(
                "Only valid messages are passed on",
                yaml: """
                    modules:
                      - name: events
                        type: messaging.broker
                      - name: valid-reading
                        type: jsonschema.modular
                        config:
                          schemas:
                            reading:
                              type: object
                              required: [sensor, value]
                              properties:
                                value: {type: number, minimum: -50, maximum: 150}
                      - name: archive
                        type: messaging.handler
                    workflows:
                      messaging:
                        subscriptions:
                          - topic: reading.received
                            handler: valid-reading
                          - topic: reading.valid
                            handler: archive
                        producers:
                          - name: valid-reading
                            forwardTo: [reading.valid]
                    """),
        ])
}
