import HTTPTypes
import WorkflowCore

/// The description of the API in OpenAPI 3.1, made of the route table.
enum OpenAPIDocument {
    /// The version of the API.
    static let version = "1.0.0"

    /// What is answered when something is wrong.
    static let problem = Schema.named(
        "Problem",
        .object([
            .required("type", .text(1...200), "A name that programs can rely on."), .required("title", .text(0...100)),
            .required("status", .integer(400...599)),
            .required("detail", .text(0...10_000), "What is wrong, for people."),
            .required("error", .text(0...10_000), "The same as `detail`."),
            .optional(
                "errors",
                .array(
                    .object([
                        .required("pointer", .text(0...1000)), .required("detail", .text(0...10_000)),
                        .optional("path", .text(0...1000), "Where in the configuration, such as `modules[2].config`."),
                        .optional("line", .integer(0...Int.max), "The line of the configuration, from 1."),
                        .optional("column", .integer(0...Int.max), "The column, from 1."),
                        .optional("hint", .text(0...10_000), "What to do about it."),
                    ]),
                    maximum: 100),
                "What is wrong with which part of the request."),
            .optional("quota", QuotaRoutes.quota, "What is used up."),
            .optional(
                "workflows", .array(.text(0...1000), maximum: 10_000), "The parts of a workflow that can be run."),
            .optional("cycle", .array(.id, maximum: 100_000), "The workflows that a link would join to a circle."),
        ]))

    /// Makes the document.
    static func make(_ routes: [APIRoute], _ configuration: PlatformConfiguration) -> JSONObject {
        var (paths, schemas) = (JSONObject(), JSONObject())
        for route in routes {
            var item = paths[route.fullPath]?.objectValue ?? [:]
            item[route.method.rawValue.lowercased()] = .object(operation(route, &schemas))
            paths[route.fullPath] = .object(item)
        }
        var tags: [String] = []
        for route in routes where !tags.contains(route.tag) { tags.append(route.tag) }
        return [
            "openapi": "3.1.0",
            "info": [
                "title": "Workflow platform", "version": .string(version),
                "description": "Companies and their people manage workflows. Nobody sees what is not theirs.",
                "license": ["name": "Apache-2.0", "identifier": "Apache-2.0"],
            ],
            "servers": [["url": .string(configuration.publicURL)]],
            "tags": .array(tags.map { ["name": .string($0)] }),
            "paths": .object(paths),
            "components": [
                "schemas": .object(schemas),
                "securitySchemes": [
                    "bearer": [
                        "type": "http", "scheme": "bearer",
                        "description": "An access token of a session, or an API key.",
                    ]
                ],
            ],
        ]
    }

    private static func operation(_ route: APIRoute, _ schemas: inout JSONObject) -> JSONObject {
        var operation: JSONObject = [
            "operationId": .string(route.name), "tags": [.string(route.tag)], "summary": .string(route.summary),
        ]
        if let text = accessText(route.access) { operation["description"] = .string(text) }
        if case .open = route.access {
            operation["security"] = []
        } else {
            operation["security"] = [["bearer": []]]
        }
        let parameters = parameters(route, &schemas)
        if !parameters.isEmpty { operation["parameters"] = .array(parameters) }
        if let body = route.body {
            operation["requestBody"] = [
                "required": .bool(body.hasRequiredMembers),
                "content": ["application/json": ["schema": body.document(&schemas)]],
            ]
        }
        operation["responses"] = .object(responses(route, &schemas))
        return operation
    }

    /// Who may use a route, in words.
    static func accessText(_ access: RouteAccess) -> String? {
        switch access {
        case .open: nil
        case .signedIn(let byPerson): byPerson ? "Needs a session; an API key does not do." : nil
        case .role(let role, let area, let on, let byPerson):
            "Needs the role \(role.rawValue) on the \(on.level.rawValue)\(on.isAnywhere ? " or anything in it" : ""); "
                + (byPerson ? "an API key does not do." : "an API key needs a scope for \(area.rawValue) as well.")
        }
    }

    private static func parameters(_ route: APIRoute, _ schemas: inout JSONObject) -> [JSONValue] {
        var parameters: [JSONValue] = route.pathParameters.map { name in
            let schema = route.parameters[name] ?? .id
            return ["name": .string(name), "in": "path", "required": true, "schema": schema.document(&schemas)]
        }
        for parameter in route.allQueryParameters {
            let schema = parameter.most == 1 ? parameter.schema : .array(parameter.schema, maximum: parameter.most)
            parameters.append([
                "name": .string(parameter.name), "in": "query", "description": .string(parameter.summary),
                "schema": schema.document(&schemas),
            ])
        }
        if route.isVersioned, route.method != .get {
            parameters.append(header("If-Match", "The tag of the state that the client knows.", [:]))
        }
        if route.stream != nil {
            parameters.append(header("Last-Event-ID", "The event after which to go on.", [:]))
        }
        if route.isIdempotent {
            parameters.append(
                header(
                    "Idempotency-Key", "With the same key the request is carried out once in a day.",
                    ["maxLength": 255, "pattern": "^[!-~]+$"]))
        }
        return parameters
    }

    private static func header(_ name: String, _ summary: String, _ rules: JSONObject) -> JSONValue {
        let schema = (["type": "string", "minLength": 1] as JSONObject).merging(rules)
        return ["name": .string(name), "in": "header", "description": .string(summary), "schema": .object(schema)]
    }

    private static func responses(_ route: APIRoute, _ schemas: inout JSONObject) -> JSONObject {
        var responses: JSONObject = [
            String(route.answer.status.code): .object(success(route.answer.content, &schemas))
        ]
        if let other = route.answer.other {
            responses[String(other.status.code)] =
                other.status.kind == .redirection
                ? ["description": "The browser is sent on."] : .object(success(other.content, &schemas))
        }
        let reference = problem.document(&schemas)
        for (code, text) in route.allProblems.sorted(by: { $0.key < $1.key }) {
            responses[String(code)] = [
                "description": .string(text), "content": ["application/problem+json": ["schema": reference]],
            ]
        }
        return responses
    }

    private static func success(_ content: AnswerRule.Content, _ schemas: inout JSONObject) -> JSONObject {
        switch content {
        case .nothing:
            return ["description": "Done."]
        case .events(let rules):
            let names = rules.map { "`\($0.name)` (\($0.summary))" }.joined(separator: ", ")
            return [
                "description": .string("Server-sent events: \(names)."),
                "content": [
                    "text/event-stream": [
                        "schema": ["type": "string"],
                        "x-events": .object(JSONObject(rules.map { ($0.name, $0.data.document(&schemas)) })),
                    ]
                ],
            ]
        case .other(let type, let summary):
            return [
                "description": .string(summary),
                "content": .object([type: ["schema": ["type": "string"]]]),
            ]
        case .data(let schema):
            let body = Schema.object([.required("data", schema)])
            return ["description": "Done.", "content": ["application/json": ["schema": body.document(&schemas)]]]
        case .page(let schema):
            let body = Schema.object([
                .required("data", .array(schema, maximum: 100)), .required("page_size", .integer(1...100)),
                .required("next_cursor", .nullable(.text(1...256)), "Where the next part begins; null at the end."),
                .optional("total", .integer(0...Int.max), "How many there are altogether."),
            ])
            return [
                "description": "A part of the list.",
                "content": ["application/json": ["schema": body.document(&schemas)]],
            ]
        }
    }
}
