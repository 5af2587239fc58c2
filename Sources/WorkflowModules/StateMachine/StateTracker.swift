import Synchronization
public import WorkflowCore

/// Tells the states of resources: of those that follow a state machine the state of their instance, of others the state
/// that was set.
///
/// The states of instances are read when they are asked for and stand nowhere else, so that both can never differ.
///
/// ```swift
/// let tracker = generation.stateTracker
/// try await tracker.setState("open", of: "tickets", id: "17")
/// for await state in tracker.changes(of: "orders") { print(state.id, state.currentState) }
/// ```
public final class StateTracker: Sendable {
    private struct State {
        var mappings: [(mapping: ResourceMapping, engine: StateMachineEngine)] = []
        var links: [String: [String]] = [:]
        var observed: Set<String> = []
        var nextListener = 0
        var listeners: [Int: (type: String, continuation: AsyncStream<TrackedState>.Continuation)] = [:]
    }

    static let namespace = "state.tracker"

    private let store: any StateStore
    private let clock: any EngineClock
    private let state = Mutex(State())

    init(store: any StateStore, clock: any EngineClock) {
        self.store = store
        self.clock = clock
    }

    /// The mappings in the order of their addition.
    public var mappings: [ResourceMapping] { state.withLock { $0.mappings.map(\.mapping) } }

    /// Lets the resources of a type follow the instances of an engine.
    public func add(_ mapping: ResourceMapping, engine: StateMachineEngine) {
        let isFirst = state.withLock { state in
            state.mappings.append((mapping, engine))
            return state.observed.insert(engine.name).inserted
        }
        guard isFirst else { return }
        // The engine keeps the closure, which must not keep the engine.
        engine.observe { [weak self, name = engine.name] instance in self?.instanceChanged(instance, engine: name) }
    }

    /// Makes known that resources of a type are created with an instance of a definition, as `api.handler` does it.
    func link(_ resourceType: String, to definition: String) {
        state.withLock { state in
            guard state.links[definition, default: []].contains(resourceType) == false else { return }
            state.links[definition, default: []].append(resourceType)
        }
    }

    /// The types of the resources that are created with an instance of a definition.
    func linkedTypes(of definition: String) -> [String] {
        state.withLock { $0.links[definition] ?? [] }
    }

    /// The types of the resources that follow a definition.
    func resourceTypes(of definition: String, engine: String) -> [String] {
        let mapped = mappings.filter { $0.engine == engine && ($0.definition ?? definition) == definition }
        let linked = linkedTypes(of: definition)
        return linked + mapped.map(\.resourceType).filter { !linked.contains($0) }
    }

    /// The state of a resource, or `nil` when nothing is known about it.
    ///
    /// - Throws: ``StoreError``.
    public func state(of resourceType: String, id: String) async throws -> TrackedState? {
        if let instance = try await instance(of: resourceType, id: id) {
            return TrackedState(resourceType: resourceType, id: id, instance: instance)
        }
        let key = "\(resourceType):\(id)"
        return try await store.value(namespace: Self.namespace, key: key, now: clock.now)
            .flatMap { TrackedState(json: $0) }
    }

    /// Sets the state of a resource that does not follow a state machine.
    ///
    /// - Parameters:
    ///   - newState: The state.
    ///   - resourceType: The type of the resource.
    ///   - id: The identifier of the resource.
    ///   - data: What is known about it; replaces what was known before.
    /// - Returns: The state with the one before.
    /// - Throws: ``WorkflowError`` `.conflict` when the resource follows a state machine; ``StoreError``.
    @discardableResult
    public func setState(
        _ newState: String, of resourceType: String, id: String, data: JSONObject = [:]
    ) async throws -> TrackedState {
        guard try await instance(of: resourceType, id: id) == nil else {
            throw WorkflowError(
                .conflict,
                "The state of \"\(resourceType):\(id)\" is that of its state machine; fire a transition instead.")
        }
        let before = try await state(of: resourceType, id: id)
        let tracked = TrackedState(
            resourceType: resourceType, id: id, currentState: newState, previousState: before?.currentState,
            lastUpdate: clock.now, data: data)
        try await store.commit(
            StoreTransaction([
                .setValue(
                    namespace: Self.namespace, key: "\(resourceType):\(id)", value: tracked.json, expiresAt: nil)
            ]))
        notify(tracked)
        return tracked
    }

    /// The states of the resources of a type after each change, beginning with the next one.
    ///
    /// A listener that falls behind by more than 1000 changes loses the oldest ones.
    ///
    /// - Parameter resourceType: The type; `*` for all.
    public func changes(of resourceType: String = "*") -> AsyncStream<TrackedState> {
        let (stream, continuation) = AsyncStream.makeStream(
            of: TrackedState.self, bufferingPolicy: .bufferingNewest(1000))
        let key = state.withLock { state in
            state.nextListener += 1
            state.listeners[state.nextListener] = (resourceType, continuation)
            return state.nextListener
        }
        continuation.onTermination = { [weak self] _ in self?.state.withLock { $0.listeners[key] = nil } }
        return stream
    }

    private func instance(of resourceType: String, id: String) async throws -> StateMachineInstance? {
        let mappings = state.withLock { $0.mappings.filter { $0.mapping.resourceType == resourceType } }
        guard !mappings.isEmpty else { return nil }
        let resource = try await store.resource(type: resourceType, id: id)
        if let instance = resource?.instance { return instance }
        for (mapping, engine) in mappings {
            let key = resource?.resource.data[mapping.instanceIDKey]
            guard let instance = try await store.instance(id: key?.stringValue ?? id) else { continue }
            let definition = mapping.definition ?? instance.workflowType
            if definition == instance.workflowType, engine.definition(definition) != nil { return instance }
        }
        return nil
    }

    private func instanceChanged(_ instance: StateMachineInstance, engine: String) {
        let types = state.withLock { state in
            guard !state.listeners.isEmpty else { return [ResourceMapping]() }
            return state.mappings.map(\.mapping).filter { $0.engine == engine }
        }
        for mapping in types where (mapping.definition ?? instance.workflowType) == instance.workflowType {
            let id = instance.data["id"]?.stringValue ?? instance.id
            notify(TrackedState(resourceType: mapping.resourceType, id: id, instance: instance))
        }
    }

    private func notify(_ tracked: TrackedState) {
        let listeners = state.withLock { state in
            state.listeners.values.filter { $0.type == "*" || $0.type == tracked.resourceType }
        }
        for listener in listeners { listener.continuation.yield(tracked) }
    }
}

extension GenerationContext {
    /// The tracker of the generation. There is always one; the module types `state.tracker` and `state.connector` only
    /// give it a name.
    public var stateTracker: StateTracker {
        shared(StateTracker.self) { StateTracker(store: store, clock: environment.clock) }
    }
}
