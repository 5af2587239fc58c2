public import WorkflowCore

extension EventWorkflowModule {
    public static let descriptor = ModuleDescriptor(
        type: "event", section: .workflow,
        summary: "Says which patterns to look for among events, and what is run when one occurs.",
        details: """
            **Correlation.** A pattern is looked for among events that belong together: those of the same correlation \
            identifier, or of the same source where there is none.

            **Window.** It slides with the time of the events, which is the time of their messages, not with the \
            clock: it ends at the latest event and is `windowTime` long, both ends included. An event that comes too \
            late for it is ignored; one that comes late, but within it, takes its place in the order. Twice \
            `windowTime` after it came in, by the clock, an event is forgotten in any case.

            **Occurrence.** A pattern occurs when, after an event of one of its `eventTypes` has come in, the events \
            of these types in the window are at least `minOccurs` and at most `maxOccurs` (0 for any number), and meet \
            the `condition`:

            | Condition | Is met |
            |---|---|
            | `count` | by their number alone |
            | `all` | when each type occurs, one that is listed twice at least twice |
            | `sequence` | when the types occur in the order of the list, other events between them or not |
            | an expression | when it is true |

            With `orderMatters` the types must occur in the order of the list as well, whatever the condition. An \
            expression may name `events` (each with `id`, `type`, `sourceId`, `correlationId`, `time`, `data`), their \
            number `count`, the `first` and the `last` of them, and the `key` that they have in common; one that has \
            no value counts as not met, which is logged.

            **Consumption.** An occurrence uses up all events of the pattern that are in the window; none of them is \
            part of another occurrence of it. Since `count` occurs as soon as there are `minOccurs` events, \
            `maxOccurs` matters for the other conditions. Other patterns still see the events. A message that comes \
            again is counted once.

            **Handlers.** A message handler gets `patternId`, `eventsCount`, `correlationId` (what the events have in \
            common) and `events`, the last 100 of them, up to 256 KiB. Processing steps and components get the same as \
            their input; a step must fire no transitions, and of its policy only the time limit is in effect. A \
            handler that fails leaves the events as they were: the broker delivers the message again, and finally puts \
            it among the dead letters.

            **Triggers** name `event` as their `workflow` and a type of events as their `action`; their data is the \
            event, with `eventId`, `correlationId`, `sourceId` (or else `instanceId` or `id`) and `time` read from it. \
            The answer is `{success, type, accepted, matches}`, where `matches` names the patterns that occurred.
            """,
        requires: [
            .init(.eventProcessor), .init(.messageBroker, optional: true), .init(.messageHandler, optional: true),
        ],
        examples: [
            ModuleDescriptor.Example(
                "A login after several failed ones, and orders that are paid twice",
                yaml: """
                    modules:
                      - name: events
                        type: messaging.broker
                      - name: patterns
                        type: event.processor
                      - name: alarm
                        type: messaging.handler
                    workflows:
                      event:
                        processor: patterns
                        patterns:
                          - patternId: break-in
                            eventTypes: [login.failed, login.failed, login.succeeded]
                            windowTime: 5m
                            condition: sequence
                          - patternId: paid-twice
                            eventTypes: [order.paid]
                            windowTime: 24h
                            condition: count >= 2 && first.data.amount == last.data.amount
                        handlers:
                          - patternId: break-in
                            handler: alarm
                          - patternId: paid-twice
                            handler: alarm
                        adapters:
                          - broker: events
                            topics: [login.*]
                            sourceIdKey: user
                            correlIdKey: session
                          - broker: events
                            topics: [order.paid]
                            correlIdKey: instanceId
                    """)
        ])
}
