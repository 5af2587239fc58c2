public import HTTPTypes

/// An error that has an HTTP answer.
public struct HTTPError: Error, Sendable, CustomStringConvertible {
    /// The status of the answer.
    public let status: HTTPResponse.Status
    /// What the client is told; never contains secrets.
    public let message: String
    /// Header fields for the answer, such as `Retry-After`.
    public let headers: HTTPFields
    /// Further members of the JSON answer.
    public let details: JSONObject

    /// Creates an error.
    public init(
        _ status: HTTPResponse.Status, _ message: String, headers: HTTPFields = [:], details: JSONObject = [:]
    ) {
        self.status = status
        self.message = message
        self.headers = headers
        self.details = details
    }

    /// 413: the body is larger than `limit` bytes.
    public static func bodyTooLarge(limit: Int) -> HTTPError {
        HTTPError(.contentTooLarge, "The request body is larger than the limit of \(limit) bytes.")
    }

    public var description: String { "\(status.code) \(message)" }

    /// The answer: a problem document (RFC 9457) that also has the `error` member which older clients read.
    public var response: ServerResponse {
        var document: JSONObject = [
            "type": "about:blank",
            "title": .string(status.reasonPhrase),
            "status": .integer(Int64(status.code)),
            "detail": .string(message),
            "error": .string(message),
        ]
        document.merge(details)
        var response = ServerResponse.json(.object(document), status: status)
        response.headers[.contentType] = "application/problem+json"
        response.headers.append(contentsOf: headers)
        return response
    }
}
