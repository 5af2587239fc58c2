import HTTPTypes
public import WorkflowCore

/// Shows the metrics of the application in the Prometheus text format.
///
/// ```yaml
/// modules:
///   - name: metrics
///     type: metrics.collector
/// ```
public struct MetricsCollectorModule: WorkflowModule, DescribedHandler, SummarizedModule {
    /// The keys of the configuration.
    public struct Configuration: ConfigurationObject {
        /// What the collector is for.
        public var description = ""
        /// Put before the names of the metrics.
        public var namespace = ""
        /// Where the metrics are.
        public var path = "/metrics"

        public static let fields: [ConfigurationField<Self>] = [
            .init("description", \.description, "What the collector is for, in words."),
            .init(
                "namespace", \.namespace,
                "Put before the names of the metrics, with `_` between. Those of the process (`process_…`) keep their names.",
                check: { MetricsNamespace.problem($0) }),
            .init(
                "path", \.path, "The path of the metrics.",
                check: { $0.hasPrefix("/") ? nil : "must begin with /" }),
        ]

        /// Creates the defaults.
        public init() {}
    }

    public static let descriptor = ModuleDescriptor(
        type: "metrics.collector",
        summary: "Shows the metrics of the application in the Prometheus text format.",
        details: """
            The module adds `GET /metrics` to the router, unless the configuration has a route of its own for that path; \
            it can also be named as the handler of a route.

            | Metric | Kind | Labels |
            |---|---|---|
            | `workflow_executions_total` | counter | `workflow_type`, `action`, `status` |
            | `workflow_duration_seconds` | histogram | `workflow_type`, `action` |
            | `http_requests_total` | counter | `method`, `path`, `status_code` |
            | `http_request_duration_seconds` | histogram | `method`, `path` |
            | `module_operations_total` | counter | `module`, `operation`, `status` |
            | `active_workflows` | gauge | `workflow_type` |

            There are more, for state machines, brokers, the outbox, scripts and the process; all have a line of help.
            """,
        provides: [.httpHandler],
        requires: [.init(.httpRouter, optional: true)],
        examples: [
            ModuleDescriptor.Example(
                "Metrics under /metrics",
                yaml: """
                    modules:
                      - name: server
                        type: http.server
                        config:
                          address: 127.0.0.1:8080
                      - name: router
                        type: http.router
                      - name: metrics
                        type: metrics.collector
                        config:
                          namespace: shop
                    """)
        ])

    private let registry: MetricsRegistry
    private let namespace: MetricsNamespace?
    private let path: String
    private let context: ModuleContext
    private let routes: RouteRegistration

    public init(configuration: Configuration, context: ModuleContext) throws {
        registry = context.environment.metrics.registry
        namespace = configuration.namespace.isEmpty ? nil : MetricsNamespace(configuration.namespace)
        path = configuration.path
        self.context = context
        let responder = MetricsResponder(registry: registry, namespace: namespace)
        routes = RouteRegistration([(configuration.path, responder)], origin: context.name)
        try routes.add(to: context.services)
    }

    public func validate() throws {
        try routes.add(to: context.generation.services)
    }

    public func handle(_ request: ServerRequest) async throws -> ServerResponse {
        try await MetricsResponder(registry: registry, namespace: namespace).handle(request)
    }

    public func operations(on route: RouteDescription) -> [OperationDescription] {
        MetricsResponder(registry: registry, namespace: namespace).operations(on: route)
    }

    public var summaryLines: [SummaryLine] { [SummaryLine("metrics", "GET \(path)")] }
}

/// Answers with all metrics.
private struct MetricsResponder: DescribedHandler {
    let registry: MetricsRegistry
    let namespace: MetricsNamespace?

    func operations(on route: RouteDescription) -> [OperationDescription] {
        let text = MediaDescription(MetricsRegistry.contentType, schema: ["type": "string"])
        return route.methods(of: [.get]).map { method in
            OperationDescription(
                method, name: "metrics", summary: "The metrics, in the form of Prometheus",
                responses: [ResponseDescription(200, "All metrics.", content: [text])])
        }
    }

    func handle(_ request: ServerRequest) async throws -> ServerResponse {
        let bytes = registry.render()
        return ServerResponse(
            headers: [.contentType: MetricsRegistry.contentType, .cacheControl: "no-store"],
            body: .bytes(namespace?.applied(to: bytes) ?? bytes))
    }
}
