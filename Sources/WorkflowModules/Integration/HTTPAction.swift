import WorkflowCore

/// What a step sends: a method and a path with places for values.
struct HTTPAction: Sendable {
    private static let methods = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"]
    /// Methods whose input goes into the query.
    private static let queryMethods: Set = ["GET", "HEAD", "DELETE"]

    let method: String
    let path: HTTPActionPath

    /// Reads an action such as `GET /customers/{customerId}`.
    ///
    /// - Throws: ``ConfigurationError`` at the place of the action.
    init(_ action: Located<String>, names: StepNames) throws {
        let text = action.value.drop { $0 == " " }
        let word = text.prefix { $0 != " " }
        let method = word.uppercased()
        guard Self.methods.contains(method) else {
            throw ConfigurationError([
                action.issue(
                    "\"\(word)\" is no method that a step can use",
                    suggestion: Suggestion.closest(to: method, among: Self.methods).map { "did you mean \"\($0)\"?" }
                        ?? "write a method and a path, such as GET /customers/{customerId}")
            ])
        }
        self.method = method
        do {
            path = try HTTPActionPath(String(text.dropFirst(word.count).drop { $0 == " " }), names: names)
        } catch {
            throw ConfigurationError([action.issue(error.message, suggestion: error.suggestion)])
        }
    }

    /// The request.
    ///
    /// Values of the input that fill places of the path are not sent a second time.
    ///
    /// - Throws: ``WorkflowError`` `.invalidInput`, ``ExpressionEvaluationError``.
    func request(
        input: JSONValue?, values: IntegrationValues, base: String, headers: [FetchHeader], key: String
    ) throws -> FetchRequest {
        let filled = try path.filled(input: input ?? .null, values: values)
        var rest = input
        if var object = input?.objectValue {
            for name in filled.used { object.removeValue(forKey: name) }
            rest = .object(object)
        }
        var request = FetchRequest(method: method, url: base + filled.path, headers: headers, body: [])
        if method != "GET", method != "HEAD" {
            let key = PercentEncoding.encode(key, except: { (0x21...0x7E).contains($0) })
            request.headers.append(FetchHeader(name: "idempotency-key", value: key))
        }
        guard let rest, !rest.isNull else { return request }
        if Self.queryMethods.contains(method) {
            guard let object = rest.objectValue else {
                throw WorkflowError(
                    .invalidInput,
                    "The input of \(method) becomes the query and must be an object, not \(rest.typeName).")
            }
            let query = Self.query(object)
            if !query.isEmpty { request.url += (filled.path.contains("?") ? "&" : "?") + query }
        } else {
            request.body = rest.jsonBytes()
            if !headers.contains(where: { $0.name == "content-type" }) {
                request.headers.append(FetchHeader(name: "content-type", value: "application/json"))
            }
        }
        return request
    }

    /// Writes a query: arrays as several parameters of one name, objects as JSON; `null` is left out.
    private static func query(_ object: JSONObject) -> String {
        var pairs: [String] = []
        for (name, value) in object {
            for element in value.arrayValue ?? [value] where !element.isNull {
                let text = element.stringValue ?? element.jsonString()
                pairs.append("\(HTTPActionPath.escaped(name))=\(HTTPActionPath.escaped(text))")
            }
        }
        return pairs.joined(separator: "&")
    }
}
