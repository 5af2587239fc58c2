public import WorkflowCore

/// Makes listeners that outlive a reload, as those of `http.server` do; for ``EngineEnvironment/httpListeners``.
public struct SharedListenerFactory: HTTPListenerFactory {
    let inheritedSockets: InheritedSockets?
    let standIn: (any ListenerStandIn)?

    /// Creates a factory.
    ///
    /// - Parameter inheritedSockets: The sockets that the process was started with; listeners whose address one of them
    ///   has use it instead of binding the address.
    public init(inheritedSockets: InheritedSockets? = nil) {
        self.inheritedSockets = inheritedSockets
        standIn = nil
    }

    /// Creates a factory whose listeners open nothing.
    ///
    /// - Parameter standIn: What hands requests to them in place of sockets.
    package init(standIn: any ListenerStandIn) {
        inheritedSockets = nil
        self.standIn = standIn
    }

    public func makeListener(
        _ specification: HTTPListenerSpecification, context: ModuleContext
    ) throws -> any HTTPListener {
        let address = try Self.address(specification)
        let listener = RouteListener(
            address: address, entries: try Self.entries(specification.routes, origin: context.name), context: context)
        if let other = HTTPComposition.of(context).add(listener) {
            throw ConfigurationError([
                specification.port.issue(
                    "\"\(context.name)\" cannot listen on \(address): \"\(other.name)\" listens on \(other.address) already",
                    suggestion: "give one of them another port")
            ])
        }
        listener.addHealthCheck()
        return listener
    }

    private static func address(_ specification: HTTPListenerSpecification) throws -> ListenAddress {
        let (host, port) = (specification.host, specification.port)
        let isIPv6 = host.contains(":") && !host.hasPrefix("[")
        do {
            return try ListenAddress("\(isIPv6 ? "[\(host)]" : host):\(port.value)")
        } catch {
            throw ConfigurationError([port.issue("\(error)")])
        }
    }

    /// The routes, or everything that is wrong with their paths.
    private static func entries(
        _ routes: [HTTPListenerSpecification.Route], origin: String
    ) throws -> [RouterEntry] {
        var entries: [RouterEntry] = []
        var issues: [ConfigurationIssue] = []
        for route in routes {
            do {
                entries.append(
                    RouterEntry(
                        method: route.method, pattern: try RoutePattern(route.pattern.value), handler: route.handler,
                        handlerName: origin, origin: origin, location: route.pattern.location,
                        path: route.pattern.path))
            } catch {
                issues.append(route.pattern.issue("\(error)"))
            }
        }
        if !issues.isEmpty { throw ConfigurationError(issues) }
        return entries
    }
}
