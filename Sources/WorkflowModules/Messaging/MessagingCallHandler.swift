import WorkflowCore

/// Publishes the messages that triggers ask for.
struct MessagingCallHandler: ActionCheckingWorkflow {
    let broker: String
    let generation: GenerationContext

    func execute(_ call: WorkflowCall) async throws -> JSONValue {
        let (brokerName, topic) = try target(of: call.action)
        if let problem = TopicPattern.problem(topic, isLiteral: true) { throw WorkflowError(.invalidInput, problem) }
        let payload = call.data["message"] ?? .object(call.data)
        let key = call.data["instanceId"]?.stringValue ?? call.data["id"]?.stringValue ?? ""
        // A run that begins again has the same message, so that whoever gets it twice knows.
        let id = call.idempotencyKey.flatMap { ScheduledCall.isKey($0) ? "\($0)>\(topic)" : nil }
        try await EventPublisher(generation: generation).publish(
            to: topic, payload, key: key, id: id, broker: brokerName)
        return [
            "success": true, "broker": .string(brokerName), "topic": .string(topic),
            "length": .integer(Int64(payload.jsonBytes().count)),
        ]
    }

    func problem(withAction action: String) -> (message: String, suggestion: String?)? {
        do {
            let topic = try target(of: action).topic
            return TopicPattern.problem(topic, isLiteral: true).map { ($0, "the action is a topic, or broker:topic") }
        } catch is AbsentCounterpartError {
            // Told by what subscribes or publishes there, or explained by a mistake in the broker.
            return nil
        } catch {
            return ((error as? WorkflowError)?.message ?? "\(error)", nil)
        }
    }

    private func target(of action: String) throws -> (broker: String, topic: String) {
        if let colon = action.firstIndex(of: ":") {
            let name = String(action[..<colon])
            if generation.brokers.contains(where: { $0.name == name }) {
                return (name, String(action[action.index(after: colon)...]))
            }
        }
        return (try generation.broker(named: broker).name, action)
    }
}
