extension OperationDescription {
    /// The schemas of errors, by the names that ``ResponseDescription/problem(_:_:headers:)`` and
    /// ``ResponseDescription/error(_:_:headers:details:)`` refer to.
    public static let standardSchemas: JSONObject = [
        "problem": [
            "type": "object",
            "description": "A problem document (RFC 9457).",
            "required": ["type", "title", "status", "detail", "error"],
            "properties": [
                "type": ["type": "string", "description": "What kind of problem it is; `about:blank` for its status."],
                "title": ["type": "string", "description": "The reason phrase of the status."],
                "status": ["type": "integer", "description": "The status of the answer."],
                "detail": ["type": "string", "description": "What went wrong."],
                "error": ["type": "string", "description": "The same as `detail`."],
            ],
        ],
        "error": [
            "type": "object",
            "required": ["error"],
            "properties": [
                "error": ["type": "string", "description": "What went wrong."],
                "detail": ["type": "string", "description": "More about it, such as the place of a mistake."],
            ],
        ],
    ]
}

extension ResponseDescription {
    /// An error as ``HTTPError`` writes it: a problem document of RFC 9457.
    public static func problem(_ status: Int, _ details: String, headers: [Header] = []) -> ResponseDescription {
        let content = MediaDescription(
            "application/problem+json", schema: OperationDescription.reference(to: "problem"))
        return ResponseDescription(status, details, content: [content], headers: headers)
    }

    /// An error that is an object with `error`.
    ///
    /// - Parameters:
    ///   - status: The status.
    ///   - details: When it is given, in Markdown.
    ///   - headers: The fields of its header that matter.
    ///   - members: Further members of the object, with their schemas.
    public static func error(
        _ status: Int, _ details: String, headers: [Header] = [], members: JSONObject = [:]
    ) -> ResponseDescription {
        var schema = OperationDescription.reference(to: "error")
        if !members.isEmpty {
            schema = ["allOf": [schema, ["type": "object", "properties": .object(members)]]]
        }
        return ResponseDescription(status, details, content: [.json(schema)], headers: headers)
    }
}

extension ResponseDescription.Header {
    /// `Retry-After`.
    public static let retryAfter = Self("Retry-After", "The seconds to wait before the next try.")
    /// `ETag`.
    public static let entityTag = Self("ETag", "The version, for `If-Match` and `If-None-Match`.")
}
