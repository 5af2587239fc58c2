import WorkflowCore

/// Sends one HTTP request and follows no redirects.
protocol FetchTransport: Sendable {
    /// - Parameters:
    ///   - request: The request.
    ///   - limit: The largest body to accept, in bytes.
    ///   - timeout: How long all of it may take.
    /// - Throws: ``WorkflowError`` `.limitExceeded` for a larger body, `.unavailable` for everything else.
    func send(_ request: FetchRequest, limit: Int, timeout: Duration) async throws -> FetchResponse
}

/// A request of a component.
struct FetchRequest: Sendable, Hashable {
    var method: String
    var url: String
    var headers: [FetchHeader]
    var body: [UInt8]
}

/// A response to a component.
struct FetchResponse: Sendable, Hashable {
    var status: Int
    var headers: [FetchHeader]
    var body: [UInt8]
}

/// A header field.
struct FetchHeader: Sendable, Hashable {
    var name: String
    var value: String
}
