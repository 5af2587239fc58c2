import HTTPTypes
import WorkflowCore

/// Reads the queries of requests.
enum QueryReader {
    /// The values of a query, which are as the route says.
    ///
    /// - Throws: ``HTTPError`` 400 for one that is not known, occurs too often or is not as it must be.
    static func read(_ request: ServerRequest, _ route: APIRoute) throws -> QueryValues {
        var values = QueryValues()
        var problems: [SchemaProblem] = []
        let parameters = route.allQueryParameters
        for (name, value) in request.queryItems {
            guard let parameter = parameters.first(where: { $0.name == name }) else {
                if route.ignoresOtherQuery { continue }
                let hint = Suggestion.text(for: name, among: parameters.map(\.name), what: "parameters")
                let detail = Suggestion.sentence("This parameter is not known here", hint)
                problems.append(SchemaProblem(pointer: name, detail: detail))
                continue
            }
            guard values.add(value, name) <= parameter.most else {
                let often = parameter.most == 1 ? "twice" : "more than \(parameter.most) times"
                problems.append(SchemaProblem(pointer: name, detail: "This parameter occurs \(often)."))
                continue
            }
            let found = parameter.schema.problems(with: json(value, parameter.schema))
            problems += found.map { SchemaProblem(pointer: name, detail: $0.detail) }
        }
        guard problems.isEmpty else { throw PlatformError.invalid(problems) }
        return values
    }

    /// The value of a query as its schema reads it.
    private static func json(_ text: String, _ schema: Schema) -> JSONValue {
        if case .integer = schema, let number = Int64(text) { .integer(number) } else { .string(text) }
    }
}

/// The values of a query.
struct QueryValues: Sendable {
    private var values: [String: [String]] = [:]

    /// The value of a parameter; `nil` when it was left out.
    subscript(_ name: String) -> String? { values[name]?.first }

    /// All values of a parameter that may be repeated.
    func all(_ name: String) -> [String] { values[name] ?? [] }

    /// Adds a value.
    ///
    /// - Returns: How many the parameter has now.
    fileprivate mutating func add(_ value: String, _ name: String) -> Int {
        values[name, default: []].append(value)
        return values[name]?.count ?? 0
    }
}

/// Reads the bodies of requests.
enum BodyReader {
    /// The bytes of a body; none when the route has no body.
    ///
    /// - Throws: ``HTTPError`` 413 or 415.
    static func bytes(of request: ServerRequest, _ route: APIRoute, limit: Int) async throws -> [UInt8] {
        let bytes = try await request.body.collect(upTo: limit)
        guard route.body != nil else {
            guard bytes.isEmpty || bytes == Array("{}".utf8) else {
                throw PlatformError.problem(.badRequest, "invalid-request", "This request takes no body.")
            }
            return []
        }
        let type = (request.headers[.contentType] ?? "").prefix { $0 != ";" && $0 != " " }.lowercased()
        guard type == "application/json" || bytes.isEmpty else {
            throw PlatformError.problem(
                .unsupportedMediaType, "unsupported-media-type", "The body must be application/json.",
                headers: [.accept: "application/json"])
        }
        return bytes
    }

    /// The object in a body, which is as the route says.
    ///
    /// - Throws: ``HTTPError`` 400.
    static func object(_ bytes: [UInt8], _ route: APIRoute) throws -> JSONObject {
        guard let schema = route.body else { return [:] }
        let value: JSONValue
        do {
            value = bytes.isEmpty ? [:] : try JSONValue(parsing: bytes, options: JSONParsingOptions(maximumDepth: 32))
        } catch {
            throw PlatformError.problem(.badRequest, "invalid-json", "The body is not JSON: \(error)")
        }
        let problems = schema.problems(with: value)
        guard problems.isEmpty, let object = value.objectValue else { throw PlatformError.invalid(problems) }
        return object
    }
}

extension APIRoute {
    /// The parameters of the query, with those that all lists have.
    var allQueryParameters: [QueryParameter] {
        if stream != nil { return query + StreamRoutes.parameters }
        guard case .page = answer.content else { return query }
        return query + Self.pageParameters
    }

    /// Which part of a list is wanted.
    static let pageParameters = [
        QueryParameter(
            "cursor", .text(1...256), "Where the part of the list begins: `next_cursor` of the one before."),
        QueryParameter("page_size", .integer(1...100), "How many items are wanted; 50 unless it is given."),
    ]
}
