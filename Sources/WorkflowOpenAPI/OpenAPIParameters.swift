import WorkflowCore

/// The parameters of an operation.
enum OpenAPIParameters {
    /// Every parameter of the path, and those that the operation tells.
    ///
    /// - Parameters:
    ///   - operation: The operation.
    ///   - path: Its path.
    ///   - shown: The path as it stands in the document, where the parameters may have other names.
    ///   - route: Its route.
    static func list(
        _ operation: OperationDescription, path: String, shownAs shown: String, _ route: RouteDescription
    ) -> [JSONValue] {
        let names = zip(Self.names(in: path), Self.names(in: shown))
        let inPath = names.map { name, shownName -> JSONValue in
            let known = operation.parameters.first { $0.place == .path && $0.name == name }
            let fallback = name == route.restParameter ? "The rest of the path, which may hold `/`." : ""
            return document(
                .path, shownName, known?.details ?? fallback, known?.schema ?? ["type": "string"], isRequired: true)
        }
        return inPath
            + operation.parameters.filter { $0.place != .path }
            .map { document($0.place, $0.name, $0.details, $0.schema, isRequired: $0.isRequired) }
    }

    private static func names(in path: String) -> [String] {
        path.split(separator: "/").filter { $0.hasPrefix("{") && $0.hasSuffix("}") }
            .map { String($0.dropFirst().dropLast()) }
    }

    private static func document(
        _ place: ParameterDescription.Place, _ name: String, _ details: String, _ schema: JSONValue, isRequired: Bool
    ) -> JSONValue {
        var document: JSONObject = ["name": .string(name), "in": .string(place.rawValue)]
        if !details.isEmpty { document["description"] = .string(details) }
        if isRequired { document["required"] = true }
        document["schema"] = schema
        return .object(document)
    }
}

/// Bodies and answers.
enum OpenAPIContent {
    /// The content by media type.
    static func document(_ content: [MediaDescription]) -> JSONValue {
        .object(
            JSONObject(
                content.map { media -> (String, JSONValue) in
                    var document: JSONObject = [:]
                    if let schema = media.schema { document["schema"] = schema }
                    if let example = media.example { document["example"] = example }
                    return (media.type, .object(document))
                }))
    }

    /// The answers by status, with what any request may be answered with.
    static func responses(_ responses: [ResponseDescription]) -> JSONValue {
        var document = JSONObject(responses.map { (String($0.status), Self.document($0)) })
        document["default"] = ["$ref": "#/components/responses/otherError"]
        return .object(document)
    }

    /// The answers that others refer to.
    static var common: JSONValue {
        [
            "otherError": document(
                .problem(500, "Any other error, such as a request that is too large, or a failure of the server."))
        ]
    }

    private static func document(_ response: ResponseDescription) -> JSONValue {
        var document: JSONObject = ["description": .string(response.details)]
        if !response.headers.isEmpty {
            document["headers"] = .object(
                JSONObject(
                    response.headers.map { header -> (String, JSONValue) in
                        (header.name, ["description": .string(header.details), "schema": ["type": "string"]])
                    }))
        }
        if !response.content.isEmpty { document["content"] = Self.document(response.content) }
        return .object(document)
    }
}
