import HTTPTypes
import Logging
public import WorkflowCore

/// `triggers.http`: requests that start workflows.
public struct HTTPTriggerModule: WorkflowModule, SummarizedModule {
    /// The keys of the section.
    public struct Configuration: ConfigurationObject {
        /// The router.
        public var router = ""
        /// The greatest size of a body that becomes data.
        public var maxBodyBytes = ByteSize(bytes: 1 << 20)
        /// The routes.
        public var routes: [Route] = []

        public static let fields: [ConfigurationField<Self>] = [
            .init(
                "router", \.router, "The router that the routes belong to; needed when there are several.",
                reference: .httpRouter),
            .init("maxBodyBytes", \.maxBodyBytes, "The greatest size of a body that becomes data."),
            .init("routes", \.routes, "The requests that start workflows.", required: true),
        ]

        /// Creates the value with all defaults.
        public init() {}
    }

    /// One request that starts a workflow.
    public struct Route: ConfigurationObject {
        /// The methods.
        public var method = RouteMethods([.post])
        /// The path pattern.
        public var path: Located<String>?
        /// The workflow.
        public var workflow: Located<String>?
        /// What the workflow shall do.
        public var action: Located<String>?
        /// Data that every request brings.
        public var params: JSONObject = [:]
        /// The middlewares before it.
        public var middlewares: [Located<String>] = []
        /// What it is for.
        public var description = ""

        public static let fields: [ConfigurationField<Self>] = [
            .init("method", \.method, "The method, several as \"POST, PUT\", or * for all."),
            .init("path", \.path, "The path, such as /orders/{id}/ship.", required: true),
            .init(
                "workflow", \.workflow, "The workflow: a kind such as messaging, or the name of a definition.",
                required: true),
            .init(
                "action", \.action, "What the workflow shall do; for a state machine the name of a transition.",
                required: true),
            .init("params", \.params, "Data that every request brings; it goes before what the client sends."),
            .init(
                "middlewares", \.middlewares,
                "The middlewares before it. A route with the same method and path brings its own.",
                reference: .httpMiddleware),
            .init(
                "description", \.description,
                "What the request is for, in Markdown; for people who read the description of the API."),
        ]

        /// Creates the value with all defaults.
        public init() {}
    }

    public static let descriptor = ModuleDescriptor(
        type: "http", section: .trigger, summary: "Starts workflows when requests arrive.",
        details: """
            The data of the workflow are the parameters of the query, the members of a JSON body, the parameters of the \
            path and `params`; a later one goes before an earlier one of the same name. When the path has a parameter `id` \
            or `instanceId`, neither the query nor the body can name another instance. Behind `http.middleware.auth`, a \
            user reaches only instances and resources that belong to them or to nobody; others are answered with 404.

            The `id` of a path is that of an instance, or of a resource of an `api.handler` whose `workflowType` is the \
            workflow (or that `resourceMappings` names). When there is neither, the answer is 404; only where no \
            `api.handler` creates the instances, a transition that leaves the initial state begins a new one under that \
            identifier.

            The answer is 202 with `{"status": \
            "workflow triggered", "workflow", "action", "result"}`. What the workflow refuses is answered with 400, 404 or \
            409 and the reason; any other failure with 500 and without details.

            When `workflows.http` has a route with the same method and path, its handler answers as if there were no \
            trigger. A handler of resources, such as `api.handler`, makes a transition of a state machine in the same \
            transaction as its own change. Otherwise the workflow starts after the handler has succeeded, with the \
            members of the handler's JSON answer (such as the new `id`) as further data.
            """,
        examples: [
            .init(
                "Publish what is posted",
                yaml: """
                    modules:
                      - name: server
                        type: http.server
                        config: {address: "127.0.0.1:8080"}
                      - name: router
                        type: http.router
                      - name: events
                        type: messaging.broker
                      - name: log
                        type: messaging.handler
                    workflows:
                      messaging:
                        subscriptions:
                          - {topic: greetings, handler: log}
                    triggers:
                      http:
                        routes:
                          - method: POST
                            path: /greetings/{name}
                            workflow: messaging
                            action: greetings
                            params: {source: web}
                    """)
        ])

    /// What people are told about each trigger.
    public let summaryLines: [SummaryLine]
    private let invoker: WorkflowInvoker
    private let routes: [Route]
    /// What is wrong with single routes; told together with what the other routes start.
    private let issues: [ConfigurationIssue]

    public init(configuration: Configuration, context: ModuleContext) throws {
        invoker = context.generation.invoker
        routes = configuration.routes
        let engines = context.services.all(StateMachineEngine.self).map(\.service)
        let router = try context.services.require(
            HTTPRouterModule.self, kind: .httpRouter, named: configuration.router)
        var lines: [SummaryLine] = []
        var issues: [ConfigurationIssue] = []
        for route in configuration.routes {
            guard let path = route.path, let workflow = route.workflow?.value, let action = route.action?.value else {
                continue
            }
            let pattern: RoutePattern
            do {
                pattern = try router.pattern(of: path.value)
            } catch {
                issues.append(path.issue(error.description))
                continue
            }
            // The name of a middleware that is not there has been told.
            let middlewares = route.middlewares.compactMap { name in
                context.services.find((any HTTPMiddleware).self, named: name.value)
            }
            let trigger = TriggerAction(
                call: WorkflowCall(workflow: workflow, action: action, data: route.params, trigger: .http),
                invoker: invoker,
                maxBodyBytes: configuration.maxBodyBytes.bytes, logger: context.logger,
                storeOutage: context.environment.storeOutage)
            for method in route.method.forTable {
                router.add(
                    RouterTrigger(
                        method: method, pattern: pattern, middlewares: middlewares, description: trigger.description,
                        details: route.description, location: path.location, path: path.path,
                        makeHandler: { trigger.handler(after: $0, engines: engines) }))
                let place = method.map { "\($0.rawValue) \(pattern)" } ?? "\(pattern)"
                lines.append(SummaryLine("trigger", "\(place) -> \(trigger.description)"))
            }
        }
        self.issues = issues
        summaryLines = lines
    }

    public func validate() throws {
        let found =
            issues
            + routes.compactMap { route in
                guard let workflow = route.workflow, let action = route.action else { return nil }
                return invoker.issue(workflow: workflow, action: action)
            }
        if !found.isEmpty { throw ConfigurationError(found) }
    }
}
