public import WorkflowCore

extension SchedulerModule {
    public static let descriptor = ModuleDescriptor(
        type: "scheduler.cron", aliases: ["scheduler"],
        summary: "Says when jobs are due.",
        details: """
            The section `scheduler` of `workflows` names the jobs. Without `cronExpression` they run only when a \
            trigger, or the program, asks for them.

            A cron expression has five fields (minute, hour, day of month, month, day of week) or six, with the \
            second first; see `docs/schedules.md` for all that may stand in them, and for what happens when clocks \
            are changed.

            A slot is claimed in the store before its run begins, so it is run once, also when several processes use \
            the same store. When a process dies, or stands still and is given up, before a run has ended, the run \
            begins again with the same identifier, on another node or after the restart; transitions of state \
            machines are made once nevertheless. Overlap is judged by each process on its own. After a restart the record tells which \
            runs were missed. A changed expression begins a new record.
            """,
        provides: [.scheduler],
        examples: [
            ModuleDescriptor.Example(
                "A report every working day, and a clean-up as often as it is done in time",
                yaml: """
                    modules:
                      - name: mornings
                        type: scheduler.cron
                        config:
                          cronExpression: 0 9 * * MON-FRI
                          timezone: UTC
                      - name: often
                        type: scheduler.cron
                        config:
                          cronExpression: "@every 90s"
                          missed: skip
                      - name: report
                        type: messaging.handler
                      - name: clean-up
                        type: messaging.handler
                    workflows:
                      scheduler:
                        jobs:
                          - scheduler: mornings
                            job: report
                          - scheduler: often
                            job: clean-up
                    """)
        ])
}
