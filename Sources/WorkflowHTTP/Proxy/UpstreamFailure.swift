import HTTPTypes
import WorkflowCore

/// Why a target did not answer properly.
enum UpstreamFailure: Error, Sendable, CustomStringConvertible {
    /// No connection could be made.
    case unreachable(String)
    /// The connection ended before the response began.
    case closedBeforeResponse
    /// The connection ended within the response.
    case closedWithinResponse
    /// What came is no HTTP response, or one that is not allowed here.
    case malformed(String)
    /// The target let us wait too long.
    case timedOut

    /// Whether another attempt may end better. After a timeout there is no time left for one.
    var isWorthRetrying: Bool {
        switch self {
        case .unreachable, .closedBeforeResponse: true
        case .closedWithinResponse, .malformed, .timedOut: false
        }
    }

    /// What the client is told; nothing about the inside of the network.
    var answer: HTTPError {
        switch self {
        case .unreachable: HTTPError(.badGateway, "The upstream server cannot be reached.")
        case .timedOut: HTTPError(.gatewayTimeout, "The upstream server did not answer in time.")
        case .closedBeforeResponse, .closedWithinResponse, .malformed:
            HTTPError(.badGateway, "The upstream server did not answer properly.")
        }
    }

    var description: String {
        switch self {
        case .unreachable(let reason): "no connection: \(reason)"
        case .closedBeforeResponse: "the connection was closed before the response"
        case .closedWithinResponse: "the connection was closed within the response"
        case .malformed(let reason): "malformed response: \(reason)"
        case .timedOut: "timed out"
        }
    }
}
