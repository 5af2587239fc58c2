import WorkflowCore

/// Something that an application has done.
struct ActivityEvent: Sendable {
    /// Larger data is left out, in about bytes.
    private static let largestData = 16 << 10

    /// The state machine; `nil` when it is about none.
    let machine: String?
    /// The topic; `nil` for transitions.
    let topic: String?
    private var document: JSONObject
    private var data: JSONValue?

    /// A transition, or the creation of an instance.
    init(_ record: TransitionRecord, of instance: StateMachineInstance) {
        machine = instance.workflowType
        topic = nil
        document = [
            "kind": "transition", "time": .string(record.timestamp.description),
            "machine": .string(instance.workflowType), "instance": .string(record.instanceID),
        ]
        if !record.transition.isEmpty {
            document["transition"] = .string(record.transition)
            document["from"] = .string(record.fromState)
        }
        document["to"] = .string(record.toState)
        document["version"] = .integer(record.version)
        if instance.completed, record.toState == instance.currentState { document["completed"] = true }
        data = record.data.isEmpty ? nil : .object(record.data)
    }

    /// A message that was delivered.
    init(_ delivery: MessageDelivery) {
        machine = nil
        let message = delivery.message
        topic = message.topic
        document = [
            "kind": "message", "time": .string(message.timestamp.description), "topic": .string(message.topic),
            "id": .string(message.id), "broker": .string(delivery.broker),
            "subscription": .string(delivery.subscription),
            "status": delivery.error == nil ? "handled" : "failed",
            "attempt": .integer(Int64(message.deliveryAttempt)),
            "durationMs": ReloadDocument.milliseconds(delivery.duration),
        ]
        if !message.key.isEmpty { document["key"] = .string(message.key) }
        if let error = delivery.error { document["error"] = .string(Self.text("\(error)")) }
        data = message.payload
    }

    /// What a workflow, or a step of one, tells of itself.
    init(_ event: LifecycleEvent) {
        machine = nil
        topic = event.topic
        document = [
            "kind": "workflow", "time": .string(event.timestamp.description), "topic": .string(event.topic),
            "workflow": .string(event.workflowType), "action": .string(event.action),
            "status": .string(event.phase.rawValue),
        ]
        if let step = event.step { document["step"] = .string(step) }
        if let connector = event.connector { document["connector"] = .string(connector) }
        if let duration = event.duration { document["durationMs"] = ReloadDocument.milliseconds(duration) }
        if let error = event.error { document["error"] = .string(Self.text(error)) }
        data = event.results
    }

    /// Errors repeat what they were given.
    private static func text(_ error: String) -> String {
        let text = SecretRedactor.redact(error)
        return text.count > 500 ? "\(text.prefix(499))…" : text
    }

    /// Leaves data out that nobody wants, or that is too large.
    ///
    /// - Returns: About how many bytes the event takes.
    mutating func limitData(isWanted: Bool) -> Int {
        var cost = 512
        if let data {
            let size = isWanted ? data.estimatedBytes(upTo: Self.largestData) : 0
            if size > Self.largestData { document["dataOmitted"] = true }
            if !isWanted || size > Self.largestData { self.data = nil } else { cost += size }
        }
        return cost + (document["error"]?.stringValue?.utf8.count ?? 0)
    }

    /// The event as JSON.
    ///
    /// - Parameter withData: Whether with the data that belongs to it, without secrets.
    func json(withData: Bool) -> JSONObject {
        guard withData, let data else { return document }
        var document = document
        document["data"] = SecretRedactor.redact(data)
        return document
    }
}

extension JSONValue {
    /// About how many bytes the value takes; counting ends beyond the limit.
    fileprivate func estimatedBytes(upTo limit: Int) -> Int {
        var rest = [self]
        var bytes = 0
        while bytes <= limit, let value = rest.popLast() {
            bytes += 24
            switch value {
            case .string(let text): bytes += text.utf8.count
            case .array(let elements): rest.append(contentsOf: elements)
            case .object(let object):
                for (key, member) in object {
                    bytes += key.utf8.count + 16
                    rest.append(member)
                }
            default: break
            }
        }
        return bytes
    }
}
