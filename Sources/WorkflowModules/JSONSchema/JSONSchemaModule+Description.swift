import HTTPTypes
public import WorkflowCore

extension JSONSchemaModule: DescribedMiddleware {
    public func amend(_ operation: inout OperationDescription, on route: RouteDescription) {
        guard let name = schemaName(operation.method, route.pattern) else { return }
        let documents: [(name: String, document: JSONSchema.Document)]
        do {
            documents = try configuration.schemas.entries.map { ($0.name, try $0.value.document(named: $0.name)) }
        } catch {
            // A file that is not readable any more: that there is a schema is told all the same.
            documents = []
        }
        for (name, document) in documents {
            operation.define("\(context.name).\(name)", rewritten(document.value, of: name, among: documents))
        }
        let schema = documents.isEmpty ? nil : OperationDescription.reference(to: "\(context.name).\(name)")
        operation.body = BodyDescription(
            operation.body?.details ?? "", content: [MediaDescription("application/json", schema: schema)])
        let detail: JSONValue = [
            "type": "array",
            "items": [
                "type": "object", "properties": ["path": ["type": "string"], "message": ["type": "string"]],
            ],
        ]
        operation.add(.error(400, "The body does not satisfy the schema.", members: ["details": detail]))
        operation.add(.problem(413, "The body is larger than \(configuration.maxBodySize.bytes) bytes."))
        operation.add(.error(415, "The body is not `application/json`."))
    }

    /// The schema for bodies of a route, as ``SchemaSet/schema(for:)`` finds it.
    private func schemaName(_ method: HTTPRequest.Method, _ pattern: String) -> String? {
        let hasBody = [.post, .put, .patch].contains(method)
        let entries = configuration.routes.entries
        func named(_ wanted: SchemaRoute) -> String? { entries.first { SchemaRoute($0.name) == wanted }?.value.value }
        if let name = named(SchemaRoute(method: method, pattern: pattern)) { return name }
        guard hasBody else { return nil }
        let only = entries.isEmpty && configuration.schemas.entries.count == 1
        return named(SchemaRoute(method: nil, pattern: pattern)) ?? configuration.body?.value
            ?? (only ? configuration.schemas.entries.first?.name : nil)
    }

    /// A schema whose references lead to where the schemas stand in a description.
    private func rewritten(
        _ value: JSONValue, of name: String, among documents: [(name: String, document: JSONSchema.Document)]
    ) -> JSONValue {
        switch value {
        case .array(let elements): return .array(elements.map { rewritten($0, of: name, among: documents) })
        case .object(let object):
            return .object(
                JSONObject(
                    object.map { key, member -> (String, JSONValue) in
                        guard key == "$ref", case .string(let text) = member else {
                            return (key, rewritten(member, of: name, among: documents))
                        }
                        let parts = text.split(separator: "#", maxSplits: 1, omittingEmptySubsequences: false)
                        let target =
                            parts.first?.isEmpty == true
                            ? name
                            : documents.first { entry in
                                entry.document.uris.contains { $0 == parts[0] }
                                    || entry.document.value["$id"]?.stringValue == parts[0].description
                            }?.name
                        let pointer = parts.count > 1 ? parts[1] : ""
                        guard let target, pointer.isEmpty || pointer.hasPrefix("/") else { return (key, member) }
                        let place = OperationDescription.reference(to: "\(context.name).\(target)")["$ref"]?.stringValue
                        return (key, .string((place ?? "") + pointer))
                    }))
        default: return value
        }
    }
}
