import WorkflowCore

/// Which module types deployed workflows may use.
///
/// A list of what is allowed, so that a type that is added to the engine is not open to everybody by that: what opens
/// files or sockets of the machine by itself is left out. Requests to other hosts go through the outbound policy.
public struct TenantModules: Sendable {
    /// The types that are allowed.
    public var allowed: Set<String>
    /// Why types are not, and what to use instead; for types without an entry there is a general reason.
    public var reasons: [String: String]

    /// Creates a list.
    ///
    /// - Parameters:
    ///   - allowed: The types that are allowed.
    ///   - reasons: Why others are not, and what to use instead.
    public init(allowed: Set<String> = Self.standard, reasons: [String: String] = Self.standardReasons) {
        self.allowed = allowed
        self.reasons = reasons
    }

    /// Types that keep to the engine, to the files of the deployment, to the store of the workflow, and to the outbound
    /// policy.
    public static let standard: Set<String> = [
        "api.handler", "auth.jwt", "cache.modular", "chimux.router", "conditional.expression", "conditional.ifelse",
        "conditional.switch", "data.transformer", "dynamic.component", "event.processor", "eventbus.modular",
        "eventlogger.modular", "health.checker", "http.handler", "http.middleware.auth", "http.middleware.cors",
        "http.middleware.logging", "http.middleware.ratelimit", "http.middleware.requestid",
        "http.middleware.securityheaders", "http.proxy", "http.router", "http.server", "httpclient.modular",
        "httpserver.modular", "integration.registry", "jsonschema.modular", "messaging.broker", "messaging.handler",
        "metrics.collector", "notification.slack", "processing.step", "scheduler.cron", "scheduler.modular",
        "state.connector", "state.tracker", "statemachine.engine", "static.fileserver", "storage.s3",
        "webhook.sender",
    ]

    /// Why the other types of the engine are not allowed.
    public static let standardReasons: [String: String] = [
        "cache.redis": "use cache.modular",
        "database.workflow": "the platform keeps the state; use api.handler or statemachine.engine for data",
        "messaging.kafka": "use messaging.broker",
        "messaging.nats": "use messaging.broker",
        "messaging.redis": "use messaging.broker",
        "observability.otel": "its spans would tell about the machine of the platform",
        "persistence.store": "remove it: the platform keeps the state of every workflow",
        "redis.connection": "deployed workflows open no connections of their own",
    ]

    /// A copy of a registry without what is not allowed.
    ///
    /// - Parameter hasFiles: Whether workflows have files of their own.
    func narrowing(_ registry: ModuleRegistry, hasFiles: Bool) -> ModuleRegistry {
        var narrowed = registry.refusing { descriptor in
            guard !allowed.contains(descriptor.type) else { return nil }
            return reasons[descriptor.type] ?? "ask the operator of the platform to allow it"
        }
        narrowed.fileAccess = hasFiles ? .besideConfiguration : .nowhere
        return narrowed
    }
}
