import WorkflowCore

extension Documents {
    /// What a link does, as clients give it.
    static let linkSettings = Schema.object([
        .optional("topic", .text(1...200), "The topic of the message in the target; that of the event by default."),
        .optional("broker", .text(1...100), "The broker of the target; all of them by default."),
        .optional("workflow", .text(1...100), "Instead of a message: what of the target is run."),
        .optional("action", .text(1...200), "With `workflow`: the action."),
        .optional(
            "hop_limit", .integer(1...LinkSettings.greatestHopLimit),
            "How many links an event may have come through, this one included; 8 by default."),
        .optional("allow_cycle", .boolean, "Whether the link may close a circle, which the limit ends then."),
    ])

    static let link = Schema.named(
        "WorkflowLink",
        .object([
            .required("id", .id), .required("source_workflow_id", .id), .required("target_workflow_id", .id),
            .required("link_type", .text(1...200)), .required("config", linkSettings),
            .required("created_by", .id), .required("created_at", .time),
        ]))

    static func make(_ link: WorkflowLink) -> JSONObject {
        [
            "id": .string(link.id.text), "source_workflow_id": .string(link.source.text),
            "target_workflow_id": .string(link.target.text), "link_type": .string(link.pattern.text),
            "config": .object(link.settings.json), "created_by": .string(link.createdBy.text),
            "created_at": .string(link.createdAt.description),
        ]
    }

    static let deadEvent = Schema.named(
        "DeadEvent",
        .object([
            .required("id", .text(64...64)), .required("event_type", .text(0...1000)),
            .required("event_data", .freeObject(maximumBytes: 4 << 20), "The content of the event, under `value`."),
            .required("attempts", .integer(0...Int.max)), .required("last_error", .text(0...500)),
            .required("created_at", .time),
        ]))

    static func make(_ delivery: LinkDelivery) -> JSONObject {
        [
            "id": .string(delivery.id), "event_type": .string(delivery.type), "event_data": ["value": delivery.data],
            "attempts": .integer(Int64(delivery.attempts)), "last_error": .string(delivery.lastError),
            "created_at": .string(delivery.createdAt.description),
        ]
    }
}
