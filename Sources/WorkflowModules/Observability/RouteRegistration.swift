import HTTPTypes
import Synchronization
import WorkflowCore

/// Adds the routes that a module brings to every router, once.
///
/// The router may have been created after the module; so it is looked for twice, in `init` and in `validate`.
final class RouteRegistration: Sendable {
    private let routes: [(path: String, handler: any HTTPHandler)]
    private let origin: String
    private let known = Mutex<Set<String>>([])

    init(_ routes: [(path: String, handler: any HTTPHandler)], origin: String) {
        self.routes = routes
        self.origin = origin
    }

    /// Adds the routes to the routers that do not have them yet.
    ///
    /// - Throws: What the router throws.
    func add(to services: ServiceDirectory) throws {
        for (name, router) in services.all((any HTTPRouteCollector).self) {
            guard known.withLock({ $0.insert(name).inserted }) else { continue }
            for route in routes {
                try router.addRoute(.get, route.path, handler: route.handler, origin: origin, isFallback: true)
            }
        }
    }
}
