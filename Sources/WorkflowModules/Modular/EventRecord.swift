import Logging
import WorkflowCore

/// One line of an event log.
struct EventRecord: Sendable {
    private static let payloadCharacters = 2000

    let type: String
    private var fields: JSONObject

    /// An event of the application itself.
    init(_ type: String, at time: Timestamp) {
        self.type = type
        fields = ["time": .string(time.description), "topic": .string(type), "type": .string(type)]
    }

    /// - Parameter includesPayload: Whether to tell the content.
    init(_ message: Message, includesPayload: Bool) {
        let payload = message.payload
        self.init(
            (payload["type"] ?? payload["eventType"])?.stringValue ?? message.topic, at: message.timestamp)
        fields["topic"] = .string(message.topic)
        fields["id"] = .string(message.id)
        if message.topic.hasPrefix("workflow.") {
            for (name, key) in [("workflow", "workflowType"), ("action", "action"), ("status", "status")] {
                if let value = payload[key]?.stringValue { fields[name] = .string(value) }
            }
            if let duration = payload["duration"]?.doubleValue { fields["durationMs"] = .double(duration / 1e6) }
            if let error = payload["error"]?.stringValue { fields["error"] = .string(error) }
        } else if let instance = payload["instanceId"]?.stringValue ?? payload["id"]?.stringValue {
            fields["instanceId"] = .string(instance)
        }
        if includesPayload { fields["payload"] = payload }
    }

    /// The line of a file, with its end.
    var line: [UInt8] { JSONValue.object(fields).jsonBytes() + [UInt8(ascii: "\n")] }

    /// The fields of a line in the log of the program.
    var metadata: Logger.Metadata {
        var metadata: Logger.Metadata = [:]
        for (name, value) in fields where name != "time" {
            let text = value.stringValue ?? value.jsonString()
            let isLong = text.utf8.count > Self.payloadCharacters
            metadata["event.\(name)"] = "\(isLong ? text.prefix(Self.payloadCharacters) + "…" : text)"
        }
        return metadata
    }
}
