import HTTPTypes
import NIOCore
import NIOHTTP1
import WorkflowCore

/// A request as it is sent to a target.
struct UpstreamRequest: Sendable {
    /// How long a target may let us wait.
    struct Timeouts: Sendable {
        /// Until its response begins, counted from the end of the request; and while it takes nothing of the request.
        var response: TimeAmount
        /// Between two parts of its response.
        var body: TimeAmount
    }

    let method: HTTPMethod
    let target: String
    let headers: HTTPHeaders
    let timeouts: Timeouts

    init(_ request: ServerRequest, to url: BackendURL, headers rules: ProxyHeaders, timeouts: Timeouts) {
        method = HTTPMethod(rawValue: request.method.rawValue)
        let path = request.path == "*" && url.basePath.isEmpty ? "*" : url.basePath + request.path
        target = request.query.map { "\(path)?\($0)" } ?? path
        headers = rules.request(request, to: url)
        self.timeouts = timeouts
    }

    private init(method: HTTPMethod, target: String, headers: HTTPHeaders, timeouts: Timeouts) {
        self.method = method
        self.target = target
        self.headers = headers
        self.timeouts = timeouts
    }

    /// A request without a body of a client, for health checks.
    static func probe(path: String, of url: BackendURL, timeout: TimeAmount) -> UpstreamRequest {
        UpstreamRequest(
            method: .GET, target: url.basePath + path,
            headers: ["host": url.authority, "user-agent": "workflow-health-check", "connection": "close"],
            timeouts: Timeouts(response: timeout, body: timeout))
    }

    /// The head, with the framing of a body.
    ///
    /// - Parameter length: The length of the body in bytes; `nil` when it is only known at the end.
    func head(length: Int?) -> HTTPRequestHead {
        var headers = headers
        if let length {
            let expectsBody = method == .POST || method == .PUT || method == .PATCH
            if length > 0 || expectsBody { headers.add(name: "content-length", value: String(length)) }
        } else {
            headers.add(name: "transfer-encoding", value: "chunked")
        }
        return HTTPRequestHead(version: .http1_1, method: method, uri: target, headers: headers)
    }

    /// The head of a request that asks for another protocol.
    func head(upgradingTo name: String) -> HTTPRequestHead {
        var headers = headers
        headers.add(name: "connection", value: "upgrade")
        headers.add(name: "upgrade", value: name)
        return HTTPRequestHead(version: .http1_1, method: method, uri: target, headers: headers)
    }
}
