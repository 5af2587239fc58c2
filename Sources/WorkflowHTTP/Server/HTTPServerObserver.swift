public import HTTPTypes
public import WorkflowCore

/// Hears about each request of a server, for metrics and access logs.
///
/// Called synchronously on the event loops: implementations must be cheap and must not block.
public protocol HTTPServerObserver: Sendable {
    /// A request has arrived and its handler is about to be called. The router has not seen it yet.
    func requestStarted(_ request: borrowing ServerRequest)

    /// A request that was started is over; called exactly once for each.
    func requestFinished(_ outcome: HTTPRequestOutcome)

    /// A request was refused before any handler was called, because it is malformed, too large or too slow.
    ///
    /// - Parameters:
    ///   - status: What the client was told.
    ///   - reason: Why.
    ///   - remoteAddress: The address of the peer without its port.
    func requestRefused(status: HTTPResponse.Status, reason: String, remoteAddress: String)
}

extension HTTPServerObserver {
    public func requestStarted(_ request: borrowing ServerRequest) {}

    public func requestRefused(status: HTTPResponse.Status, reason: String, remoteAddress: String) {}
}

/// How a request ended.
public struct HTTPRequestOutcome: Sendable {
    /// The way in which a request ended.
    public enum Ending: Sendable, Hashable {
        /// The response was handed to the network completely.
        case completed
        /// The client went away or stopped reading before the response was complete.
        case clientGone
        /// The handler took too long and was cancelled.
        case handlerTimeout
        /// The server stopped before the response was complete.
        case serverStopped
        /// The body of the response failed after its beginning had been sent.
        case responseFailed
    }

    /// The request method.
    public let method: HTTPRequest.Method
    /// The path as it was sent.
    public let path: String
    /// The pattern of the route that matched; empty when none did.
    public let routePattern: String
    /// The status that was sent; `nil` when the request ended before any was.
    public let status: HTTPResponse.Status?
    /// The time from the dispatch of the request to its end.
    public let duration: Duration
    /// The number of body bytes that were received.
    public let requestBytes: Int
    /// The number of body bytes that were handed to the network.
    public let responseBytes: Int
    /// The address of the peer without its port.
    public let remoteAddress: String
    /// The protocol, `HTTP/1.1` or `HTTP/2` and so on.
    public let protocolName: String
    /// The identifier of the request.
    public let requestID: String?
    /// Who made the request.
    public let principalID: String?
    /// How the request ended.
    public let ending: Ending
    /// Whether the response lasted as long as somebody listened: an event stream, or an upgraded connection such as a
    /// WebSocket. Its duration says nothing about how fast the server is.
    public let isSubscription: Bool
}
