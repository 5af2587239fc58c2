import WorkflowCore

/// That events of one workflow reach another one of the same company.
struct WorkflowLink: Sendable {
    let id: ID<WorkflowLink>
    let company: ID<Company>
    let source: ID<Workflow>
    let target: ID<Workflow>
    /// Which events.
    let pattern: EventTypePattern
    /// What becomes of them there.
    let settings: LinkSettings
    let createdBy: ID<User>
    let createdAt: Timestamp
}

/// What a link does with an event: the member `config`.
struct LinkSettings: Sendable, Hashable {
    /// What happens in the target.
    enum Effect: Sendable, Hashable {
        /// The event is published as a message; without a topic under its own type, without a broker in all of them.
        case publish(topic: String?, broker: String?)
        /// A part of the target is run.
        case invoke(workflow: String, action: String)
    }

    static let standardHopLimit = 8
    static let greatestHopLimit = 64

    let effect: Effect
    /// How many links an event may have come through, this one included.
    let hopLimit: Int
    /// Whether the link may close a circle, which the hop limit ends then.
    let allowsCycle: Bool
    /// The settings as they were given.
    let json: JSONObject

    /// Reads settings whose members are known and of the right kinds.
    ///
    /// - Returns: `nil` when members contradict each other or name no topic.
    init?(_ json: JSONObject) {
        self.json = json
        hopLimit = json["hop_limit"]?.intValue ?? Self.standardHopLimit
        allowsCycle = json["allow_cycle"]?.boolValue ?? false
        let (topic, broker) = (json["topic"]?.stringValue, json["broker"]?.stringValue)
        switch (json["workflow"]?.stringValue, json["action"]?.stringValue) {
        case (let workflow?, let action?):
            guard topic == nil, broker == nil else { return nil }
            effect = .invoke(workflow: workflow, action: action)
        case (nil, nil):
            if let topic, EventTypePattern(topic) == nil || topic.contains("*") || topic.contains(">") { return nil }
            effect = .publish(topic: topic, broker: broker)
        default: return nil
        }
    }
}

/// An event that a link has to deliver.
struct LinkDelivery: Sendable {
    /// The same for the same event on the same link.
    let id: String
    let link: ID<WorkflowLink>
    /// Orders the deliveries of a link.
    let position: String
    /// The topic of the event.
    let type: String
    /// The content of the event.
    let data: JSONValue
    /// What the event is about; empty for nothing.
    let key: String
    /// How many links it has come through when it is delivered.
    let hops: Int
    /// The trace that it belongs to; empty for none.
    let trace: String
    /// How often it was tried in vain.
    var attempts: Int
    /// When to try next.
    var dueAt: Timestamp
    /// What went wrong last; empty for nothing.
    var lastError: String
    /// Whether it is not tried any more.
    var isDead: Bool
    let createdAt: Timestamp
}
