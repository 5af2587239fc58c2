public import WorkflowCore

extension EventLoggerModule {
    public static let descriptor = ModuleDescriptor(
        type: "eventlogger.modular", settingsKey: "eventlogger",
        summary: "Logs what workflows do, and the messages of chosen topics.",
        details: """
            By default one line for each workflow that is started, completed or failed; a message broker carries these \
            events, as the topics `workflow.<workflow>.<phase>`. Two further events are `application.started` and \
            `application.stopping`. The type of an event is the `type` of its content, otherwise `eventType`, otherwise \
            its topic.

            A line tells the topic, type and identifier of the event and, as far as its content has them, the workflow, \
            action, status, duration, error and instance; the content itself with `includePayload` only. In the \
            program's log these are fields of the line `Event`. A file has one JSON object in each line: \
            `{time, topic, type, id?, workflow?, action?, status?, durationMs?, error?, instanceId?, payload?}`. \
            Only its owner can read it; when it is full it is renamed, and the oldest one is deleted.

            The module is a message handler as well: the section `messaging` of `workflows` can give it messages. A \
            message that cannot be written is delivered again, and finally becomes a dead letter. It may be logged \
            twice after a crash; `id` is the same then.
            """,
        provides: [.messageHandler], requires: [.init(.messageBroker, optional: true)],
        examples: [
            ModuleDescriptor.Example(
                "Failures of workflows and all events of orders",
                yaml: """
                    modules:
                      - name: events
                        type: messaging.broker
                      - name: audit
                        type: eventlogger.modular
                        config:
                          topics: [workflow.*, order.*]
                          eventTypes: [workflow.*.failed, order.*]
                    eventlogger:
                      level: notice
                    """)
        ])
}
