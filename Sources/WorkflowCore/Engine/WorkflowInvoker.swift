import Synchronization

/// Runs a workflow when a trigger asks for it.
public protocol WorkflowHandler: Sendable {
    /// Runs an action.
    ///
    /// - Returns: What the action led to, as JSON.
    /// - Throws: ``WorkflowError``.
    func execute(_ call: WorkflowCall) async throws -> JSONValue
}

/// What a trigger asks of a workflow.
public struct WorkflowCall: Sendable, Hashable {
    /// What a workflow is called by.
    public enum Trigger: String, Sendable {
        /// A request.
        case http
        /// A message.
        case event
        /// The time.
        case schedule
        /// A component or another module.
        case component
        /// The program that runs the engine.
        case program
    }

    /// Where an earlier run is taken up again.
    public struct Resumption: Sendable, Hashable {
        /// The step that is run first.
        public var step: String
        /// The results of the steps before it, by their names.
        public var results: JSONObject

        /// Creates the place.
        public init(step: String, results: JSONObject) {
            self.step = step
            self.results = results
        }
    }

    /// The workflow kind, such as `messaging`, or the name of a definition.
    public var workflow: String
    /// What to do, such as the name of a transition.
    public var action: String
    /// The data.
    public var data: JSONObject
    /// The user on whose behalf it is done, who may only reach what they may see; `nil` for the application itself.
    public var principal: String?
    /// Whether the identifier in the data names something that the caller takes to be there, as the path of a request
    /// does, so that nothing new may begin under it when `api.handler` keeps such things.
    public var namesExisting: Bool
    /// A key under which state machines make the call once, however often it comes within an hour; `nil` for none.
    public var idempotencyKey: String?
    /// What calls.
    public var trigger: Trigger
    /// Where an earlier run is taken up again, which integrations can; `nil` for a run from the beginning.
    public var resumption: Resumption?

    /// Creates a call.
    public init(
        workflow: String, action: String, data: JSONObject, principal: String? = nil, namesExisting: Bool = false,
        idempotencyKey: String? = nil, trigger: Trigger = .program
    ) {
        self.workflow = workflow
        self.action = action
        self.data = data
        self.principal = principal
        self.namesExisting = namesExisting
        self.idempotencyKey = idempotencyKey
        self.trigger = trigger
    }
}

/// Finds the workflow that a trigger names and runs it, with metrics and lifecycle events.
public final class WorkflowInvoker: Sendable {
    private struct State {
        var handlers: [String: any WorkflowHandler] = [:]
        var observer: (@Sendable (LifecycleEvent) -> Void)?
        var environment: EngineEnvironment?
    }

    private let state = Mutex(State())

    init() {}

    func connect(_ environment: EngineEnvironment, observer: @escaping @Sendable (LifecycleEvent) -> Void) {
        state.withLock { state in
            state.environment = environment
            state.observer = observer
        }
    }

    /// Forgets every handler and the observer.
    func dismantle() {
        let released = state.withLock { state in
            defer { state = State() }
            return state
        }
        _ = released
    }

    /// Makes a handler known under a workflow kind or the name of a definition.
    ///
    /// - Throws: ``WorkflowError`` `.conflict` when the name is taken.
    public func add(_ handler: any WorkflowHandler, name: String) throws {
        try state.withLock { state in
            guard state.handlers.updateValue(handler, forKey: name) == nil else {
                throw WorkflowError(.conflict, "The workflow \"\(name)\" is defined twice.")
            }
        }
    }

    /// The names that triggers may use.
    public var names: [String] {
        state.withLock { $0.handlers.keys.sorted() }
    }

    /// The handler that a trigger names.
    public func handler(_ name: String) -> (any WorkflowHandler)? {
        state.withLock { $0.handlers[name] }
    }

    /// Runs a workflow.
    ///
    /// - Parameters:
    ///   - call: What is asked of it.
    ///   - scope: What the run is known by to those who look on; `nil` for a new one.
    /// - Throws: ``WorkflowError`` `.notFound` for an unknown workflow, or what the workflow throws.
    public func invoke(_ call: WorkflowCall, as scope: ExecutionScope? = nil) async throws -> JSONValue {
        let (handler, observer, environment) = state.withLock {
            ($0.handlers[call.workflow], $0.observer, $0.environment)
        }
        guard let handler, let environment else {
            let hint = Suggestion.text(for: call.workflow, among: names, what: "workflows")
            throw WorkflowError(
                .notFound, Suggestion.sentence("There is no workflow \"\(call.workflow)\"", hint))
        }
        let started = environment.clock.now
        observer?(LifecycleEvent(.started, call, timestamp: started))
        do {
            let result = try await environment.traces.watched(call, as: scope, in: environment) {
                try await handler.execute(call)
            }
            finish(call, .completed, since: started, environment, observer, result: result)
            return result
        } catch {
            finish(call, .failed, since: started, environment, observer, error: "\(error)")
            throw error
        }
    }

    /// Tells of a step of a workflow that runs.
    public func report(_ event: LifecycleEvent) {
        state.withLock { $0.observer }?(event)
    }

    private func finish(
        _ call: WorkflowCall, _ phase: LifecycleEvent.Phase, since started: Timestamp, _ environment: EngineEnvironment,
        _ observer: (@Sendable (LifecycleEvent) -> Void)?, result: JSONValue? = nil, error: String? = nil
    ) {
        let now = environment.clock.now
        let duration = started.duration(to: now)
        let status = phase == .completed ? "success" : "error"
        environment.metrics.workflowExecutions.with(call.workflow, call.action, status).increment()
        environment.metrics.workflowDuration.with(call.workflow, call.action).record(duration)
        var event = LifecycleEvent(phase, call, timestamp: now)
        event.duration = duration
        event.results = result
        event.error = error
        observer?(event)
    }
}
