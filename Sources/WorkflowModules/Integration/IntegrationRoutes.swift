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

    func workflow(_ settings: ConnectorSettings, runs: IntegrationRuns) throws -> IntegrationWorkflow {
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

    func handler(_ handler: any HTTPHandler, behind middlewares: [String]) throws -> any HTTPHandler {
        try middlewares.reversed().reduce(handler) { next, name in
            let middleware = try context.services.require(
                (any HTTPMiddleware).self, kind: .httpMiddleware, named: name)
            return MiddlewareHandler(middleware, next: next)
        }
    }
}
