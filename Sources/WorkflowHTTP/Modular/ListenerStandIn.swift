package import HTTPTypes
package import WorkflowCore

/// What the listeners of an application register with in place of binding their addresses; see
/// ``SharedListenerFactory/init(standIn:)``.
///
/// Generations overlap: the listener of a new one comes before the one of the generation before is taken away, and the
/// latest that is still there answers.
package protocol ListenerStandIn: Sendable {
    /// Whether a generation that ends waits for the requests that it has begun.
    var waitsForRequests: Bool { get }

    /// Takes a listener whose generation has become active.
    func add(_ listener: StandInListener)
    /// Takes a listener away; it may still be at work on requests.
    func remove(_ listener: StandInListener)
}

/// A listener of one generation, without a socket.
package final class StandInListener: Sendable {
    /// The address of the configuration, with the name of its module when the port is 0.
    package let address: String
    /// The port of the configuration; `nil` for unix sockets.
    package let port: Int?
    /// The type of the module that it belongs to.
    package let moduleType: String
    /// The generation.
    package let generation: Int
    /// The limits and times that the configuration asks for.
    package let settings: HTTPServerConfiguration
    /// Answers the requests.
    package let handler: any HTTPHandler
    private let metrics: HTTPServerMetrics

    init(
        key: String, settings: HTTPServerConfiguration, context: ModuleContext, handler: any HTTPHandler
    ) {
        address = key.hasPrefix("listener ") ? String(key.dropFirst("listener ".count)) : key
        port = settings.address.port
        moduleType = context.type
        generation = context.generation.number
        self.settings = settings
        self.handler = handler
        metrics = HTTPServerMetrics(metrics: context.environment.metrics)
    }

    /// Counts a request in the metrics of the application, as a server does.
    ///
    /// - Parameters:
    ///   - request: The request.
    ///   - routePattern: The pattern of the route that matched; empty when none did.
    ///   - status: What was answered; `nil` for nothing.
    ///   - duration: How long that took, without the sending of the body.
    package func count(
        _ request: ServerRequest, routePattern: String, status: HTTPResponse.Status?, duration: Duration
    ) {
        metrics.requestFinished(
            HTTPRequestOutcome(
                method: request.method, path: request.path, routePattern: routePattern, status: status,
                duration: duration, requestBytes: 0, responseBytes: 0, remoteAddress: request.remoteAddress,
                protocolName: "", requestID: nil, principalID: nil, ending: status == nil ? .clientGone : .completed,
                isSubscription: false))
    }
}
