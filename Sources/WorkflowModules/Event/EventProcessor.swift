import Logging
import Synchronization
public import WorkflowCore

/// Looks for the patterns of the section `event` among events, and runs their handlers.
///
/// What ``EventPatternEngine`` remembers is in the state store before ``process(_:attempt:)`` returns, so that a broker
/// may forget a message then. Events of the same key are processed one after the other, each with the handlers of all
/// patterns that it completes; others at the same time.
public final class EventProcessor: Sendable {
    struct State {
        var engine: EventPatternEngine
        var inbox = EventInbox()
        var handlers: [String: [EventMatchHandler]] = [:]
        /// How many events were lost since the last clean-up because there was no room.
        var dropped = 0
    }

    /// What became of an event.
    public struct Outcome: Sendable, Hashable {
        /// Whether some pattern has taken it in; otherwise it came too late, or was known already.
        public let isAccepted: Bool
        /// The patterns that it completed, in their order.
        public let matches: [String]
    }

    /// The name of the module.
    public let name: String
    /// How much is remembered.
    public let limits: EventPatternEngine.Limits
    let generation: GenerationContext
    private let logger: Logger
    private let gate = KeyedGate()
    private let ownership = Mutex<(shared: EventOwnership, number: Int)?>(nil)
    let state: Mutex<State>

    init(name: String, limits: EventPatternEngine.Limits, generation: GenerationContext, logger: Logger) {
        self.name = name
        self.limits = limits
        self.generation = generation
        self.logger = logger
        state = Mutex(State(engine: EventPatternEngine(patterns: [], limits: limits)))
    }

    /// The types of events that some pattern takes.
    var eventTypes: Set<String> { state.withLock { $0.engine.eventTypes } }

    /// All that is remembered, key by key.
    public var buffered: [BufferedEvent] { state.withLock { $0.engine.buffered } }

    /// Sets the patterns; nothing is remembered then.
    func use(_ patterns: [EventPattern]) {
        state.withLock { $0.engine = EventPatternEngine(patterns: patterns, limits: limits) }
    }

    /// Sets who is run when a pattern occurs, by the name of the pattern.
    func use(_ handlers: [String: [EventMatchHandler]]) {
        state.withLock { $0.handlers = handlers }
    }

    /// Takes an event in, and runs the handlers of the patterns that it completes.
    ///
    /// - Parameters:
    ///   - event: The event.
    ///   - attempt: How often it has come in, for handlers.
    /// - Throws: ``WorkflowError``, ``StoreError``, or what a handler throws. The event has not been taken in then and may
    ///   come again; handlers that have run will run again, for a match of the same identifier.
    @discardableResult
    public func process(_ event: PatternEvent, attempt: Int = 1) async throws -> Outcome {
        let (ownership, number) = try sharedOwnership()
        try await ownership.begin(by: number) { try await restore() }
        defer { ownership.end() }
        return try await gate.run(event.key) {
            let now = generation.environment.clock.now
            let name = EventInbox.name(of: event)
            guard !state.withLock({ $0.inbox.contains(name) }) else { return Outcome(isAccepted: false, matches: []) }
            let (plan, handlers) = try state.withLock { (try $0.engine.plan(event, now: now), $0.handlers) }
            for failure in plan.failures {
                logger.warning(
                    "The condition of an event pattern has no value",
                    metadata: ["pattern": "\(failure.patternID)", "error": "\(failure.error)"])
            }
            for match in plan.matches {
                for handler in handlers[match.patternID] ?? [] { try await handler.handle(match, attempt: attempt) }
            }
            guard plan.isAccepted else { return Outcome(isAccepted: false, matches: []) }
            try await commit(plan, taking: name, at: now)
            let (evicted, names) = state.withLock { state in
                let evicted = state.engine.apply(plan)
                state.dropped += plan.dropped + evicted.count { !$0.isUsed }
                return (evicted, state.inbox.insert(name, at: now))
            }
            try await remove(evicted.map(\.name), from: namespace)
            try await remove(names, from: inboxNamespace)
            return Outcome(isAccepted: plan.isAccepted, matches: plan.matches.map(\.patternID))
        }
    }

    /// Brings back what was remembered before the last stop, unless a processor of an earlier configuration goes on.
    ///
    /// - Throws: ``StoreError``.
    func prepare() async throws {
        let (ownership, number) = try sharedOwnership()
        guard ownership.isFree else { return }
        try await ownership.begin(by: number) { try await restore() }
        ownership.end()
    }

    /// Gives back what it shares with processors of other generations.
    func shutdown() async {
        let wasOpen = ownership.withLock { ownership in
            defer { ownership = nil }
            return ownership != nil
        }
        if wasOpen { await generation.environment.resources.release(resource) }
    }

    private var resource: String { "event processor \(name)" }

    private func sharedOwnership() throws -> (shared: EventOwnership, number: Int) {
        try ownership.withLock { ownership in
            if let ownership { return ownership }
            let shared = try generation.environment.resources.acquire(
                resource, make: { EventOwnership() }, close: { _ in })
            let own = (shared, shared.register())
            ownership = own
            return own
        }
    }

    private func restore() async throws {
        state.withLock { $0.engine = EventPatternEngine(patterns: $0.engine.patterns, limits: limits) }
        let now = generation.environment.clock.now
        let values = try await generation.store.values(namespace: namespace, prefix: "", limit: .max, now: now)
        let entries = values.map { ($0.key, BufferedEvent(json: $0.value)) }
        let useless = state.withLock { $0.engine.restore(entries.compactMap(\.1)) }
        try await remove(entries.filter { $0.1 == nil }.map(\.0) + useless.map(\.name), from: namespace)
        try await restoreInbox(now: now)
    }

    /// Frees the memory of what lies too far back; the store does the same by itself.
    func cleanUp() {
        let now = generation.environment.clock.now
        let dropped = state.withLock { state in
            state.engine.forget(now: now)
            state.inbox.forget(now: now)
            defer { state.dropped = 0 }
            return state.dropped
        }
        guard dropped > 0 else { return }
        logger.warning(
            "Events that patterns could have needed were dropped; raise bufferSize, maxKeys or maxMemory",
            metadata: ["events": "\(dropped)"])
    }

    private var namespace: String { "event.processor:\(name)" }

    private func commit(_ plan: EventPlan, taking name: String, at now: Timestamp) async throws {
        let retention = Dictionary(
            state.withLock { $0.engine.patterns }.map { ($0.id, $0.retention) }, uniquingKeysWith: { $1 })
        var transaction = StoreTransaction()
        for entry in plan.removed { transaction.append(.removeValue(namespace: namespace, key: entry.name)) }
        for entry in plan.changed {
            let expiry = entry.receivedAt.advanced(by: retention[entry.patternID] ?? .zero)
            transaction.append(
                .setValue(namespace: namespace, key: entry.name, value: entry.json, expiresAt: expiry))
        }
        transaction.append(inboxEntry(name, at: now))
        try await generation.store.commit(transaction)
    }

    func remove(_ names: [String], from namespace: String) async throws {
        guard !names.isEmpty else { return }
        try await generation.store.commit(
            StoreTransaction(names.map { .removeValue(namespace: namespace, key: $0) }))
    }
}
