public import HTTPTypes

/// The answer to a request.
public struct ServerResponse: Sendable {
    /// The status.
    public var status: HTTPResponse.Status
    /// The header fields. The server adds `content-length`, `date` and framing.
    public var headers: HTTPFields
    /// The body.
    public var body: ResponseBody
    /// The module that a streamed body comes from, as far as it is known; set by the router.
    package var streamSource = ""

    /// Creates a response.
    public init(status: HTTPResponse.Status = .ok, headers: HTTPFields = [:], body: ResponseBody = .empty) {
        self.status = status
        self.headers = headers
        self.body = body
    }

    /// Creates a JSON response.
    public static func json(_ value: JSONValue, status: HTTPResponse.Status = .ok) -> ServerResponse {
        .json(bytes: value.jsonBytes(), status: status)
    }

    /// Creates a JSON response from text that is JSON already.
    public static func json(bytes: [UInt8], status: HTTPResponse.Status = .ok) -> ServerResponse {
        ServerResponse(status: status, headers: Self.jsonHeaders, body: .bytes(bytes))
    }

    /// Creates a plain-text response.
    public static func text(_ text: String, status: HTTPResponse.Status = .ok) -> ServerResponse {
        ServerResponse(
            status: status, headers: [.contentType: "text/plain; charset=utf-8"], body: .bytes(Array(text.utf8)))
    }

    private static let jsonHeaders: HTTPFields = [.contentType: "application/json"]
}

/// The body of a response.
public enum ResponseBody: Sendable {
    /// No body.
    case empty
    /// Bytes in memory.
    case bytes([UInt8])
    /// A part of a file, sent by the server without blocking an event loop.
    case file(path: String, offset: Int64, length: Int64)
    /// A body that is written while it is produced; ends when the closure returns. `length` in bytes when known.
    case stream(length: Int64?, @Sendable (any ResponseWriter) async throws -> Void)
}

/// Where a streaming response writes its body; the server implements it.
public protocol ResponseWriter: Sendable {
    /// Sends bytes and returns when there is room for more.
    ///
    /// - Throws: `CancellationError` when the client is gone or the server stops.
    func write(_ bytes: [UInt8]) async throws
}
