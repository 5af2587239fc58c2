import Logging
import WorkflowCore
import WorkflowModules

/// Lets the target of a link have an event.
struct LinkTarget: Sendable {
    /// How long a part of the target may take that an event runs.
    private static let timeout = Duration.seconds(60)

    let engine: WorkflowEngine
    let clock: any EngineClock
    let logger: Logger

    /// Lets it have an event; the same event twice has the same identifier for it.
    ///
    /// - Throws: ``WorkflowError`` or ``StoreError`` when it did not take the event.
    func take(_ delivery: LinkDelivery, of link: WorkflowLink) async throws {
        guard let generation = engine.runningGeneration else {
            throw WorkflowError(.unavailable, "The workflow does not run.")
        }
        try await EventHops.$current.withValue(delivery.hops) {
            switch link.settings.effect {
            case .publish(let topic, let broker):
                if let broker, !generation.brokers.contains(where: { $0.name == broker }) {
                    throw WorkflowError(.notFound, "The workflow has no message broker \"\(broker)\".")
                }
                try await EventPublisher(generation: generation).publish(
                    to: topic ?? delivery.type, delivery.data, key: delivery.key, id: delivery.id, broker: broker)
            case .invoke(let workflow, let action):
                let call = WorkflowCall(
                    workflow: workflow, action: action, data: Self.data(of: delivery, link),
                    idempotencyKey: "link/\(delivery.id)")
                try await withTimeout(Self.timeout, clock: clock) { try await self.invoke(call, generation) }
            }
        }
    }

    private func invoke(_ call: WorkflowCall, _ generation: GenerationContext) async throws {
        do {
            _ = try await generation.invoker.invoke(call)
        } catch let error as WorkflowError where error.code == .transitionRefused || error.code == .conflict {
            // The state machine has moved on, perhaps with an earlier delivery of this event: again is no use.
            logger.info(
                "The event of a link changes nothing any more",
                metadata: ["workflow": "\(call.workflow)", "action": "\(call.action)", "reason": "\(error)"])
        }
    }

    private static func data(of delivery: LinkDelivery, _ link: WorkflowLink) -> JSONObject {
        let subject = delivery.data["instanceId"] ?? delivery.data["id"]
        return [
            "source_workflow_id": .string(link.source.text), "event_type": .string(delivery.type),
            "event_data": delivery.data, "instanceId": subject ?? .string(delivery.id),
        ]
    }
}
