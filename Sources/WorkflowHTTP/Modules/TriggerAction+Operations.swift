import HTTPTypes
import WorkflowCore

extension TriggerAction {
    /// Describes a request that starts the workflow.
    func operations(on route: RouteDescription, engines: [StateMachineEngine]) -> [OperationDescription] {
        let definition = engines.lazy.compactMap { $0.definition(call.workflow) }.first
        return route.methods(of: [.post]).map { method in
            var operation = OperationDescription(
                method, name: method.rawValue.lowercased(), summary: "Starts \(self)",
                details: "The data are the parameters of the query, the members of the body and those of the path.",
                body: BodyDescription(content: [.json(["type": "object"])], required: false),
                responses: [
                    ResponseDescription(202, "The workflow has been started.", content: [.json(answer(definition))]),
                    .problem(400, "The body is not a JSON object, or the workflow refuses the data."),
                    .problem(403, "The workflow may not be started by this client."),
                    .problem(404, "There is no such instance or resource."),
                    .problem(409, "The workflow refuses it now, or somebody else was faster."),
                    .problem(413, "The body is larger than \(maxBodyBytes) bytes."),
                    .problem(415, "The body is not `application/json`."),
                    .problem(500, "The workflow failed."),
                    .problem(503, "Not possible at the moment."),
                ])
            if let transition = definition?.transitions[call.action] {
                operation.summary = "Makes the transition \(call.action) of \(call.workflow)"
                operation.addDetails("From the state `\(transition.fromState)` to `\(transition.toState)`.")
            }
            return operation
        }
    }

    /// Describes a route that the workflow follows.
    func operations(on route: RouteDescription, after handler: any HTTPHandler, _ note: String)
        -> [OperationDescription]
    {
        route.operations(of: handler).map { operation in
            var operation = operation
            operation.addDetails(note)
            return operation
        }
    }

    private func answer(_ definition: StateMachineDefinition?) -> JSONValue {
        var result: JSONValue = ["description": "What the workflow says."]
        if definition?.transitions[call.action] != nil {
            result = [
                "type": "object",
                "properties": [
                    "instanceId": ["type": "string"], "currentState": ["type": "string"],
                    "transition": ["type": "string"], "success": ["type": "boolean"],
                ],
            ]
        }
        return [
            "type": "object", "required": ["status", "workflow", "action"],
            "properties": [
                "status": ["const": "workflow triggered"], "workflow": ["const": .string(call.workflow)],
                "action": ["const": .string(call.action)], "result": result,
            ],
        ]
    }
}
