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
struct FailingStore: ForwardingStateStore {
    let base: any StateStore
    /// Returns what a commit throws, and whether the commit is made all the same.
    let failure: @Sendable (StoreTransaction) -> (error: any Error, isCommitted: Bool)?

    func commit(_ transaction: StoreTransaction) async throws {
        guard let failure = failure(transaction) else { return try await base.commit(transaction) }
        if failure.isCommitted { try await base.commit(transaction) }
        throw failure.error
    }
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
