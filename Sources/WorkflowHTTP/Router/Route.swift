public import HTTPTypes

/// One route of a table, as it is listed.
public struct Route: Sendable, Hashable, CustomStringConvertible {
    /// The method; `nil` stands for every method.
    public let method: HTTPRequest.Method?
    /// The pattern as it was given.
    public let pattern: RoutePattern

    public var description: String {
        method.map { "\($0.rawValue) \(pattern)" } ?? pattern.description
    }
}
