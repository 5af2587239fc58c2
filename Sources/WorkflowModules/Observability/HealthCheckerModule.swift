import HTTPTypes
public import WorkflowCore

/// Tells whether the application works, is ready, and lives.
///
/// ```yaml
/// modules:
///   - name: health
///     type: health.checker
/// ```
public final class HealthCheckerModule: WorkflowModule, HTTPHandler, SummarizedModule {
    /// The keys of the configuration.
    public struct Configuration: ConfigurationObject {
        /// What the checker is for.
        public var description = ""
        /// How long a check may take.
        public var checkTimeout: Duration = .seconds(2)
        /// How long a result is used.
        public var interval: Duration = .seconds(1)

        public static let fields: [ConfigurationField<Self>] = [
            .init("description", \.description, "What the checker is for, in words."),
            .init(
                "checkTimeout", \.checkTimeout, "How long a check may take before it counts as failed.",
                check: { $0 > .zero ? nil : "must be more than 0" }),
            .init("interval", \.interval, "How long the result of the checks is used before they run again."),
        ]

        /// Creates the defaults.
        public init() {}
    }

    public static let descriptor = ModuleDescriptor(
        type: "health.checker",
        summary: "Tells load balancers and people whether the application works.",
        details: """
            The module adds three routes to the router, unless the configuration has routes of its own for these paths; \
            it can also be named as the handler of a route whose path ends the same way.

            | Request | Answer |
            |---|---|
            | `GET /healthz` | 200, or 503 when something is unhealthy: `{"status": "healthy"\\|"degraded"\\|"unhealthy", "checks": {"<name>": {"status", "message"?}}}` |
            | `GET /readyz` | 200 `{"status": "ready"}`, or 503 `{"status": "not_ready"}` while the application starts or stops, or when something is unhealthy |
            | `GET /livez` | 200 `{"status": "alive"}` as long as requests are answered at all |

            What is checked: that the state store can be written, that the message brokers can be reached, and whatever \
            other modules report, such as the listeners. The checks run at the same time, at most once per `interval`, \
            and only when somebody asks.
            """,
        provides: [.httpHandler],
        requires: [.init(.httpRouter, optional: true)],
        examples: [
            ModuleDescriptor.Example(
                "Probes for a load balancer",
                yaml: """
                    modules:
                      - name: server
                        type: http.server
                        config:
                          address: 127.0.0.1:8080
                      - name: router
                        type: http.router
                      - name: health
                        type: health.checker
                        config:
                          interval: 2s
                    """)
        ])

    private let context: ModuleContext
    private let monitor: HealthMonitor
    private let responder: HealthResponder
    private let routes: RouteRegistration

    public init(configuration: Configuration, context: ModuleContext) throws {
        self.context = context
        monitor = HealthMonitor(
            interval: configuration.interval, timeout: configuration.checkTimeout, clock: context.clock)
        let responder = HealthResponder(monitor: monitor, generation: context.generation)
        self.responder = responder
        routes = RouteRegistration(
            [
                Self.route("healthz", ClosureHandler { _ in await responder.health() }),
                Self.route("readyz", ClosureHandler { _ in await responder.readiness() }),
                Self.route("livez", FixedResponseHandler(response: HealthResponder.alive)),
            ], origin: context.name)
        try routes.add(to: context.services)
    }

    private static func route(_ name: String, _ handler: any HTTPHandler) -> (path: String, handler: any HTTPHandler) {
        ("/" + name, DescribingHandler(handler) { HealthResponder.operations(name, on: $0) })
    }

    public func validate() throws {
        try routes.add(to: context.generation.services)
    }

    public func activate() async throws {
        let generation = context.generation
        var checks: [(name: String, check: any HealthCheck)] = [
            ("store", ClosureHealthCheck { try await generation.store.checkHealth() })
        ]
        for (name, broker) in generation.brokers {
            checks.append((name, BrokerHealthCheck(broker: broker)))
        }
        monitor.begin(checks + generation.healthChecks)
    }

    public func run() async throws {
        await monitor.run()
    }

    public func shutdown() async {
        monitor.end()
    }

    public func handle(_ request: ServerRequest) async throws -> ServerResponse {
        if request.path.hasSuffix("livez") { return HealthResponder.alive }
        return request.path.hasSuffix("readyz") ? await responder.readiness() : await responder.health()
    }

    public var summaryLines: [SummaryLine] { [SummaryLine("health", "GET /healthz, /readyz, /livez")] }
}

/// A broker that is away makes an application worse, but not unusable: events wait in the store.
private struct BrokerHealthCheck: HealthCheck {
    let broker: any MessageBroker

    func check() async -> HealthStatus {
        do {
            try await broker.checkHealth()
            return HealthStatus(.healthy)
        } catch let error as WorkflowError where error.code == .unavailable {
            return HealthStatus(.degraded, message: error.message)
        } catch {
            return HealthStatus(.unhealthy, message: "\(error)")
        }
    }
}
