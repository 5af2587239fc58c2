/// The path patterns of a proxy.
enum ProxyPattern {
    /// The router's patterns for one of a configuration: `/users/*` is `/users` and everything below it.
    ///
    /// - Throws: ``RouteError`` for a malformed one.
    static func expand(_ text: String) throws(RouteError) -> (main: RoutePattern, also: RoutePattern?) {
        guard text.hasSuffix("/*") else { return (try RoutePattern(text), nil) }
        let base = String(text.dropLast(2))
        return (try RoutePattern(base + "/{path...}"), base.isEmpty ? nil : try RoutePattern(base))
    }
}
