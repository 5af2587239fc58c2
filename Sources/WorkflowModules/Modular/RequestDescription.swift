import WorkflowCore

/// A request as a message, a step or a job describes it: `{method, url, headers, query, body, timeout}`.
struct RequestDescription {
    /// Statuses that promise better luck later, besides those from 500 on.
    private static let temporary: Set<Int> = [408, 425, 429]

    /// The whole URL, with the query.
    let url: String
    private let method: JSONValue
    private var headers: JSONObject
    private let body: JSONValue
    private let milliseconds: JSONValue

    /// - Throws: ``WorkflowError`` `.invalidInput` when something is missing or has the wrong type.
    init(_ input: JSONValue, baseURL: String) throws {
        func fail(_ message: String) -> WorkflowError { WorkflowError(.invalidInput, "fetch: \(message)") }
        guard input.objectValue != nil else { throw fail("a request is an object, such as {url: …, method: POST}.") }
        var url = try Self.url(input["url"] ?? .null, baseURL)
        switch input["query"] ?? .null {
        case .null: break
        case .object(let query):
            let pairs = try query.flatMap { name, value in
                try (value.arrayValue ?? [value]).map { "\(Self.encode(name))=\(Self.encode(try Self.text($0, name)))" }
            }
            if !pairs.isEmpty { url += (url.contains("?") ? "&" : "?") + pairs.joined(separator: "&") }
        default: throw fail("the query must be an object.")
        }
        self.url = url
        method = input["method"] ?? .null
        switch input["headers"] ?? .null {
        case .null: headers = [:]
        case .object(let given): headers = given
        default: throw fail("the headers must be an object.")
        }
        body = input["body"] ?? .null
        if let timeout = input["timeout"], !timeout.isNull {
            guard let seconds = timeout.doubleValue, seconds > 0 else {
                throw fail("the timeout must be a positive number of seconds.")
            }
            milliseconds = .double(seconds * 1000)
        } else {
            milliseconds = .null
        }
    }

    private static func url(_ value: JSONValue, _ baseURL: String) throws -> String {
        let given = value.stringValue ?? ""
        guard value.isNull || value.stringValue != nil, !(given.isEmpty && baseURL.isEmpty) else {
            throw WorkflowError(.invalidInput, "fetch: the url of the request is missing.")
        }
        // In any other case what is given is below the base, also when it begins with two slashes.
        let scheme = given.prefix(8).lowercased()
        if scheme.hasPrefix("http://") || scheme.hasPrefix("https://") || baseURL.isEmpty { return given }
        if given.isEmpty { return baseURL }
        let base = baseURL.hasSuffix("/") ? String(baseURL.dropLast()) : baseURL
        return given.hasPrefix("/") ? base + given : "\(base)/\(given)"
    }

    private static func text(_ value: JSONValue, _ name: String) throws -> String {
        switch value {
        case .string(let text): text
        case .integer, .double, .decimal, .bool: value.jsonString()
        default: throw WorkflowError(.invalidInput, "fetch: \"\(name)\" of the query must be a text or a number.")
        }
    }

    private static func encode(_ text: String) -> String {
        PercentEncoding.encode(text) { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"):
                true
            default: "-._~".utf8.contains(byte)
            }
        }
    }

    /// Adds header fields, except those that are there.
    mutating func add(_ fields: [String: String]) {
        let given = Set(headers.map { $0.key.lowercased() })
        for (name, value) in fields.sorted(by: { $0.key < $1.key }) where !given.contains(name.lowercased()) {
            headers[name] = .string(value)
        }
    }

    /// What ``ComponentFetch`` takes besides the URL.
    var options: JSONValue {
        var options: JSONObject = ["headers": .object(headers), "body": body]
        if !method.isNull { options["method"] = method }
        if !milliseconds.isNull { options["timeoutMs"] = milliseconds }
        return .object(options)
    }

    /// The answer of ``ComponentFetch`` as `{statusCode, success, headers, body}`.
    ///
    /// - Throws: ``WorkflowError`` `.unavailable` for a status that promises better luck later.
    static func answer(_ result: JSONValue, from place: FetchPlace) throws -> JSONObject {
        let status = result["status"]?.intValue ?? 0
        guard status < 500, !temporary.contains(status) else {
            throw WorkflowError(.unavailable, "\(place.description) answers with the status \(status).")
        }
        var body = result["body"] ?? .null
        let type = result["headers"]?["content-type"]?.stringValue?.lowercased() ?? ""
        let isJSON = type.hasPrefix("application/json") || type.prefix { $0 != ";" }.hasSuffix("+json")
        if isJSON, let text = body.stringValue, let value = try? JSONValue(parsing: Array(text.utf8)) { body = value }
        return [
            "statusCode": .integer(Int64(status)), "success": .bool((200..<300).contains(status)),
            "headers": result["headers"] ?? [:], "body": body,
        ]
    }
}
