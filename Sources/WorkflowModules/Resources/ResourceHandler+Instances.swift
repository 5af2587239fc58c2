import HTTPTypes
import WorkflowCore

/// What happened to a resource.
enum ResourceChange: String {
    case created, updated, deleted
}

/// The instance that a new resource gets.
struct InstanceStart {
    let engine: StateMachineEngine
    let type: String
    let transition: String?
    /// What the transition brings.
    var data: JSONObject = [:]
    /// What the instance begins with besides the resource, whose values win.
    var extra: JSONObject = [:]
}

extension ResourceHandler {
    /// The definition and the transition of a new resource: those of a trigger, or else those of the configuration.
    func start(_ trigger: TriggeredTransition?) throws -> InstanceStart? {
        if let trigger {
            let type = engine(for: trigger.workflow) == nil ? configuration.workflowType : trigger.workflow
            guard let engine = engine(for: type) else {
                throw ErrorAnswer(.internalServerError, "Workflow engine not found")
            }
            return InstanceStart(
                engine: engine, type: type, transition: trigger.transition, data: trigger.data, extra: trigger.query)
        }
        guard !configuration.workflowType.isEmpty, let engine = engine(for: configuration.workflowType) else {
            return nil
        }
        let transition = configuration.initialTransition
        return InstanceStart(
            engine: engine, type: configuration.workflowType, transition: transition.isEmpty ? nil : transition)
    }

    /// The data that the instance of a resource begins with.
    func instanceData(_ resource: Resource, type: String) -> JSONObject {
        var data = resource.data
        data["id"] = .string(resource.id)
        data["instanceId"] = .string(resource.instanceID ?? instanceID(resource))
        data["workflowType"] = .string(type)
        return data
    }

    /// The events of a change, one for each broker where somebody listens, and for whoever listens to the application.
    func events(_ kind: ResourceChange, _ snapshot: ResourceSnapshot) -> [OutboxEvent] {
        guard configuration.publishEvents else { return [] }
        let audience = context.generation.audience
        guard !audience.isEmpty else { return [] }
        let resource = snapshot.resource
        let topic = "\(configuration.resourceName)-events"
        return audience.filter { $0.broker.hasSubscribers(for: topic) }.map { name, _ in
            var payload: JSONObject = [
                "eventType": .string("\(configuration.resourceName).\(kind.rawValue)"),
                "resourceId": .string(resource.id), "id": .string(resource.id),
            ]
            if kind != .deleted { payload["resource"] = .object(renderer.document(snapshot)) }
            return OutboxEvent(
                id: context.environment.identifiers.next(), broker: name, topic: topic, payload: .object(payload),
                key: resource.id, createdAt: context.clock.now, trace: context.environment.traces.current)
        }
    }
}
