import Synchronization
import Tracing

/// What belongs to one generation: everything built from one configuration.
///
/// A module that is carried over into later generations keeps its context, which shows the generation that is active.
public final class GenerationContext: Sendable {
    /// What the program that runs the engine provides.
    public let environment: EngineEnvironment
    /// The store that keeps the application's state.
    public var store: any StateStore { runtime.store }
    /// Runs durable work.
    public var work: WorkDispatcher { runtime.work }
    /// Delivers committed events to the brokers.
    public var outbox: OutboxDispatcher { runtime.outbox }
    /// Wraps module operations with metrics, spans and log metadata.
    public let instrumentation: Instrumentation
    let runtime: StoreRuntime

    /// What the contexts of one generation have in common.
    final class Common: Sendable {
        struct State {
            var claims: [String: String] = [:]
            var healthChecks: [(name: String, check: any HealthCheck)] = []
            var isReady = false
            var shared: [ObjectIdentifier: any Sendable] = [:]
            var services = ServiceDirectory()
            var tracer: (any Tracer)?
            var carriedOver: Set<String> = []
        }

        let number: Int
        let state = Mutex(State())
        let brokers: BrokerDirectory
        let invoker = WorkflowInvoker()
        let handlers = WorkHandlers()
        let outcomes = RequestOutcomes()

        init(number: Int, tap: (any MessageBroker)?) {
            self.number = number
            brokers = BrokerDirectory(tap: tap)
        }
    }

    private let slot: Mutex<Common>
    private var common: Common { slot.withLock { $0 } }

    /// Creates a context of a generation on its own, whose handlers run the work of the store.
    convenience init(number: Int, environment: EngineEnvironment, store: any StateStore) {
        let runtime = StoreRuntime(store: store, environment: environment)
        self.init(Common(number: number, tap: environment.eventTap), runtime: runtime, environment: environment)
        runtime.use(handlers, common.brokers)
    }

    /// Creates a context of a generation on a store that runs already.
    convenience init(number: Int, environment: EngineEnvironment, runtime: StoreRuntime) {
        self.init(Common(number: number, tap: environment.eventTap), runtime: runtime, environment: environment)
    }

    /// Creates a context for the same generation with another store.
    convenience init(_ other: GenerationContext, runtime: StoreRuntime) {
        self.init(other.common, runtime: runtime, environment: other.environment)
    }

    /// Creates a context for a module that may be carried over into later generations.
    convenience init(forModuleOf other: GenerationContext) {
        self.init(other.common, runtime: other.runtime, environment: other.environment)
    }

    private init(_ common: Common, runtime: StoreRuntime, environment: EngineEnvironment) {
        slot = Mutex(common)
        self.runtime = runtime
        self.environment = environment
        self.instrumentation = Instrumentation(environment: environment)
    }

    /// Which generation it is, from 1.
    public var number: Int { common.number }

    /// Runs workflows on behalf of triggers.
    public var invoker: WorkflowInvoker { common.invoker }

    /// The engines and handlers of durable work.
    public var handlers: WorkHandlers { common.handlers }

    /// What became of its requests.
    public var outcomes: RequestOutcomes { common.outcomes }

    /// Shows another generation from now on.
    func follow(_ other: GenerationContext) {
        let common = other.common
        let before = slot.withLock { slot in
            defer { slot = common }
            return slot
        }
        _ = before
    }

    /// Makes this generation the one that work, events and spans go to.
    func takeOver() {
        let common = common
        environment.traces.install(Traces.joined(common.state.withLock { $0.tracer }, environment.tracer))
        runtime.use(common.handlers, common.brokers)
    }

    /// Counts the instances that are open already, of the definitions that another generation does not know.
    ///
    /// - Throws: ``StoreError``.
    func countOpenInstances(knownTo other: GenerationContext?) async throws {
        let known = Set(other?.handlers.engines.values.flatMap(\.definitionNames) ?? [])
        let engines = handlers.engines.values.filter { !known.isSuperset(of: $0.definitionNames) }
        guard !engines.isEmpty else { return }
        let counts = try await store.openInstanceCounts()
        for engine in engines {
            for name in engine.definitionNames where !known.contains(name) {
                try engine.machine(name).setActive(counts[name] ?? 0)
            }
        }
    }

    /// Makes the spans while the generation is active; the last one to be set wins.
    func use(_ tracer: any Tracer) {
        common.state.withLock { $0.tracer = tracer }
    }

    /// The modules that go on in the generation after this one.
    public internal(set) var carriedOver: Set<String> {
        get { common.state.withLock { $0.carriedOver } }
        set { common.state.withLock { $0.carriedOver = newValue } }
    }

    /// Forgets every module: modules, handlers and observers hold on to their generation, so that without this none of
    /// them would ever go away. The context is of no use afterwards.
    func dismantle() {
        let common = common
        common.invoker.dismantle()
        common.handlers.dismantle()
        common.brokers.removeAll()
        let released = common.state.withLock { state in
            defer { state = Common.State() }
            return state
        }
        _ = released
    }

    /// Whether every module is active.
    public internal(set) var isReady: Bool {
        get { common.state.withLock { $0.isReady } }
        set { common.state.withLock { $0.isReady = newValue } }
    }

    /// The modules of the generation: while they are created, those created so far; from ``WorkflowModule/validate()`` on,
    /// all of them.
    public internal(set) var services: ServiceDirectory {
        get { common.state.withLock { $0.services } }
        set { common.state.withLock { $0.services = newValue } }
    }

    /// Takes something that only one module may have, such as a listening address.
    ///
    /// - Parameters:
    ///   - key: What is taken.
    ///   - owner: The module that takes it.
    /// - Returns: The module that has it already, or `nil` when it was free.
    public func claim(_ key: String, owner: String) -> String? {
        common.state.withLock { state in
            if let other = state.claims[key] { return other }
            state.claims[key] = owner
            return nil
        }
    }

    /// Returns what the modules of one family share within this generation; the first to ask makes it.
    ///
    /// - Parameters:
    ///   - type: What is shared; each type has one value.
    ///   - make: Makes the value; cheap and without effects, since it runs under a lock.
    public func shared<Value: Sendable>(_ type: Value.Type, make: () -> Value) -> Value {
        common.state.withLock { state in
            if let value = state.shared[ObjectIdentifier(type)] as? Value { return value }
            let value = make()
            state.shared[ObjectIdentifier(type)] = value
            return value
        }
    }

    /// The brokers by module name, in the order of creation.
    public var brokers: [(name: String, broker: any MessageBroker)] { common.brokers.all }

    /// The name under which events for ``EngineEnvironment/eventTap`` are in the outbox; no module can have it.
    public static let tapName = "*"

    /// Who may want to hear of an event: the brokers, and whoever listens to the whole application. Each gets events of
    /// its own through the outbox.
    public var audience: [(name: String, broker: any MessageBroker)] { common.brokers.audience }

    func addBroker(_ broker: any MessageBroker, name: String) {
        common.brokers.add(broker, name: name)
    }

    /// Adds something that tells whether it works.
    public func addHealthCheck(_ name: String, _ check: any HealthCheck) {
        common.state.withLock { $0.healthChecks.append((name, check)) }
    }

    /// What tells whether it works, in the order of addition.
    public var healthChecks: [(name: String, check: any HealthCheck)] {
        common.state.withLock { $0.healthChecks }
    }
}

/// The brokers of a generation.
final class BrokerDirectory: Sendable {
    typealias Entry = (name: String, broker: any MessageBroker)

    private struct State {
        var all: [Entry] = []
        /// All, and whoever listens to the whole application.
        var audience: [Entry]
    }

    private let state: Mutex<State>

    init(tap: (any MessageBroker)? = nil) {
        state = Mutex(State(audience: tap.map { [(GenerationContext.tapName, $0)] } ?? []))
    }

    var all: [Entry] { state.withLock { $0.all } }
    var audience: [Entry] { state.withLock { $0.audience } }

    subscript(name: String) -> (any MessageBroker)? {
        state.withLock { state in state.audience.first { $0.name == name }?.broker }
    }

    func add(_ broker: any MessageBroker, name: String) {
        state.withLock { state in
            state.all.append((name, broker))
            state.audience.append((name, broker))
        }
    }

    func removeAll() {
        let released = state.withLock { state in
            defer { state = State(audience: []) }
            return state
        }
        _ = released
    }
}
