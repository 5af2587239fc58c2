import HTTPTypes
import WorkflowCore

/// The paths of a document, with what they refer to.
struct OpenAPIPaths {
    /// The methods that a path can have.
    private static let methods: Set<String> = ["get", "put", "post", "delete", "options", "head", "patch", "trace"]

    /// The path items by path.
    private(set) var items: JSONObject = [:]
    /// The modules that answer, in order.
    private(set) var tags: [String] = []
    /// What could not be described as it is.
    private(set) var notes: [String] = []
    private var schemas: JSONObject = [:]
    private var credentials: JSONObject = [:]
    private var operationIDs: Set<String> = []
    /// The paths by what they match, whatever the names of their parameters.
    private var shapes: [String: String] = [:]

    /// Adds a route.
    ///
    /// - Parameters:
    ///   - described: The route with its operations.
    ///   - servers: Where it is answered, when that is not the same for all.
    mutating func add(_ described: RouteDescription.Described, servers: [String]) {
        let route = described.route
        if described.operations.isEmpty {
            let method = route.method?.rawValue ?? "*"
            notes.append("\(method) \(route.pattern) is left out: \(route.module) refuses such requests.")
        }
        for operation in described.operations {
            let path = operation.path ?? route.path
            let method = operation.method.rawValue.lowercased()
            guard Self.methods.contains(method) else {
                notes.append("\(operation.method.rawValue) \(path) is left out: OpenAPI does not have the method.")
                continue
            }
            add(operation, method, at: path, route, servers)
        }
    }

    private mutating func add(
        _ operation: OperationDescription, _ method: String, at path: String, _ route: RouteDescription,
        _ servers: [String]
    ) {
        let shape = path.split(separator: "/", omittingEmptySubsequences: false)
            .map { $0.hasPrefix("{") ? "{}" : String($0) }.joined(separator: "/")
        // One path whose parameters have other names elsewhere is the same path.
        let shown = shapes[shape] ?? path
        shapes[shape] = shown
        var item = items[shown]?.objectValue ?? [:]
        let places = servers.isEmpty ? Optional<JSONValue>.none : OpenAPIDocument.servers(servers)
        if let known = item[method] {
            // Otherwise a more special route, which stands before, has described it.
            if places != nil, places != known["servers"] ?? item["servers"] {
                notes.append("\(operation.method.rawValue) \(path) of another server is left out.")
            }
            return
        }
        if !tags.contains(route.module) { tags.append(route.module) }
        var entry = document(operation, path: path, shownAs: shown, route)
        if item.isEmpty {
            if let places { item["servers"] = places }
        } else if let places, item["servers"] != places {
            entry["servers"] = places
        }
        item[method] = .object(entry)
        items[shown] = .object(item)
        for (name, schema) in operation.schemas { schemas[name] = schema }
        for credential in operation.credentials.joined() { credentials[Self.key(credential.name)] = credential.scheme }
    }

    private mutating func document(
        _ operation: OperationDescription, path: String, shownAs shown: String, _ route: RouteDescription
    ) -> JSONObject {
        var document: JSONObject = [
            "operationId": .string(operationID(route.module, operation.name)), "tags": [.string(route.module)],
            "summary": .string(operation.summary),
        ]
        if !operation.details.isEmpty { document["description"] = .string(operation.details) }
        let parameters = OpenAPIParameters.list(operation, path: path, shownAs: shown, route)
        if !parameters.isEmpty { document["parameters"] = .array(parameters) }
        if let body = operation.body {
            var value: JSONObject = [:]
            if !body.details.isEmpty { value["description"] = .string(body.details) }
            value["content"] = OpenAPIContent.document(body.content)
            value["required"] = .bool(body.isRequired)
            document["requestBody"] = .object(value)
        }
        document["responses"] = OpenAPIContent.responses(operation.responses)
        if !operation.credentials.isEmpty {
            document["security"] = .array(
                operation.credentials.map { list in .object(JSONObject(list.map { (Self.key($0.name), .array([])) })) })
        }
        return document
    }

    private mutating func operationID(_ module: String, _ name: String) -> String {
        let base = "\(Self.key(module)).\(name)"
        var identifier = base
        var number = 2
        while !operationIDs.insert(identifier).inserted {
            identifier = "\(base)-\(number)"
            number += 1
        }
        return identifier
    }

    /// A name as a key of components may be written.
    private static func key(_ name: String) -> String {
        OperationDescription.reference(to: name)["$ref"]?.stringValue?.split(separator: "/").last.map(String.init)
            ?? name
    }

    /// What the paths refer to.
    var components: JSONObject {
        var components: JSONObject = [:]
        var all = schemas
        for (name, schema) in OperationDescription.standardSchemas where all[name] == nil { all[name] = schema }
        components["schemas"] = .object(JSONObject(all.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }))
        components["responses"] = OpenAPIContent.common
        if !credentials.isEmpty { components["securitySchemes"] = .object(credentials) }
        return components
    }
}
