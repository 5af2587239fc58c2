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

extension FetchRequest {
    /// Sends the request through a transport, within a span whose trace it takes on.
    ///
    /// - Throws: What the transport throws.
    func send(
        through transport: any FetchTransport, to place: FetchPlace, limit: Int, timeout: Duration, traces: Traces,
        attempt: Int = 1
    ) async throws -> FetchResponse {
        try await traces.call(method, host: place.host, port: place.port, attempt: attempt) { fields in
            var request = self
            for field in fields where !headers.contains(where: { $0.name == field.name }) {
                request.headers.append(FetchHeader(name: field.name, value: field.value))
            }
            let response = try await transport.send(request, limit: limit, timeout: timeout)
            return (response, response.status)
        }
    }
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
