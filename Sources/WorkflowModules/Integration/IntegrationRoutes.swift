import HTTPTypes
import Logging
import WorkflowCore

/// Adds the routes of integrations to the routers.
struct IntegrationRoutes {
    let context: ModuleContext

    /// Adds the routes under `/api/integrations` to all routers; routes of the configuration go before them.
    func expose(
        _ responder: IntegrationResponder, registry: IntegrationRegistryModule
    ) throws -> [SummaryLine] {
        let handler = try handler(responder, behind: registry.configuration.middlewares)
        let routers = context.services.all((any HTTPRouteCollector).self)
        guard !routers.isEmpty else {
            throw context.error(
                "\"\(registry.name)\" has expose: true, which needs a router",
                suggestion: "add a module of type http.router")
        }
        if registry.configuration.middlewares.isEmpty {
            context.logger.warning(
                "The routes of integrations have no middlewares of their own: who passes those of the router may run them",
                metadata: ["registry": "\(registry.name)"])
        }
        for (_, router) in routers {
            for route in IntegrationResponder.routes {
                try router.addRoute(
                    route.method, route.path, handler: handler, origin: registry.name, isFallback: true)
            }
        }
        return IntegrationResponder.routes.map { SummaryLine("route", "\($0.method.rawValue) \($0.path)") }
    }

    /// Adds a route for each connector of type `webhook`.
    ///
    /// - Throws: ``ConfigurationError`` when there is no router, or it is not clear which workflow is meant.
    func addWebhooks(
        _ connectors: [IntegrationWorkflowModule.ConnectorConfiguration], runs: IntegrationRuns
    ) throws -> [SummaryLine] {
        var lines: [SummaryLine] = []
        var issues: [ConfigurationIssue] = []
        for connector in connectors where connector.kind == .webhook {
            do {
                lines.append(try add(connector.config, runs: runs))
            } catch let error as ConfigurationError {
                issues += error.issues
            } catch let error as WorkflowError {
                issues.append(connector.config.path.issue(error.message))
            }
        }
        if !issues.isEmpty { throw ConfigurationError(issues) }
        return lines
    }

    private func add(_ settings: ConnectorSettings, runs: IntegrationRuns) throws -> SummaryLine {
        let workflow = try workflow(settings, runs: runs)
        let routers = context.services.all((any HTTPRouteCollector).self)
        let named = settings.router.value.isEmpty ? routers : routers.filter { $0.name == settings.router.value }
        guard named.count == 1 else {
            let names = routers.map(\.name).joined(separator: ", ")
            throw ConfigurationError([
                settings.path.issue(
                    routers.isEmpty
                        ? "a webhook needs a module of type http.router, and an http.server on port \(settings.port.value)"
                        : "there are several routers, and nothing says which one the webhook belongs to",
                    suggestion: routers.isEmpty ? "add them to modules" : "name one: router: (\(names))")
            ])
        }
        let webhook = WebhookHandler(
            workflow: workflow.name, section: context.name, maxBodyBytes: settings.maxBodyBytes.bytes,
            invoker: context.generation.invoker)
        try named[0].service.addRoute(
            .post, settings.path.value, handler: try handler(webhook, behind: settings.middlewares),
            origin: "workflows.\(context.name)", isFallback: false)
        return SummaryLine("webhook", "POST \(settings.path.value) -> \(workflow.name)")
    }

    /// Warns about webhooks whose port no server in front of their router listens on. Call it when all modules are there.
    func checkPorts(_ connectors: [IntegrationWorkflowModule.ConnectorConfiguration]) {
        let servers = context.generation.services.all((any HTTPListening).self)
        let routers = context.services.all((any HTTPRouteCollector).self).map(\.name)
        for connector in connectors where connector.kind == .webhook {
            let settings = connector.config
            let router = settings.router.value.isEmpty ? routers.first ?? "" : settings.router.value
            let ports = servers.filter { $0.service.leads(toRouter: router) }.compactMap(\.service.configuredPort)
            guard !ports.contains(settings.port.value) else { continue }
            context.logger.warning(
                "No http.server listens on the port of this webhook; its router answers on others",
                metadata: [
                    "webhook": "\(connector.name.value)", "port": "\(settings.port.value)",
                    "ports": "\(ports.map(String.init).joined(separator: ", "))",
                ])
        }
    }

    private func workflow(_ settings: ConnectorSettings, runs: IntegrationRuns) throws -> IntegrationWorkflow {
        let name = settings.workflow
        if name.value.isEmpty {
            if runs.workflows.count == 1 { return runs.workflows[0] }
            let names = runs.workflows.map(\.name).joined(separator: ", ")
            throw ConfigurationError([
                settings.path.issue(
                    "there are several workflows, and nothing says which one the webhook runs",
                    suggestion: "name one: workflow: (\(names))")
            ])
        }
        if let workflow = runs.workflow(name.value) { return workflow }
        let problem = runs.problem(withName: name.value)
        throw ConfigurationError([name.issue(problem?.message ?? "", suggestion: problem?.suggestion)])
    }

    private func handler(_ handler: any HTTPHandler, behind middlewares: [String]) throws -> any HTTPHandler {
        try middlewares.reversed().reduce(handler) { next, name in
            let middleware = try context.services.require(
                (any HTTPMiddleware).self, kind: .httpMiddleware, named: name)
            return MiddlewareHandler(middleware, next: next)
        }
    }
}
