/// Answers the requests that modules and components send to other hosts, in place of the network.
///
/// A program sets one in ``EngineEnvironment/outboundHTTP`` so that nothing leaves it, as a test does.
public protocol OutboundHTTPAnswering: Sendable {
    /// Answers one request.
    ///
    /// - Throws: ``WorkflowError``, usually `.unavailable`, as if the host had not answered.
    func answer(_ request: OutboundHTTPRequest) async throws -> OutboundHTTPResponse
}

/// A request to another host.
public struct OutboundHTTPRequest: Sendable {
    /// The method, such as `POST`.
    public var method: String
    /// The whole URL.
    public var url: String
    /// The header fields in order.
    public var headers: [(name: String, value: String)]
    /// The body.
    public var body: [UInt8]

    /// Creates a request.
    public init(method: String, url: String, headers: [(name: String, value: String)] = [], body: [UInt8] = []) {
        self.method = method
        self.url = url
        self.headers = headers
        self.body = body
    }
}

/// What another host answers.
public struct OutboundHTTPResponse: Sendable {
    /// The status.
    public var status: Int
    /// The header fields in order.
    public var headers: [(name: String, value: String)]
    /// The body.
    public var body: [UInt8]

    /// Creates an answer.
    public init(status: Int, headers: [(name: String, value: String)] = [], body: [UInt8] = []) {
        self.status = status
        self.headers = headers
        self.body = body
    }
}
