public import WorkflowCore

extension ResourceHandler {
    public static let descriptor = ModuleDescriptor(
        type: "api.handler",
        summary: "A REST API over stored resources, which can run through a state machine.",
        details: """
            Give its routes to the module as a handler. A route with a parameter `{id}` is about one resource, one \
            without it about all of them, and one that ends with `/transition` moves the resource on:

            | Request | Answer |
            |---|---|
            | `GET /orders` | 200, a list in the order of creation; `?limit=` and `?after=` page through it |
            | `POST /orders` | 201, the new resource; 409 when its `id` is taken |
            | `GET /orders/{id}` | 200, or 304 for `If-None-Match` |
            | `PUT /orders/{id}` | 200; replaces the data. `If-Match` protects from lost updates (412) |
            | `DELETE /orders/{id}` | 204 |
            | `PUT /orders/{id}/transition` | 200; `{transition, data}` |

            A resource is shown as `{id, data, state, lastUpdate}`, with the fields of `hoist` at the top level as well. \
            The body of `POST` and `PUT` becomes `data`. Errors are `{"error": …}`.

            With `workflowType`, each new resource gets an instance of that state machine: resource, instance, first \
            transition and event are one transaction. The identifier of the instance is that of the resource; when an \
            instance of another definition has it, it is `<definition>:<id>`, and triggers of the definition find it \
            under both. State and data of the instance are shown over those of the resource. A transition that the state does not allow is answered with 400; of two that race, one gets 409.

            `GET /orders/{id}` with `Accept: text/event-stream` follows a resource: an event `resource` at once and \
            after each change, until the instance is completed.

            On routes behind an authentication middleware, everybody sees and changes only their own resources and \
            those that belong to nobody. What belongs to others is answered like what does not exist.

            Changes are published to the topic `<resourceName>-events` as \
            `{eventType: "<resourceName>.created|updated|deleted", resourceId, resource}`.
            """,
        provides: [.httpHandler],
        requires: [ModuleDescriptor.Requirement(.stateMachineEngine, optional: true)],
        examples: [
            ModuleDescriptor.Example(
                "A collection of products",
                yaml: """
                    modules:
                      - name: web
                        type: http.server
                        config:
                          address: 127.0.0.1:8080
                      - name: router
                        type: http.router
                      - name: products
                        type: api.handler
                        config:
                          resourceName: products
                    workflows:
                      http:
                        routes:
                          - method: GET
                            path: /api/products
                            handler: products
                          - method: POST
                            path: /api/products
                            handler: products
                          - method: GET
                            path: /api/products/{id}
                            handler: products
                    """),
            ModuleDescriptor.Example(
                "Orders that run through a state machine",
                yaml: """
                    modules:
                      - name: web
                        type: http.server
                        config:
                          address: 127.0.0.1:8080
                      - name: router
                        type: http.router
                      - name: engine
                        type: statemachine.engine
                      - name: orders
                        type: api.handler
                        config:
                          resourceName: orders
                          workflowType: order-processing
                          workflowEngine: engine
                          instanceIDPrefix: order-
                          initialTransition: submit
                    workflows:
                      http:
                        routes:
                          - method: POST
                            path: /api/orders
                            handler: orders
                          - method: GET
                            path: /api/orders/{id}
                            handler: orders
                          - method: PUT
                            path: /api/orders/{id}/transition
                            handler: orders
                      statemachine:
                        engine: engine
                        definitions:
                          - name: order-processing
                            initialState: new
                            states:
                              new:
                                description: The order has arrived
                              submitted:
                                description: The order is being worked on
                              done:
                                description: The order is finished
                                isFinal: true
                            transitions:
                              submit:
                                fromState: new
                                toState: submitted
                              finish:
                                fromState: submitted
                                toState: done
                    """),
        ])
}
