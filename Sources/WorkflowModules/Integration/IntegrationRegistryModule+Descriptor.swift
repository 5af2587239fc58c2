public import WorkflowCore

extension IntegrationRegistryModule {
    public static let descriptor = ModuleDescriptor(
        type: "integration.registry",
        summary: "Runs the workflows of the section `integration` and keeps the records of their runs.",
        details: """
            The section says which systems there are and what the workflows do; the registry says who may run them. A \
            workflow is run by a trigger or a job (`workflow: integration`, `action: <name>`), by a webhook of the \
            section, by `processing.step` and `workflows.scheduler`, for which the registry is a component, and by \
            requests:

            | Request | Answer |
            |---|---|
            | `POST /api/integrations/{name}/execute` | runs a workflow with the body as its data: 200 `{success, executionId, workflow, status, results}`, 502 `{error, executionId, status, step}` when a step failed |
            | `GET /api/integrations/{name}/executions?limit=50` | the records of its last runs, newest first |
            | `GET /api/integrations/{name}/executions/{id}` | one record |
            | `GET /api/integrations` | the workflows and their steps |

            **Who may do that.** A run spends the credentials of the connectors, so nobody may unless the configuration \
            says so: either name the registry as the handler of routes with these paths, behind the middlewares of your \
            choice, or write `expose: true`, which adds all four routes behind `middlewares`. Everybody who passes the \
            middlewares may run every workflow and read every record.

            **Records** have the steps with their attempts, durations and errors, and none of the data. They are kept \
            in the store, the last `keptExecutions` of each workflow. A run that is going on when the program ends is \
            recorded as `interrupted`; it is not repeated.

            **As a component** the registry takes an object: the data, and under `integration` the name of the \
            workflow when there are several.
            """,
        provides: [.integrationRegistry, .httpHandler, .component],
        examples: [
            ModuleDescriptor.Example(
                "Every night, orders are brought to the warehouse",
                yaml: """
                    modules:
                      - name: integrations
                        type: integration.registry
                        config:
                          keptExecutions: 100
                    workflows:
                      integration:
                        registry: integrations
                        connectors:
                          - name: warehouse
                            type: http
                            config:
                              baseURL: https://warehouse.example.com/v1
                              authType: bearer
                              token: ${WAREHOUSE_TOKEN:-none}
                        steps:
                          - name: send
                            connector: warehouse
                            action: POST /orders/import
                            input:
                              day: ${data.trigger_time}
                            retryCount: 3
                            retryDelay: 30s
                    triggers:
                      schedule:
                        jobs:
                          - cron: "@daily"
                            workflow: integration
                            action: integration
                    """)
        ])
}
