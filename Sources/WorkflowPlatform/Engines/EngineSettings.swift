public import Logging
public import Tracing
public import WorkflowCore

/// What all engines of an ``EngineManager`` have in common.
public struct EngineSettings: Sendable {
    /// The time.
    public var clock: any EngineClock = SystemClock()
    /// Where identifiers come from; `nil` for UUID version 7.
    public var identifiers: (any IdentifierGenerator)?
    /// A number from 0 up to 1, for jitter.
    public var random: @Sendable () -> Double = { Double.random(in: 0..<1) }
    /// The logger that the loggers of workflows are made from.
    public var logger = Logger(label: "workflow")
    /// Makes spans, unless a workflow has its own tracer; `nil` for none.
    public var tracer: (any Tracer)?
    /// The module types that workflows may use.
    public var modules = TenantModules()
    /// Where requests to other hosts may go.
    public var outboundPolicy = OutboundPolicy(reach: .public)
    /// How long a stop may take before what is still running is cut off.
    public var drainDeadline: Duration = .seconds(30)
    /// When a new version counts as good.
    public var reloadPolicy = ReloadPolicy()
    /// How long to wait before a workflow is started again because something failed.
    public var restartBackoff = Backoff(base: .seconds(2), limit: .seconds(60))
    /// How long a version must have run so that a failure of it is one of its own: before that, the version before
    /// takes its place.
    public var probation: Duration = .seconds(60)
    /// How many workflows ``EngineManager/restore(_:)`` starts at a time.
    public var concurrentStarts = 4

    /// Hears of the events of all workflows.
    public let eventTaps = EventTaps()

    /// Creates the default settings.
    public init() {}

    /// The environment of a workflow's engine, which shares nothing with those of others.
    func environment(
        logger: Logger, store: any StateStore, scripts: (any ScriptRuntime)?, limits: DeploymentLimits
    ) -> EngineEnvironment {
        var environment = EngineEnvironment(
            clock: clock, identifiers: identifiers, logger: logger,
            metrics: EngineMetrics(registry: MetricsRegistry()), defaultStore: store,
            scriptRuntime: scripts.map { LimitedScriptRuntime(base: $0, limits: limits) }, tracer: tracer)
        environment.random = random
        environment.outboundPolicy = outboundPolicy
        environment.drainDeadline = drainDeadline
        environment.reloadPolicy = reloadPolicy
        environment.workConcurrency = limits.concurrentWork
        return environment
    }
}
