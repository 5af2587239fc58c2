public import HTTPTypes

/// Takes routes from modules before the router compiles its table; a router module implements it.
///
/// Modules such as health checks and metrics add their routes in their `init`.
public protocol HTTPRouteCollector: Sendable {
    /// Adds a route.
    ///
    /// - Parameters:
    ///   - method: The method; `nil` for all.
    ///   - pattern: The path pattern, such as `/orders/{id}`.
    ///   - handler: Answers the requests.
    ///   - origin: The module that adds the route, for error messages.
    ///   - isFallback: Whether the route gives way when the configuration has one of the same pattern.
    /// - Throws: ``WorkflowError`` `.invalidInput` for a malformed pattern, `.conflict` for a duplicate.
    func addRoute(
        _ method: HTTPRequest.Method?, _ pattern: String, handler: any HTTPHandler, origin: String, isFallback: Bool
    ) throws
}

/// A handler that can make transitions of a trigger in the same transaction as its own change.
///
/// When a trigger names the method and path of a route whose handler is one of these, the engine hands the trigger over
/// instead of running it after the handler.
public protocol TransitionTriggeringHandler: HTTPHandler {
    /// Answers a request and fires `transition` on what it created or changed, in the same transaction.
    func handle(_ request: ServerRequest, firing transition: TriggeredTransition) async throws -> ServerResponse
}

/// A transition that a trigger asks for.
public struct TriggeredTransition: Sendable, Hashable {
    /// The name of the definition, or of the workflow kind.
    public var workflow: String
    /// The name of the transition.
    public var transition: String
    /// Data for the transition, which wins over what the request brings.
    public var data: JSONObject
    /// What the query of the request brings; anything else goes before it.
    public var query: JSONObject

    /// Creates a transition.
    public init(workflow: String, transition: String, data: JSONObject = [:], query: JSONObject = [:]) {
        self.workflow = workflow
        self.transition = transition
        self.data = data
        self.query = query
    }
}
