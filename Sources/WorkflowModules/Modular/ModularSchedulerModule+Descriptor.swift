public import WorkflowCore

extension ModularSchedulerModule {
    public static let descriptor = ModuleDescriptor(
        type: "scheduler.modular", settingsKey: "scheduler",
        summary: "Runs modules and workflows at certain times.",
        details: """
            Its own `jobs` have a schedule each; see `docs/schedules.md` for all that may stand in it. Their `command` \
            is the name of a module that can be run (a component, a processing step or a message handler), which gets \
            `params` and `trigger_time`, the time at which the job was due, in RFC 3339; or `workflow:action`, as a \
            trigger names them: the data of the workflow is the same. A state machine begins an instance with each run, \
            unless `params` name one. Programs of the operating system are never run.

            The jobs share `workerCount` workers. A run that finds them busy waits, unless `queueSize` runs do so already: \
            then it fails. A run is recorded in the store before it begins: it happens at most once, also when several \
            processes use the same store. A run that fails is logged and counted (`schedule_runs_total`) and not repeated.

            The module can also be the `scheduler` of jobs of the section `scheduler` of `workflows`, as `scheduler.cron`: \
            they are due when `cronExpression` says so, and not counted among the workers.
            """,
        provides: [.scheduler],
        requires: [
            .init(.component, optional: true), .init(.processingStep, optional: true),
            .init(.messageHandler, optional: true),
        ],
        examples: [
            ModuleDescriptor.Example(
                "A module and a workflow at certain times",
                yaml: """
                    modules:
                      - name: events
                        type: messaging.broker
                      - name: scheduler
                        type: scheduler.modular
                      - name: clean-up
                        type: messaging.handler
                      - name: report
                        type: messaging.handler
                        config: {topic: report.wanted}
                    workflows:
                      messaging:
                        subscriptions: []
                    scheduler:
                      workerCount: 5
                      queueSize: 100
                      shutdownTimeout: 30s
                      jobs:
                        - name: nightly-clean-up
                          schedule: 30 2 * * *
                          timezone: UTC
                          command: clean-up
                        - name: morning-report
                          schedule: 0 9 * * MON-FRI
                          command: messaging:report.wanted
                          params: {pages: 3}
                        - name: old-report
                          schedule: "@weekly"
                          enabled: false
                          command: former-report
                    """)
        ])
}
