import HTTPTypes
public import WorkflowCore

extension HTTPHandlerModule: DescribedHandler {
    public func operations(on route: RouteDescription) -> [OperationDescription] {
        route.methods(of: methods.isEmpty ? route.method.map { [$0] } ?? [.get, .post] : methods).map { method in
            OperationDescription(
                method, name: method.rawValue.lowercased(), summary: "A fixed answer of \(route.module)",
                responses: [response])
        }
    }

    private var response: ResponseDescription {
        let code = answer.status.code
        guard let type = answer.headers[.contentType], case .bytes(let bytes) = answer.body else {
            return ResponseDescription(code, answer.status.reasonPhrase)
        }
        let example: JSONValue
        do {
            example =
                try type.contains("json") ? JSONValue(parsing: bytes) : .string(String(decoding: bytes, as: UTF8.self))
        } catch {
            // Text that only claims to be JSON is shown as it is sent.
            example = .string(String(decoding: bytes, as: UTF8.self))
        }
        let schema: JSONValue = ["type": .string(example.schemaType)]
        return ResponseDescription(
            code, "Always the same.", content: [MediaDescription(type, schema: schema, example: example)])
    }
}

extension JSONValue {
    /// The type of the value as a JSON Schema names it.
    fileprivate var schemaType: String {
        switch self {
        case .null: "null"
        case .bool: "boolean"
        case .integer: "integer"
        case .string: "string"
        case .array: "array"
        case .object: "object"
        default: "number"
        }
    }
}
