public import WorkflowCore

extension ScheduleTriggerModule {
    public static let descriptor = ModuleDescriptor(
        type: "schedule", section: .trigger,
        summary: "Runs workflows at certain times.",
        details: """
            Each job has its own timing; no scheduler module is needed. The data of the workflow is `trigger_time`, \
            the time at which the job was due, in RFC 3339, and `params`.

            For a state machine the instance is found by `instanceId`, otherwise by `id`, of `params`. Without them \
            every run begins an instance, whose identifier is made of the name of the job and `trigger_time`.

            A slot is claimed in the store before its run begins, so it is run once, also when several processes use \
            the same store. When a process dies, or stands still and is given up, before a run has ended, the run \
            begins again with the same identifier, on another node or after the restart; transitions of state \
            machines are made once nevertheless. After a restart the record tells which runs were missed. A run that fails is logged \
            and counted (`schedule_runs_total`), and not repeated: the next one is that of the next slot. So is a \
            run whose result has `success: false`.

            See `docs/schedules.md` for cron expressions, time zones and the policies.
            """,
        isIngress: true,
        examples: [
            ModuleDescriptor.Example(
                "A review begins every Monday, and stock is counted every night",
                yaml: """
                    modules:
                      - name: machines
                        type: statemachine.engine
                      - name: nightly
                        type: scheduler.cron
                      - name: stock-count
                        type: messaging.handler
                    workflows:
                      scheduler:
                        jobs:
                          - scheduler: nightly
                            job: stock-count
                      statemachine:
                        engine: machines
                        definitions:
                          - name: review
                            initialState: new
                            states:
                              new:
                              open:
                              done:
                                isFinal: true
                            transitions:
                              open:
                                fromState: new
                                toState: open
                              finish:
                                fromState: open
                                toState: done
                    triggers:
                      schedule:
                        jobs:
                          - cron: 0 8 * * MON
                            workflow: review
                            action: open
                            params:
                              team: quality
                          - name: nightly-count
                            cron: "@daily"
                            workflow: scheduler
                            action: stock-count
                            missed: skip
                    """)
        ])
}
