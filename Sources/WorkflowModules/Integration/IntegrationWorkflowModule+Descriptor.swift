public import WorkflowCore

extension IntegrationWorkflowModule {
    public static let descriptor = ModuleDescriptor(
        type: "integration", section: .workflow,
        summary: "Workflows whose steps call other systems: HTTP APIs and databases.",
        details: """
            `steps` make a workflow called `integration`; `workflows` has further ones, each under its name. All use the \
            same connectors. `docs/integrations.md` tells everything about connectors and steps.

            **Steps run in order.** The result of a step is stored under its name. In `input`, `transform` and the path \
            of `action`, expressions can name `data` (what the run was begun with), `steps` (the results), `execution` \
            (`id`, `workflow`), and the keys of the data and the results without a root: `${order.total}`. A step called \
            `check-stock` can be named like that: `${check-stock.count}`. In `action`, write `${data.total}` rather than \
            `${total}`, which would be an environment variable.

            **A step fails** when its call does, for instance because of a status of 400 or above. It is tried again \
            `retryCount` times, after `retryDelay` each time. Then:

            | `onError` | What follows |
            |---|---|
            | the name of a step | the failure is stored as `<step>_error`, and that step is next |
            | `end` | the failure is stored, and the run is completed |
            | another word | the failure is stored, and the next step runs |
            | not given | the run fails |

            `onSuccess` likewise names the next step, or is `end`. A run has at most 1000 steps, so that circles end.

            **`action` of an `http` connector** is a method and a path. `{id}` in it is a value of the input, `${…}` an \
            expression; both are percent-encoded. The rest of the input of GET, HEAD and DELETE is the query, otherwise \
            the JSON body. The result is the object that is answered, with `statusCode`; other content is under `raw`.

            **Triggers** name `integration` as their `workflow`, and a workflow of the section as their `action`.
            """,
        requires: [.init(.integrationRegistry), .init(.httpRouter, optional: true)],
        examples: [
            ModuleDescriptor.Example(
                "A customer is looked up, stock is reserved, and a mail tells about it",
                yaml: """
                    modules:
                      - name: integrations
                        type: integration.registry
                    workflows:
                      integration:
                        registry: integrations
                        connectors:
                          - name: crm
                            type: http
                            config:
                              baseURL: https://crm.example.com/v1
                              authType: basic
                              username: shop
                              password: ${CRM_PASSWORD:-none}
                              timeoutSeconds: 10
                              requestsPerMinute: 60
                          - name: mail
                            type: http
                            config:
                              baseURL: https://mail.example.com
                              headers:
                                X-Api-Key: ${MAIL_KEY:-none}
                        workflows:
                          order-placed:
                            steps:
                              - name: find-customer
                                connector: crm
                                action: GET /customers/{id}
                                input:
                                  id: ${data.customerId}
                                retryCount: 2
                                retryDelay: 500ms
                                onError: apologize
                              - name: reserve
                                connector: crm
                                action: POST /reservations
                                input:
                                  customer: ${find-customer.id}
                                  items: ${data.items}
                                transform: "{id: result.id, ready: result.status == 'ready'}"
                                onError: apologize
                              - name: confirm
                                connector: mail
                                action: POST /send
                                input:
                                  to: ${find-customer.email}
                                  text: Your order ${data.orderId} is reserved as ${reserve.id}.
                                onSuccess: end
                              - name: apologize
                                connector: mail
                                action: POST /send
                                input:
                                  to: ${data.email}
                                  text: We could not take your order ${data.orderId}.
                    triggers:
                      schedule:
                        jobs:
                          - cron: "@hourly"
                            workflow: integration
                            action: order-placed
                    """)
        ])
}
