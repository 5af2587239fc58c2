import Foundation
import HTTPTypes
import Logging
import Synchronization
public import WorkflowCore

/// A REST API over the resources of one type, with their state machines.
///
/// ```yaml
/// modules:
///   - name: orders-api
///     type: api.handler
///     config:
///       resourceName: orders
///       workflowType: order-processing
/// ```
public final class ResourceHandler: CarriedModule, TransitionTriggeringHandler {
    let configuration: Configuration
    let context: ModuleContext
    let renderer: ResourceRenderer
    let pages = ResourcePageCache()
    let rendered = RenderedResources()
    let streams = ResourceStreams()
    private let counterparts = Mutex<ResourceCounterparts?>(nil)
    private let seeds = Mutex<[Resource]?>(nil)
    private let sharedChanges = AtomicLazyReference<ResourceChanges>()
    private let ownChanges = ResourceChanges()

    public init(configuration: Configuration, context: ModuleContext) throws {
        self.configuration = configuration
        self.context = context
        renderer = ResourceRenderer(hoisted: configuration.hoist)
    }

    public func join(_ generation: GenerationContext) throws {
        if !configuration.workflowType.isEmpty {
            generation.stateTracker.link(configuration.resourceName, to: configuration.workflowType)
        }
        guard !configuration.workflowEngine.isEmpty else { return }
        _ = try generation.services.require(
            StateMachineEngine.self, kind: .stateMachineEngine, named: configuration.workflowEngine)
    }

    public func check(_ generation: GenerationContext) throws {
        try checkWorkflow(ResourceCounterparts(configuration, generation), generation)
    }

    /// The engines that run the state machines of the resources.
    var engines: [StateMachineEngine] { currentCounterparts.engines }

    /// The transitions that processing steps fire.
    var outcomes: Set<String> { currentCounterparts.outcomes }

    private var currentCounterparts: ResourceCounterparts {
        let generation = context.generation
        let number = generation.number
        if let known = counterparts.withLock({ $0 }), known.generation == number { return known }
        let found = ResourceCounterparts(configuration, generation)
        counterparts.withLock { $0 = found }
        return found
    }

    /// Who wants to know of changes; shared with all handlers of the same resources.
    var changes: ResourceChanges { sharedChanges.load() ?? ownChanges }

    private var changesKey: String { "resource changes \(configuration.resourceName)" }

    public func validate() throws {
        try check(context.generation)
        guard let path = configuration.seedFile else { return }
        guard FileManager.default.isReadableFile(atPath: path.resolved) else {
            throw context.error(
                "the seed file \(path.written) cannot be read",
                suggestion: "seedFile is relative to the folder of the configuration file: \(path.resolved)")
        }
        let engines = ResourceCounterparts(configuration, context.generation).engines
        let loaded = try ResourceSeed.load(
            path.resolved, type: configuration.resourceName, now: context.clock.now,
            definition: engines.lazy.compactMap { $0.definition(self.configuration.workflowType) }.first)
        seeds.withLock { $0 = loaded }
    }

    public func prepare() async throws {
        let shared = try context.environment.resources.acquire(changesKey, make: { ResourceChanges() }, close: { _ in })
        _ = sharedChanges.storeIfNil(shared)
        let loaded = seeds.withLock { seeds in
            defer { seeds = nil }
            return seeds
        }
        if let loaded, !loaded.isEmpty { try await plant(loaded) }
    }

    public func quiesce() async { streams.end() }

    public func shutdown() async {
        streams.end()
        if sharedChanges.load() != nil { await context.environment.resources.release(changesKey) }
    }

    public func handle(_ request: ServerRequest) async throws -> ServerResponse {
        try await answer(request, firing: nil)
    }

    public func handle(
        _ request: ServerRequest, firing transition: TriggeredTransition
    ) async throws -> ServerResponse {
        try await answer(request, firing: transition)
    }

    private func answer(_ request: ServerRequest, firing trigger: TriggeredTransition?) async throws -> ServerResponse {
        do {
            return try await route(request, firing: trigger)
        } catch let error as ErrorAnswer {
            return error.response
        } catch let error as StoreError {
            context.environment.storeOutage.failed(error, "Resources cannot be stored")
            return ErrorAnswer(error).response
        }
    }

    private func route(_ request: ServerRequest, firing trigger: TriggeredTransition?) async throws -> ServerResponse {
        guard let id = request.parameters["id"] else {
            switch request.method {
            case .get, .head: return try await list(request)
            case .post: return try await create(request, id: nil, firing: trigger)
            default: throw Self.notAllowed("GET, HEAD, POST")
            }
        }
        if Self.isTransition(request) {
            guard request.method == .put || request.method == .post else { throw Self.notAllowed("POST, PUT") }
            return try await makeTransition(request, id: id)
        }
        switch request.method {
        case .get, .head: return try await show(request, id: id)
        case .post: return try await create(request, id: id, firing: trigger)
        case .put: return try await replace(request, id: id, firing: trigger)
        case .delete: return try await delete(request, id: id)
        default: throw Self.notAllowed("DELETE, GET, HEAD, POST, PUT")
        }
    }

    /// Whether the path goes on with `/transition` after the identifier.
    private static func isTransition(_ request: ServerRequest) -> Bool {
        let pattern = request.routePattern
        if !pattern.isEmpty, pattern.hasSuffix("}") || pattern.hasSuffix(":id") { return false }
        guard request.path.hasSuffix("/transition") else { return false }
        // An item may have the name `transition`; then the parameter is the last segment.
        return pattern.hasSuffix("/transition") || request.parameters["id"] != "transition"
            || request.path.hasSuffix("/transition/transition")
    }

    private static func notAllowed(_ methods: String) -> ErrorAnswer {
        ErrorAnswer(.methodNotAllowed, "Method not allowed or invalid path", headers: [.allow: methods])
    }

    private func checkWorkflow(_ counterparts: ResourceCounterparts, _ generation: GenerationContext) throws {
        let type = configuration.workflowType
        guard !type.isEmpty else { return }
        guard let definition = counterparts.engines.lazy.compactMap({ $0.definition(type) }).first else {
            // What is wrong with a definition that the engine did not take has been told.
            guard generation.invoker.handler(type) == nil else { return }
            let hint = Suggestion.text(
                for: type, among: counterparts.engines.flatMap(\.definitionNames), what: "definitions")
            throw context.error(
                "workflowType names the unknown state machine \"\(type)\"",
                suggestion: hint ?? "define it in workflows.statemachine", absent: .workflow)
        }
        for name in configuration.transitions ?? [] where definition.transitions[name.value] == nil {
            let hint = Suggestion.text(
                for: name.value, among: definition.transitions.keys.sorted(), what: "transitions")
            throw ConfigurationError([
                name.issue("the state machine \"\(type)\" has no transition \"\(name.value)\"", suggestion: hint)
            ])
        }
        let transition = configuration.initialTransition
        guard !transition.isEmpty else { return }
        guard definition.transitions[transition]?.fromState == definition.initialState else {
            let names = definition.transitions(from: definition.initialState)
            let hint = Suggestion.text(for: transition, among: names, what: "transitions of the initial state")
            throw context.error(
                "initialTransition \"\(transition)\" does not leave the initial state \"\(definition.initialState)\"",
                suggestion: hint)
        }
    }

    /// The engine that has a definition.
    func engine(for type: String) -> StateMachineEngine? {
        engines.first { $0.definition(type) != nil }
    }
}
