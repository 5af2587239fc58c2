import HTTPTypes
import Logging
import WorkflowCore

extension IntegrationRoutes {
    /// What answers the connectors of type `webhook`.
    struct Webhooks {
        /// What people are told about each.
        var lines: [SummaryLine] = []
        /// Those that no server of the application stands before.
        var listeners: [any HTTPListener] = []
    }

    /// The listener of a webhook that does not say where it is answered, in an application without a router.
    private static let defaultPort = 8080

    /// Adds a route for each connector of type `webhook`: to a router, or to a listener on its port.
    ///
    /// - Throws: ``ConfigurationError`` when it is not clear who answers, or which workflow is meant.
    func addWebhooks(
        _ connectors: [IntegrationWorkflowModule.ConnectorConfiguration], runs: IntegrationRuns
    ) throws -> Webhooks {
        var webhooks = Webhooks()
        var listening: [(settings: ConnectorSettings, handler: any HTTPHandler)] = []
        var issues: [ConfigurationIssue] = []
        for connector in connectors where connector.kind == .webhook {
            let settings = connector.config
            do {
                let workflow = try workflow(settings, runs: runs)
                let webhook = WebhookHandler(
                    workflow: workflow.name, section: context.name, maxBodyBytes: settings.maxBodyBytes.bytes,
                    invoker: context.generation.invoker)
                let handler = try handler(webhook, behind: settings.middlewares)
                if listens(settings) {
                    listening.append((settings, handler))
                } else {
                    try addRoute(settings, handler)
                }
                webhooks.lines.append(SummaryLine("webhook", "POST \(settings.path.value) -> \(workflow.name)"))
            } catch let error as ConfigurationError {
                issues += error.issues
            } catch let error as WorkflowError {
                issues.append(settings.path.issue(error.message))
            }
        }
        if !issues.isEmpty { throw ConfigurationError(issues) }
        webhooks.listeners = try listeners(listening)
        return webhooks
    }

    /// Whether the webhook has a port rather than a router.
    private func listens(_ settings: ConnectorSettings) -> Bool {
        guard context.environment.httpListeners != nil, settings.router.value.isEmpty else { return false }
        return settings.port != nil || !settings.host.value.isEmpty
            || context.services.all((any HTTPRouteCollector).self).isEmpty
    }

    /// One listener for all webhooks of an address.
    private func listeners(
        _ webhooks: [(settings: ConnectorSettings, handler: any HTTPHandler)]
    ) throws -> [any HTTPListener] {
        guard let factory = context.environment.httpListeners else { return [] }
        var specifications: [HTTPListenerSpecification] = []
        for (settings, handler) in webhooks {
            let path = settings.path
            let host = settings.host.value
            let port = settings.port ?? Located(Self.defaultPort, location: path.location, path: path.path)
            let route = HTTPListenerSpecification.Route(.post, path, handler: handler)
            let index = specifications.firstIndex { $0.host == host && $0.port.value == port.value }
            let first = index.map { specifications.remove(at: $0) }
            specifications.append(
                HTTPListenerSpecification(
                    host: host, port: first?.port ?? port, routes: (first?.routes ?? []) + [route]))
        }
        return try specifications.map { try factory.makeListener($0, context: context) }
    }

    private func addRoute(_ settings: ConnectorSettings, _ handler: any HTTPHandler) throws {
        let routers = context.services.all((any HTTPRouteCollector).self)
        let named = settings.router.value.isEmpty ? routers : routers.filter { $0.name == settings.router.value }
        guard named.count == 1 else {
            let names = routers.map(\.name).joined(separator: ", ")
            let port = settings.port?.value ?? Self.defaultPort
            throw ConfigurationError([
                settings.path.issue(
                    routers.isEmpty
                        ? "a webhook needs a module of type http.router, and an http.server on port \(port)"
                        : "there are several routers, and nothing says which one the webhook belongs to",
                    suggestion: routers.isEmpty ? "add them to modules" : "name one: router: (\(names))")
            ])
        }
        guard settings.host.value.isEmpty else {
            throw ConfigurationError([
                settings.host.issue(
                    "the server of the router decides where the webhook is answered",
                    suggestion: "remove host, or router")
            ])
        }
        try named[0].service.addRoute(
            .post, settings.path.value, handler: handler, origin: "workflows.\(context.name)", isFallback: false)
    }

    /// Warns about webhooks with a router whose port none of its servers listens on. Call it when all modules are there.
    func checkPorts(_ connectors: [IntegrationWorkflowModule.ConnectorConfiguration]) {
        let servers = context.generation.services.all((any HTTPListening).self)
        let routers = context.services.all((any HTTPRouteCollector).self).map(\.name)
        for connector in connectors where connector.kind == .webhook {
            let settings = connector.config
            guard let port = settings.port?.value, !listens(settings) else { continue }
            let router = settings.router.value.isEmpty ? routers.first ?? "" : settings.router.value
            let ports = servers.filter { $0.service.leads(toRouter: router) }.compactMap(\.service.configuredPort)
            guard !ports.contains(port) else { continue }
            context.logger.warning(
                "No http.server listens on the port of this webhook; its router answers on others",
                metadata: [
                    "webhook": "\(connector.name.value)", "port": "\(port)",
                    "ports": "\(ports.map(String.init).joined(separator: ", "))",
                ])
        }
    }
}
