public import Logging
public import Tracing

/// What the program that runs an engine provides: time, identifiers, logs, metrics and the parts that need a driver.
public struct EngineEnvironment: Sendable {
    /// The time.
    public var clock: any EngineClock
    /// Where identifiers come from.
    public var identifiers: any IdentifierGenerator
    /// The logger that the loggers of modules are made from.
    public var logger: Logger
    /// The metrics.
    public var metrics: EngineMetrics
    /// What outlives a generation: listeners, pools, connections.
    public var resources: SharedResourcePool
    /// Keeps state when the configuration has no module for it.
    public var defaultStore: any StateStore
    /// Runs scripted components; `nil` when the program has no script engine.
    public var scriptRuntime: (any ScriptRuntime)?
    /// Looks after components that are changed, and added, while the application runs; `nil` when the program has none.
    public var components: (any ComponentManaging)?
    /// Who makes brokers that need a driver, by the word for it in the configuration.
    public var brokerProviders: [String: any BrokerProvider.Type] = [:]
    /// Makes listeners for modules that answer on a port of their own; `nil` when the program has none.
    public var httpListeners: (any HTTPListenerFactory)?
    /// Hears of the events of the application beside its brokers; `nil` for nobody. See ``GenerationContext/audience``.
    public var eventTap: (any MessageBroker)?
    /// Answers the requests of modules and components to other hosts; `nil` for the network.
    public var outboundHTTP: (any OutboundHTTPAnswering)?
    /// Tells when the state store is out of order.
    public let storeOutage: OutageLog
    /// Where requests to other hosts may go.
    public var outboundPolicy = OutboundPolicy()
    /// The kinds of databases that modules can open.
    public var databaseDrivers: [any DatabaseDriver] = []
    /// A number from 0 up to 1, for jitter.
    public var random: @Sendable () -> Double
    /// Makes spans, beside a tracer that a module provides; `nil` for none.
    public var tracer: (any Tracer)?
    /// Makes spans with the tracer that a module of the active generation provides, and with ``tracer``.
    public internal(set) var traces = Traces()
    /// How long a stop may take before what is still running is cut off.
    public var drainDeadline: Duration = .seconds(30)
    /// How long a stop goes on serving after it has said that it is not ready, so that load balancers notice.
    public var drainDelay: Duration = .zero
    /// How long to wait for another process to give the state back when a store is opened.
    public var statePatience: Duration = .zero
    /// How processes that share the state look after each other.
    public var clusterPolicy = ClusterPolicy()
    /// What other processes that share the state see of this one, such as host and version.
    public var nodeDescription: JSONObject = [:]
    /// When a reloaded configuration counts as good.
    public var reloadPolicy = ReloadPolicy()
    /// How much durable work may be done at once; more waits.
    public var workConcurrency = 512
    /// Hears of modules whose own ongoing work has failed: their names, and the errors; must not block.
    public var onModuleFailure: (@Sendable (_ module: String, _ error: any Error) -> Void)?
    /// Where durable work and the delivery of events run; `nil` for the threads that all tasks share.
    var taskExecutor: (any TaskExecutor)?

    /// Creates an environment.
    ///
    /// - Parameters:
    ///   - clock: The time.
    ///   - identifiers: Where identifiers come from; by default UUID version 7.
    ///   - logger: The logger that the loggers of modules are made from.
    ///   - metrics: The metrics.
    ///   - defaultStore: Keeps state when the configuration has no module for it.
    ///   - scriptRuntime: Runs scripted components.
    ///   - tracer: Makes spans, beside a tracer that a module provides.
    public init(
        clock: any EngineClock = SystemClock(), identifiers: (any IdentifierGenerator)? = nil,
        logger: Logger = Logger(label: "workflow"), metrics: EngineMetrics = EngineMetrics(registry: MetricsRegistry()),
        defaultStore: (any StateStore)? = nil, scriptRuntime: (any ScriptRuntime)? = nil,
        tracer: (any Tracer)? = nil
    ) {
        self.clock = clock
        self.identifiers = identifiers ?? UUIDv7Generator(clock: clock)
        self.logger = logger
        self.metrics = metrics
        self.resources = SharedResourcePool()
        self.storeOutage = OutageLog(of: "state store", clock: clock, logger: logger)
        self.defaultStore = defaultStore ?? InMemoryStateStore()
        self.scriptRuntime = scriptRuntime
        self.tracer = tracer
        self.random = { Double.random(in: 0..<1) }
    }
}
