import HTTPTypes
public import WorkflowCore

extension IntegrationResponder: DescribedHandler {
    func operations(on route: RouteDescription) -> [OperationDescription] {
        [HTTPRequest.Method.get, .post].filter { route.method == nil || route.method == $0 }.map { method in
            var operation: OperationDescription
            if method == .post {
                operation = execution
            } else if route.parameters.contains("id") {
                operation = record
            } else {
                operation = route.path.hasSuffix("/executions") ? records : listing
            }
            operation.define("\(section).execution", Self.executionSchema)
            operation.add(.error(503, "The integrations are being stopped.", headers: [.retryAfter]))
            return operation
        }
    }

    private static let unknown = ResponseDescription.error(404, "There is no such integration or run.")

    private var execution: OperationDescription {
        let result: JSONValue = [
            "type": "object",
            "properties": [
                "success": ["type": "boolean"], "executionId": ["type": "string"], "workflow": ["type": "string"],
                "status": ["type": "string"], "results": ["type": "object"],
            ],
        ]
        return OperationDescription(
            .post, name: "execute", summary: "Runs an integration",
            body: BodyDescription("The data of the run.", content: [.json(["type": "object"])], required: false),
            responses: [
                ResponseDescription(200, "It has been run.", content: [.json(result)]),
                .error(400, "The body is not a JSON object."), Self.unknown,
                .problem(413, "The body is larger than \(maxBodyBytes) bytes."),
                .error(
                    502, "A step failed.",
                    members: [
                        "executionId": ["type": "string"], "status": ["type": "string"], "step": ["type": "string"],
                    ]),
            ])
    }

    private var record: OperationDescription {
        OperationDescription(
            .get, name: "execution", summary: "Shows a run of an integration",
            responses: [ResponseDescription(200, "The run.", content: [.json(run)]), Self.unknown])
    }

    private var records: OperationDescription {
        let limit: JSONValue = ["type": "integer", "minimum": 1, "maximum": 10_000, "default": 50]
        let page: JSONValue = [
            "type": "object", "required": ["workflow", "executions"],
            "properties": ["workflow": ["type": "string"], "executions": ["type": "array", "items": run]],
        ]
        return OperationDescription(
            .get, name: "executions", summary: "Lists the latest runs of an integration",
            parameters: [ParameterDescription(.query, "limit", "How many to list at most.", schema: limit)],
            responses: [
                ResponseDescription(200, "The runs.", content: [.json(page)]),
                .error(400, "`limit` is not acceptable."), Self.unknown,
            ])
    }

    private var listing: OperationDescription {
        let integration: JSONValue = [
            "type": "object", "required": ["name", "steps"],
            "properties": ["name": ["type": "string"], "steps": ["type": "array", "items": ["type": "string"]]],
        ]
        return OperationDescription(
            .get, name: "list", summary: "Lists the integrations",
            responses: [
                ResponseDescription(
                    200, "The integrations.",
                    content: [
                        .json([
                            "type": "object", "required": ["integrations"],
                            "properties": ["integrations": ["type": "array", "items": integration]],
                        ])
                    ])
            ])
    }

    private var run: JSONValue { OperationDescription.reference(to: "\(section).execution") }

    private static var executionSchema: JSONValue {
        let time: JSONValue = ["type": "string", "format": "date-time"]
        let step: JSONValue = [
            "type": "object", "required": ["name", "connector", "status", "attempts", "startedAt", "durationMs"],
            "properties": [
                "name": ["type": "string"], "connector": ["type": "string"], "status": ["type": "string"],
                "attempts": ["type": "integer"], "startedAt": time, "durationMs": ["type": "integer"],
                "error": ["type": "string"],
            ],
        ]
        return [
            "type": "object", "required": ["id", "workflow", "status", "startedAt", "finishedAt", "steps"],
            "properties": [
                "id": ["type": "string"], "workflow": ["type": "string"], "status": ["type": "string"],
                "startedAt": time, "finishedAt": ["type": ["string", "null"], "format": "date-time"],
                "error": ["type": "string"], "steps": ["type": "array", "items": step],
                "omittedSteps": ["type": "integer"],
            ],
        ]
    }
}

extension IntegrationRegistryModule: DescribedHandler {
    public func operations(on route: RouteDescription) -> [OperationDescription] {
        attached?.operations(on: route) ?? []
    }
}

extension WebhookHandler: DescribedHandler {
    func operations(on route: RouteDescription) -> [OperationDescription] {
        route.methods(of: [.post]).map { method in
            OperationDescription(
                method, name: "webhook", summary: "Runs the integration \(workflow)",
                body: BodyDescription("The data of the run.", content: [.json(["type": "object"])]),
                responses: [
                    ResponseDescription(
                        200, "It has been run.",
                        content: [
                            .json([
                                "type": "object",
                                "properties": ["status": ["const": "ok"], "executionId": ["type": "string"]],
                            ])
                        ]),
                    .error(400, "The body is not a JSON object."), .error(404, "There is no such integration."),
                    .problem(413, "The body is larger than \(maxBodyBytes) bytes."), .error(502, "A step failed."),
                    .error(503, "Not possible at the moment.", headers: [.retryAfter]),
                ])
        }
    }
}
