import HTTPTypes
public import WorkflowCore

extension ResourceHandler: DescribedHandler {
    public func operations(on route: RouteDescription) -> [OperationDescription] {
        let described: [OperationDescription]
        if !route.parameters.contains("id") {
            described = [listing, creation(at: nil)]
        } else if route.pattern.hasSuffix("/transition") {
            described = [HTTPRequest.Method.put, .post].map(transition)
        } else {
            described = [reading, creation(at: "id"), replacement, deletion]
        }
        // A route for all methods need not show two ways to do the same.
        let isOpen = route.method == nil
        return described.filter {
            $0.method == route.method || isOpen && !($0.method == .post && $0.name == "transition")
        }
        .map { operation in
            var operation = operation
            operation.define(resourceName, resourceSchema)
            operation.define(dataName, dataSchema)
            operation.add(.error(503, "The storage is not available.", headers: [.retryAfter]))
            return operation
        }
    }

    private var name: String { configuration.resourceName }
    private var resourceName: String { "\(context.name).resource" }
    private var dataName: String { "\(context.name).data" }
    private var resource: MediaDescription { .json(OperationDescription.reference(to: resourceName)) }
    private var bodyTooLarge: ResponseDescription {
        .problem(413, "The body is larger than \(configuration.maxBodyBytes.bytes) bytes.")
    }
    private static let missing = ResponseDescription.error(404, "There is none, or it belongs to somebody else.")
    private static let ifMatch = ParameterDescription(
        .header, "If-Match", "The entity tag that was seen last; anything newer is not overwritten.")
    private static let ownership =
        "Where a token is needed, everybody sees and changes their own and those that belong to nobody."

    private var listing: OperationDescription {
        let limit: JSONValue = [
            "type": "integer", "minimum": 1, "maximum": .integer(Int64(configuration.pageSize)),
            "default": .integer(Int64(configuration.pageSize)),
        ]
        return OperationDescription(
            .get, name: "list", summary: "Lists \(name)", details: "In the order of creation. \(Self.ownership)",
            parameters: [
                ParameterDescription(.query, "limit", "How many to list at most.", schema: limit),
                ParameterDescription(
                    .query, "after", "Where the page begins; taken from the link to it.",
                    schema: ["type": "integer", "minimum": 0]),
            ],
            responses: [
                ResponseDescription(
                    200, "The \(name).",
                    content: [.json(["type": "array", "items": OperationDescription.reference(to: resourceName)])],
                    headers: [.init("Link", "The next page, with `rel=\"next\"`, when there is one.")]),
                .error(400, "`limit` or `after` is not acceptable."),
            ])
    }

    private func creation(at parameter: String?) -> OperationDescription {
        var operation = OperationDescription(
            .post, name: parameter == nil ? "create" : "createWithID", summary: "Creates one of \(name)",
            body: BodyDescription("Becomes `data`.", content: [data]),
            responses: [
                ResponseDescription(
                    201, "It has been created.", content: [resource],
                    headers: [.entityTag, .init("Location", "Where it is.")]),
                .error(400, "The body is not a JSON object, or the state machine refuses it."),
                .error(409, "The identifier is taken."), bodyTooLarge,
            ])
        if parameter == nil { operation.details = "`id` in the body chooses the identifier; otherwise one is made." }
        if let definition {
            let start = configuration.initialTransition
            operation.addDetails(
                "It begins in the state `\(definition.initialState)` of the state machine `\(definition.name)`"
                    + (start.isEmpty ? "." : " and makes the transition `\(start)`."))
        }
        return operation
    }

    private var reading: OperationDescription {
        OperationDescription(
            .get, name: "show", summary: "Shows one of \(name)",
            details:
                "With `Accept: text/event-stream` it is followed: an event `resource` at once and after each change.",
            parameters: [ParameterDescription(.header, "If-None-Match", "The entity tag that the client has.")],
            responses: [
                ResponseDescription(
                    200, "What it is now.",
                    content: [resource, MediaDescription("text/event-stream", schema: ["type": "string"])],
                    headers: [.entityTag]),
                ResponseDescription(304, "The client has it."), Self.missing,
            ])
    }

    private var replacement: OperationDescription {
        OperationDescription(
            .put, name: "replace", summary: "Replaces the data of one of \(name)", parameters: [Self.ifMatch],
            body: BodyDescription("Becomes `data`.", content: [data]),
            responses: [
                ResponseDescription(200, "It has been changed.", content: [resource], headers: [.entityTag]),
                .error(400, "The body is not a JSON object, or the state machine refuses it."), Self.missing,
                .error(409, "Others are changing it."), .error(412, "It has changed.", headers: [.entityTag]),
                bodyTooLarge,
            ])
    }

    private var deletion: OperationDescription {
        OperationDescription(
            .delete, name: "delete", summary: "Deletes one of \(name)", parameters: [Self.ifMatch],
            responses: [
                ResponseDescription(204, "It has been deleted."), Self.missing, .error(409, "Others are changing it."),
                .error(412, "It has changed.", headers: [.entityTag]),
            ])
    }

    private var data: MediaDescription { .json(OperationDescription.reference(to: dataName)) }

    /// The state machine of the resources, when the configuration names one.
    var definition: StateMachineDefinition? {
        engines.lazy.compactMap { $0.definition(self.configuration.workflowType) }.first
    }
}
