import WorkflowCore

/// What a step has led to.
struct StepResult: Sendable {
    var status: Int?
    var headers: JSONObject = [:]
    var body: [UInt8] = []
    var result: JSONValue?
    var error: String?

    /// The body as text.
    var text: String { String(decoding: body, as: UTF8.self) }

    /// The body as JSON; `nil` when it is none.
    var json: JSONValue? {
        guard !body.isEmpty else { return nil }
        do {
            return try JSONValue(parsing: body)
        } catch {
            return nil
        }
    }

    /// What expressions can name.
    var names: JSONObject {
        var names: JSONObject = ["headers": .object(headers), "body": json ?? .string(text)]
        if let status { names["status"] = .integer(Int64(status)) }
        if let result { names["result"] = result }
        if let error { names["error"] = .string(error) }
        return names
    }
}
