public import HTTPTypes
public import WorkflowCore

/// Collects routes and makes a ``RouteTable`` of them.
///
/// ```swift
/// var builder = RouteTableBuilder()
/// try builder.add(method: .get, pattern: "/orders/{id}", handler: showOrder)
/// try builder.add(method: .post, pattern: "/orders", handler: createOrder)
/// let table = builder.build()
/// ```
public struct RouteTableBuilder {
    private var entries: [RouteTable.Entry] = []

    /// Creates an empty builder.
    public init() {}

    /// Adds a route.
    ///
    /// - Parameters:
    ///   - method: The method; `nil` stands for every method. A route for GET answers HEAD as well.
    ///   - pattern: The pattern of the path, see ``RoutePattern``.
    ///   - handler: What answers the requests.
    ///   - preflight: The middlewares, in order, that see an OPTIONS request for which there is no route, before it
    ///     is answered with 204 and `Allow`. This is where a CORS middleware answers preflight requests.
    /// - Throws: ``RouteError`` when the pattern is malformed, or when the new route and an earlier one match the same
    ///   requests, or both match some request and neither path is more specific than the other.
    public mutating func add(
        method: HTTPRequest.Method?, pattern: String, handler: any HTTPHandler, preflight: [any HTTPMiddleware] = []
    ) throws(RouteError) {
        let route = Route(method: method, pattern: try RoutePattern(pattern))
        for entry in entries {
            if let reason = route.contradiction(to: entry.route) {
                throw RouteError(pattern: route.description, other: entry.route.description, reason: reason)
            }
        }
        entries.append(RouteTable.Entry(route: route, handler: handler, preflight: preflight))
    }

    /// Makes the table.
    public consuming func build() -> RouteTable {
        RouteTable(entries: entries)
    }
}
