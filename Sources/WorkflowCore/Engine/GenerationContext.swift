import Logging
import Synchronization

/// What belongs to one generation: everything built from one configuration.
public final class GenerationContext: Sendable {
    /// Which generation it is, from 1.
    public let number: Int
    /// What the program that runs the engine provides.
    public let environment: EngineEnvironment
    /// The store that keeps the application's state.
    public let store: any StateStore
    /// Runs durable work.
    public let work: WorkDispatcher
    /// Delivers committed events to the brokers.
    public let outbox: OutboxDispatcher
    /// Runs workflows on behalf of triggers.
    public let invoker: WorkflowInvoker
    /// Wraps module operations with metrics, spans and log metadata.
    public let instrumentation: Instrumentation

    /// What the contexts of one generation have in common: the one that the modules are created with which keep the
    /// state, and the one with the store that these provide.
    private final class Common: Sendable {
        struct State {
            var claims: [String: String] = [:]
            var healthChecks: [(name: String, check: any HealthCheck)] = []
            var isReady = false
            var shared: [ObjectIdentifier: any Sendable] = [:]
            var services = ServiceDirectory()
        }

        let state = Mutex(State())
        let brokers = BrokerDirectory()
        let invoker = WorkflowInvoker()
        let traces = Traces()
    }

    private let common: Common

    convenience init(number: Int, environment: EngineEnvironment, store: any StateStore) {
        self.init(number: number, environment: environment, store: store, common: Common())
    }

    /// Creates a context for the same generation with another store.
    convenience init(_ other: GenerationContext, store: any StateStore) {
        self.init(number: other.number, environment: other.environment, store: store, common: other.common)
    }

    private init(number: Int, environment: EngineEnvironment, store: any StateStore, common: Common) {
        self.number = number
        var environment = environment
        environment.traces = common.traces
        self.environment = environment
        self.store = store
        self.common = common
        self.invoker = common.invoker
        self.instrumentation = Instrumentation(environment: environment)
        let brokers = common.brokers
        self.outbox = OutboxDispatcher(
            store: store, clock: environment.clock, random: environment.random, metrics: environment.metrics,
            logger: environment.logger, traces: environment.traces,
            broker: { brokers[$0] })
        self.work = WorkDispatcher(
            store: store, environment: environment, instrumentation: instrumentation)
    }

    /// Forgets every module: modules, handlers and observers hold on to their generation, so that without this none of
    /// them would ever go away. The context is of no use afterwards.
    func dismantle() {
        work.dismantle()
        invoker.dismantle()
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
    private let brokers = Mutex<[(name: String, broker: any MessageBroker)]>([])

    var all: [(name: String, broker: any MessageBroker)] { brokers.withLock { $0 } }

    subscript(name: String) -> (any MessageBroker)? {
        brokers.withLock { brokers in brokers.first { $0.name == name }?.broker }
    }

    func add(_ broker: any MessageBroker, name: String) {
        brokers.withLock { $0.append((name, broker)) }
    }

    func removeAll() {
        let released = brokers.withLock { brokers in
            defer { brokers = [] }
            return brokers
        }
        _ = released
    }
}
