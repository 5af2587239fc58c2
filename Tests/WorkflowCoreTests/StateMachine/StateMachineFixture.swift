import Logging
import Synchronization
import WorkflowTesting

@testable import WorkflowCore

/// A dispatcher with a state machine on a store, without the rest of an engine: one "process".
struct StateMachineFixture: Sendable {
    let context: GenerationContext
    let engine: StateMachineEngine
    let store: any StateStore
    let clock: TestClock

    init(
        _ store: any StateStore = InMemoryStateStore(), clock: TestClock = TestClock(),
        definitions: [StateMachineDefinition] = [], hooks: [TransitionHook] = [],
        steps: [String: any ProcessingStep] = [:]
    ) throws {
        var environment = EngineEnvironment(
            clock: clock, logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
        environment.random = { 0.5 }
        context = GenerationContext(number: 1, environment: environment, store: store)
        engine = StateMachineEngine(name: "engine", generation: context)
        self.store = store
        self.clock = clock
        for definition in definitions { try engine.add(definition) }
        for hook in hooks { engine.add(hook) }
        for (name, step) in steps { context.handlers.add(.step(step), name: name) }
    }

    /// Runs the dispatcher while `body` runs, as a process that is killed afterwards does.
    func run<Result>(_ body: () async throws -> Result) async throws -> Result {
        context.takeOver()
        let dispatcher = Task { [context] in await context.work.run() }
        do {
            let result = try await body()
            dispatcher.cancel()
            await dispatcher.value
            return result
        } catch {
            dispatcher.cancel()
            await dispatcher.value
            throw error
        }
    }

    /// Moves the clock on to waits that end within `limit`, which timeouts do not, until `condition` holds.
    func advance(within limit: Duration = .seconds(20), until condition: () async throws -> Bool) async throws {
        while try await !condition() {
            if let next = clock.nextDeadline, clock.now.duration(to: next) <= limit { clock.advanceToNextSleeper() }
            await Task.yield()
        }
    }

    /// Waits, without moving the clock, until `condition` holds.
    func wait(until condition: () async throws -> Bool) async throws {
        while try await !condition() { await Task.yield() }
    }

    func state(_ id: String) async throws -> String? {
        try await store.instance(id: id)?.currentState
    }

    /// How much work the store holds.
    func workLeft() async throws -> Bool {
        try await store.nextWorkDue() != nil
    }
}

/// A step that does what a closure says.
struct ClosureStep: ProcessingStep {
    var policy: StepPolicy
    var body: @Sendable (StepInvocation) async throws -> JSONObject

    init(_ policy: StepPolicy, _ body: @escaping @Sendable (StepInvocation) async throws -> JSONObject) {
        self.policy = policy
        self.body = body
    }

    func execute(_ invocation: StepInvocation) async throws -> JSONObject {
        try await body(invocation)
    }
}

/// Counts calls by key.
final class CallLog: Sendable {
    private let calls = Mutex<[String]>([])

    var all: [String] { calls.withLock { $0 } }

    func add(_ call: String) {
        calls.withLock { $0.append(call) }
    }

    func count(_ call: String) -> Int {
        calls.withLock { $0.count { $0 == call } }
    }
}

/// A store that fails when a test says so.
struct FailingStore: StateStore {
    let base: any StateStore
    /// Returns what a commit throws, and whether the commit is made all the same.
    let failure: @Sendable (StoreTransaction) -> (error: any Error, isCommitted: Bool)?

    var isShared: Bool { base.isShared }

    func commit(_ transaction: StoreTransaction) async throws {
        guard let failure = failure(transaction) else { return try await base.commit(transaction) }
        if failure.isCommitted { try await base.commit(transaction) }
        throw failure.error
    }

    func instance(id: String) async throws -> StateMachineInstance? { try await base.instance(id: id) }
    func history(instanceID: String, limit: Int) async throws -> [TransitionRecord] {
        try await base.history(instanceID: instanceID, limit: limit)
    }
    func openInstanceCounts() async throws -> [String: Int] { try await base.openInstanceCounts() }
    func removeExpiredValues(now: Timestamp, limit: Int) async throws -> Bool {
        try await base.removeExpiredValues(now: now, limit: limit)
    }
    func openInstances(after: String?, limit: Int) async throws -> [StateMachineInstance] {
        try await base.openInstances(after: after, limit: limit)
    }
    func claimWork(owner: String, now: Timestamp, leaseUntil: Timestamp, limit: Int) async throws -> [WorkItem] {
        try await base.claimWork(owner: owner, now: now, leaseUntil: leaseUntil, limit: limit)
    }
    func nextWorkDue() async throws -> Timestamp? { try await base.nextWorkDue() }
    func workItem(id: String) async throws -> WorkItem? { try await base.workItem(id: id) }
    func leasedWork(owner: String) async throws -> [String: Int64] { try await base.leasedWork(owner: owner) }
    func outbox(limit: Int) async throws -> [OutboxEvent] { try await base.outbox(limit: limit) }
    func resource(type: String, id: String) async throws -> ResourceSnapshot? {
        try await base.resource(type: type, id: id)
    }
    func resources(type: String, owner: String?, limit: Int, after: Int64) async throws -> [ResourceSnapshot] {
        try await base.resources(type: type, owner: owner, limit: limit, after: after)
    }
    func resourceCount(type: String) async throws -> Int { try await base.resourceCount(type: type) }
    func user(email: String) async throws -> UserRecord? { try await base.user(email: email) }
    func user(id: String) async throws -> UserRecord? { try await base.user(id: id) }
    func value(namespace: String, key: String, now: Timestamp) async throws -> JSONValue? {
        try await base.value(namespace: namespace, key: key, now: now)
    }
    func values(
        namespace: String, prefix: String, limit: Int, now: Timestamp
    ) async throws -> [(key: String, value: JSONValue)] {
        try await base.values(namespace: namespace, prefix: prefix, limit: limit, now: now)
    }
    func checkHealth() async throws { try await base.checkHealth() }
    func close() async { await base.close() }
}

extension StateMachineDefinition {
    /// new -> working -> done | failed; `restart` leads from failed to working.
    static func job(_ name: String = "job") throws -> StateMachineDefinition {
        try StateMachineDefinition(
            name: name, initialState: "new",
            states: [
                "new": .init(), "working": .init(), "done": .init(isFinal: true),
                "failed": .init(isFinal: true, isError: true),
            ],
            transitions: [
                "begin": .init(fromState: "new", toState: "working"),
                "succeed": .init(fromState: "working", toState: "done"),
                "fail": .init(fromState: "working", toState: "failed"),
                "restart": .init(fromState: "failed", toState: "working"),
            ])
    }
}
