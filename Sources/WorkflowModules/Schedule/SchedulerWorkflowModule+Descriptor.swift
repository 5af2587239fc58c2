public import WorkflowCore

extension SchedulerWorkflowModule {
    public static let descriptor = ModuleDescriptor(
        type: "scheduler", section: .workflow,
        summary: "Runs modules as jobs when their schedulers say so.",
        details: """
            A job is a component, a processing step or a message handler. It gets `config` and `trigger_time`, the \
            time at which it was due, in RFC 3339: a component as its input, a step as its data, a message handler as \
            the content of a message of the topic `scheduler.<job>`. The `id` of the message, and the \
            `idempotencyKey` of the others, is that of the run, also when it begins again because its process was \
            gone before its end.

            A run has failed when the module throws, or when its result has `success: false`, `available: false` or \
            the `status` `failed` or `declined`. It is logged and counted (`schedule_runs_total`), and not repeated: \
            the next run is the one of the next slot.

            A stop waits for runs as long as `shutdownTimeout` of their schedulers says; what goes on then is cut \
            off.

            **Triggers** name `scheduler` as their `workflow` and a job (or `scheduler:job`) as their `action`: it \
            is run at once, with the data of the trigger added to `config`. The answer is `{success, job, error?}`.
            """,
        requires: [
            .init(.scheduler, optional: true), .init(.component, optional: true),
            .init(.processingStep, optional: true), .init(.messageHandler, optional: true),
        ],
        isIngress: true,
        examples: [
            ModuleDescriptor.Example(
                "Stock is counted every night, one run after the other",
                yaml: """
                    modules:
                      - name: nightly
                        type: scheduler.cron
                        config:
                          cronExpression: 30 2 * * *
                          timezone: UTC
                          overlap: queue
                          missed: once
                      - name: stock-count
                        type: messaging.handler
                    workflows:
                      scheduler:
                        jobs:
                          - scheduler: nightly
                            job: stock-count
                            config:
                              warehouse: berlin
                    """)
        ])
}
