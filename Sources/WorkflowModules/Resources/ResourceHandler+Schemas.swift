import HTTPTypes
import WorkflowCore

extension ResourceHandler {
    /// What is known of the data of a resource.
    var dataSchema: JSONValue {
        ["type": "object", "description": "The data of one of \(configuration.resourceName)."]
    }

    /// A resource as clients see it.
    var resourceSchema: JSONValue {
        var properties: JSONObject = [
            "id": ["type": "string", "pattern": "^[A-Za-z0-9_-]{1,128}$"],
            "data": OperationDescription.reference(to: "\(context.name).data"), "state": stateSchema,
            "lastUpdate": ["type": "string", "format": "date-time"],
        ]
        for key in configuration.hoist where properties[key] == nil {
            properties[key] = ["description": "The field of `data`, when there is one."]
        }
        if configuration.hoist.contains("createdAt") {
            properties["createdAt"] = ["description": "The field of `data`, or the time of creation."]
        }
        return [
            "type": "object", "required": ["id", "data", "state", "lastUpdate"], "properties": .object(properties),
        ]
    }

    private var stateSchema: JSONValue {
        guard let definition else { return ["type": "string", "description": "`new`, unless the data had a `state`."] }
        let names = definition.statesInOrder
        let lines = names.map { name -> String in
            let state = definition.states[name]
            let marks = [state?.isFinal == true ? "final" : nil, state?.isError == true ? "error" : nil].compactMap(
                \.self)
            let note = (state?.description).flatMap { $0.isEmpty ? nil : ": \($0)" } ?? ""
            return "- `\(name)`\(note)" + (marks.isEmpty ? "" : " (\(marks.joined(separator: ", ")))")
        }
        var schema: JSONObject = [
            "type": "string",
            "description": .string(
                "The state in the state machine `\(definition.name)`:\n\n" + lines.joined(separator: "\n")),
        ]
        schema["enum"] = .array(names.map(JSONValue.string))
        return .object(schema)
    }

    /// Describes a request that moves a resource on.
    func transition(_ method: HTTPRequest.Method) -> OperationDescription {
        let allowed = clientTransitions
        var operation = OperationDescription(
            method, name: "transition", summary: "Moves one of \(configuration.resourceName) on",
            parameters: [
                ParameterDescription(
                    .header, "If-Match",
                    "The entity tag that was seen last; nothing happens when it is another one now.")
            ],
            body: BodyDescription(content: [.json(wishSchema(allowed))]),
            responses: [
                ResponseDescription(
                    200, "The transition has been made.", content: [.json(Self.successSchema(context.name))],
                    headers: [.entityTag]),
                .error(
                    400, "The body is not acceptable, or the state does not allow the transition.",
                    members: Self.failure),
                .error(403, "The transition is not for clients to make.", members: Self.failure),
                .error(404, "There is none, or it belongs to somebody else."),
                .error(409, "Another transition was faster.", members: Self.failure),
                .error(412, "It has changed.", headers: [.entityTag]),
                .problem(413, "The body is larger than \(configuration.maxBodyBytes.bytes) bytes."),
                .error(500, "There is no such state machine.", members: Self.failure),
            ])
        if !allowed.isEmpty {
            let rows = allowed.map { "| `\($0.name)` | `\($0.transition.fromState)` | `\($0.transition.toState)` |" }
            operation.details = "| transition | from | to |\n|---|---|---|\n" + rows.joined(separator: "\n")
        }
        return operation
    }

    private static let failure: JSONObject = [
        "success": ["const": false], "id": ["type": "string"], "instanceId": ["type": "string"],
        "transition": ["type": "string"],
    ]

    private static func successSchema(_ module: String) -> JSONValue {
        [
            "type": "object",
            "required": ["success", "id", "instanceId", "transition", "state", "lastUpdate", "resource"],
            "properties": [
                "success": ["const": true], "id": ["type": "string"], "instanceId": ["type": "string"],
                "transition": ["type": "string"], "state": ["type": "string"],
                "lastUpdate": ["type": "string", "format": "date-time"],
                "resource": OperationDescription.reference(to: "\(module).resource"),
            ],
        ]
    }

    private func wishSchema(_ allowed: [(name: String, transition: StateMachineDefinition.Transition)]) -> JSONValue {
        var name: JSONObject = ["type": "string", "description": "The transition to make."]
        // One name may stand for transitions of several machines.
        let names = allowed.map(\.name).reduce(into: [String]()) { if !$0.contains($1) { $0.append($1) } }
        if !names.isEmpty { name["enum"] = .array(names.map(JSONValue.string)) }
        var properties: JSONObject = [
            "transition": .object(name),
            "data": ["type": "object", "description": "Merged into the data of the instance."],
        ]
        if configuration.workflowType.isEmpty {
            properties["workflowType"] = [
                "type": "string", "description": "The state machine, when the resource has none yet.",
                "enum": .array(engines.flatMap(\.definitionNames).map(JSONValue.string)),
            ]
        }
        return ["type": "object", "required": ["transition"], "properties": .object(properties)]
    }

    /// The transitions that clients may make, by the states that they leave.
    private var clientTransitions: [(name: String, transition: StateMachineDefinition.Transition)] {
        let definitions =
            definition.map { [$0] }
            ?? engines.flatMap { engine in
                engine.definitionNames.compactMap { engine.definition($0) }
            }
        return definitions.flatMap { definition in
            definition.statesInOrder.flatMap { definition.transitions(from: $0).sorted() }
                .filter { name in
                    configuration.transitions.map { $0.contains { $0.value == name } } ?? !outcomes.contains(name)
                }
                .compactMap { name in definition.transitions[name].map { (name, $0) } }
        }
    }
}

extension StateMachineDefinition {
    /// The states as an instance may come to them, those that are never entered last.
    fileprivate var statesInOrder: [String] {
        var names = [initialState]
        var next = 0
        while next < names.count {
            for name in transitions(from: names[next]).sorted() {
                if let state = transitions[name]?.toState, !names.contains(state) { names.append(state) }
            }
            next += 1
        }
        return names + states.keys.filter { !names.contains($0) }.sorted()
    }
}
