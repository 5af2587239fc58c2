import WorkflowCore

/// A call of a module that takes messages, work of state machines and inputs of components alike.
struct ModuleCall: Sendable {
    /// The same however often the call comes.
    let id: String
    /// The topic of the message; of a step `<definition>.<transition>`; empty for an input.
    let topic: String
    /// What calls that must keep their order have in common; empty when they need not.
    let key: String
    /// The content of the message, or the input of the step or component.
    let data: JSONValue
    /// Which attempt it is, from 1.
    let attempt: Int

    init(_ message: Message) {
        id = message.id
        topic = message.topic
        key = message.key
        data = message.payload
        attempt = message.deliveryAttempt
    }

    init(_ invocation: StepInvocation) {
        var input = invocation.input
        // Message handlers know it by this name.
        input["transition"] = .string(invocation.transition)
        id = invocation.idempotencyKey
        topic = "\(invocation.workflowType).\(invocation.transition)"
        key = invocation.instanceID
        data = .object(input)
        attempt = invocation.attempt
    }

    init(input: JSONValue, identifiers: any IdentifierGenerator) {
        id = input["idempotencyKey"]?.stringValue ?? identifiers.next()
        topic = ""
        key = input["instanceId"]?.stringValue ?? ""
        data = input
        attempt = input["attempt"]?.intValue ?? 1
    }

    /// The call as a message.
    func message(at time: Timestamp) -> Message {
        Message(id: id, topic: topic, payload: data, key: key, timestamp: time, deliveryAttempt: attempt)
    }

    /// The call as that of a step; what the data does not tell is empty.
    var invocation: StepInvocation {
        let object = data.objectValue ?? ["message": data]
        func text(_ names: String...) -> String? {
            names.lazy.compactMap { object[$0]?.stringValue }.first
        }
        return StepInvocation(
            instanceID: text("instanceId", "id") ?? key, workflowType: text("workflowId") ?? "",
            transition: text("transitionId", "transition") ?? "", fromState: text("fromState") ?? "",
            toState: text("toState") ?? "", data: object, idempotencyKey: id, attempt: attempt)
    }

    /// The call as the input of a component, by which the component can recognise a repetition.
    var input: JSONValue {
        guard case .object(var object) = data, !object.contains("idempotencyKey") else { return data }
        object["idempotencyKey"] = .string(id)
        return .object(object)
    }

    /// What expressions can name: the keys of the data, and the roots `data`, `input` (what the call came with) and
    /// `event` (`id`, `topic`, and the keys of the data). Keys of the data called `input` or `event` go first.
    ///
    /// - Parameter value: The data, when it is no longer what the call came with.
    func scope(of value: JSONValue? = nil) -> ExpressionScope {
        let value = value ?? data
        let keys = value.objectValue ?? [:]
        var roots: JSONObject = ["data": value]
        if !keys.contains("input") { roots["input"] = data }
        if !keys.contains("event") {
            roots["event"] = .object(keys.merging(["id": .string(id), "topic": .string(topic)]))
        }
        return ExpressionScope(roots: roots, data: keys)
    }
}

extension JSONValue {
    /// The value as the result of a step, which is an object.
    var stepResult: JSONObject {
        switch self {
        case .object(let result): result
        case .null: [:]
        default: ["result": self]
        }
    }
}
