import HTTPTypes
import WorkflowCore

/// A handler that brings a route of its own, unless the configuration routes to it.
protocol SelfRoutingHandler: HTTPHandler {}

/// A route on its way into a router's table.
struct RouterEntry: Sendable {
    /// The method; `nil` for all.
    var method: HTTPRequest.Method?
    /// The pattern with the router's prefix.
    var pattern: RoutePattern
    /// Answers the requests.
    var handler: any HTTPHandler
    /// The middlewares before it, in order.
    var middlewares: [any HTTPMiddleware] = []
    /// The module that answers.
    var handlerName: String
    /// What adds the route, for error messages.
    var origin: String
    /// Where the route stands, when it stands in the configuration.
    var location: SourceLocation?
    /// The path of that place.
    var path = ""
    /// What the configuration says it is for, in Markdown.
    var details = ""
    /// Whether it gives way to a route of the configuration.
    var isFallback = false
    /// The trigger that follows the handler, if there is one.
    var trigger: String?

    /// The method and the pattern.
    var description: String { Route(method: method, pattern: pattern).description }

    /// Where it comes from, for error messages.
    var place: String { location.map { "at \($0)" } ?? "of \"\(origin)\"" }
}

/// A trigger on its way into a router's table.
struct RouterTrigger: Sendable {
    /// The method; `nil` for all.
    var method: HTTPRequest.Method?
    /// The pattern with the router's prefix.
    var pattern: RoutePattern
    /// The middlewares before it when no route has its method and path.
    var middlewares: [any HTTPMiddleware]
    /// What it does, for error messages and listings.
    var description: String
    /// What the configuration says it is for, in Markdown.
    var details = ""
    /// Where it stands.
    var location: SourceLocation
    /// The path of that place.
    var path: String
    /// Makes the handler; given the handler of the route with the same method and path, if there is one.
    var makeHandler: @Sendable ((any HTTPHandler)?) -> any HTTPHandler
}
