import Logging
import WorkflowCore

/// Runs a workflow for each message of a subscription.
struct EventTriggerHandler: MessageHandler {
    /// What tells the subscription from others.
    let name: String
    let subscription: EventTriggerModule.SubscriptionConfiguration
    let invoker: WorkflowInvoker
    let logger: Logger

    func handle(_ message: Message) async throws {
        guard subscription.event.isEmpty || eventType(of: message) == subscription.event else { return }
        let call = WorkflowCall(
            workflow: subscription.workflow.value, action: subscription.action.value, data: data(of: message),
            idempotencyKey: "\(name)/\(message.id)", trigger: .event)
        do {
            _ = try await invoker.invoke(call)
        } catch let error as WorkflowError where error.code == .transitionRefused || error.code == .conflict {
            // The state machine has moved on, perhaps with an earlier delivery of this message: trying again is no use.
            logger.info(
                "The event changes nothing any more",
                metadata: [
                    "message.topic": "\(message.topic)", "message.id": "\(message.id)",
                    "workflow": "\(call.workflow)", "action": "\(call.action)", "reason": "\(error)",
                ])
        }
    }

    private func eventType(of message: Message) -> String? {
        (message.payload["type"] ?? message.payload["eventType"])?.stringValue
    }

    private func data(of message: Message) -> JSONObject {
        var data = message.payload.objectValue ?? ["message": message.payload]
        data["originalMessage"] = message.payload
        data.merge(subscription.params)
        let isStateMachine = invoker.handler(subscription.workflow.value) is StateMachineCallHandler
        if isStateMachine, data["instanceId"] == nil, data["id"] == nil {
            // A message that names no instance begins one: always the same, however often the message is delivered.
            data["instanceId"] = .string(message.id)
        }
        return data
    }
}
