import Logging
import Synchronization
import WorkflowTesting

@testable import WorkflowCore

/// Whether a simulated process is dead.
final class SimulatedFate: Sendable {
    private let flag = Atomic<Bool>(false)

    var isDead: Bool { flag.load(ordering: .relaxed) }

    func die() { flag.store(true, ordering: .relaxed) }
}

/// Processes that run one state machine on one database, and what happens to them.
///
/// Everything is the engine's own code but the database, the broker and the executors: those run one step at a time, in
/// an order that follows from the seed.
final class SimulatedCluster: Sendable {
    /// One process; what is started in its place is another one.
    struct Process: Sendable {
        let executor: SimulatedExecutor
        let fate: SimulatedFate
        let engine: StateMachineEngine
        let context: GenerationContext
        let runner: ScheduleRunner
        let schedule: Task<Void, Never>
        var pausedUntil = Timestamp(nanoseconds: .min)

        init(
            _ executor: SimulatedExecutor, _ fate: SimulatedFate, _ engine: StateMachineEngine,
            _ context: GenerationContext, _ runner: ScheduleRunner
        ) {
            self.runner = runner
            schedule = Task(executorPreference: executor) { await runner.run() }
            self.executor = executor
            self.fate = fate
            self.engine = engine
            self.context = context
        }
    }

    /// What the outside world saw.
    struct Outside: Sendable {
        var accepted: Set<String> = []
        /// The topics of an instance's events, in the order of their first delivery.
        var topics: [String: [String]] = [:]
        var deliveredIDs: Set<String> = []
        /// How often each slot of the schedule was run to its end, by seconds since the start.
        var runs: [Int: Int] = [:]
    }

    let time: SimulatedTime
    let database: SimulatedDatabase
    let processes = Mutex<[Process]>([])
    let outside = Mutex(Outside())
    private let definition: StateMachineDefinition
    private let beginning: Timestamp

    init(seed: UInt64, defect: SimulatedDatabase.Defect?) throws {
        time = SimulatedTime(seed: seed)
        database = SimulatedDatabase(time, defect: defect)
        beginning = time.clock.now
        definition = try StateMachineDefinition(
            name: "order", initialState: "new",
            states: [
                "new": .init(), "working": .init(), "done": .init(isFinal: true),
                "failed": .init(isFinal: true, isError: true),
            ],
            transitions: [
                "begin": .init(fromState: "new", toState: "working"),
                // May follow itself: nothing but the store's conditions keeps it from being made twice.
                "progress": .init(fromState: "working", toState: "working"),
                "finish": .init(fromState: "working", toState: "done"),
                "fail": .init(fromState: "working", toState: "failed"),
            ])
    }

    /// Starts a process.
    func start() throws {
        let (executor, fate) = (SimulatedExecutor(), SimulatedFate())
        let skew = Duration.seconds(time.choose(3) * 60 - 60)
        var environment = EngineEnvironment(
            clock: SkewedClock(base: time.clock, skew: skew), identifiers: time,
            logger: Logger(label: "simulation") { _ in SwiftLogNoOpLogHandler() })
        environment.random = { [time] in Double(time.choose(1000)) / 1000 }
        environment.taskExecutor = executor
        environment.clusterPolicy.takeOverAfter = .seconds(2)
        let context = GenerationContext(
            number: 1, environment: environment, store: SimulatedStore(database, fate))
        let engine = StateMachineEngine(name: "engine", generation: context)
        try engine.add(definition)
        for (step, success) in [("first", "progress"), ("second", "finish")] {
            engine.add(TransitionHook(transitions: ["begin"], handler: step))
            let policy = StepPolicy(successTransition: success, compensateTransition: "fail", maxRetries: 3)
            context.handlers.add(.step(SimulatedStep(policy: policy, time: time, fate: fate)), name: step)
        }
        context.addBroker(SimulatedBroker(self, fate), name: "events")
        context.takeOver()
        context.runtime.begin()
        // Runs do not begin a minute early or late, but a little.
        environment.clock = SkewedClock(base: time.clock, skew: skew / 60)
        let runner = ScheduleRunner(
            jobs: [try job(fate)], store: context.store, environment: environment, logger: environment.logger,
            member: context.runtime.member)
        let process = Process(executor, fate, engine, context, runner)
        processes.withLock { $0.append(process) }
    }

    /// The slots of the schedule that are run whatever happens: those after the start of the first processes.
    static let slots = stride(from: 6, through: 18, by: 3)

    /// A job with a few slots, whose runs take a moment.
    private func job(_ fate: SimulatedFate) throws -> ScheduledJob {
        let schedule = try Schedule("@every 3s", end: beginning.advanced(by: .seconds(18)))
        return ScheduledJob(name: "tick", schedule: schedule, overlap: .allow, missedRuns: .all()) { [self] run in
            try await time.clock.sleep(for: time.random(milliseconds: 0...800))
            if fate.isDead { throw CancellationError() }
            let slot = Int(beginning.duration(to: run.scheduledTime).inSeconds)
            outside.withLock { $0.runs[slot, default: 0] += 1 }
        }
    }

    /// Ends a process: at once, or after it has given back what it holds.
    func stop(_ process: Process, gracefully: Bool) {
        if !gracefully { process.fate.die() }
        process.schedule.cancel()
        Task(executorPreference: process.executor) {
            await process.schedule.value
            await process.runner.shutdown(deadline: gracefully ? .seconds(30) : .zero)
            await process.context.runtime.finish(within: gracefully ? .seconds(1) : .zero)
            process.fate.die()
            process.context.runtime.dismantle()
        }
    }

    /// Creates an instance on any of the processes, again and again until one of them says that it is there.
    func submit(_ id: String) {
        let living = processes.withLock { $0.filter { !$0.fate.isDead } }
        if !living.isEmpty {
            let process = living[time.choose(living.count)]
            Task(executorPreference: process.executor) { [self] in
                do {
                    _ = try await process.engine.create("order", id: id, data: [:], firing: "begin")
                } catch let error as StoreError where error.code == .conflict {
                    // An earlier attempt did it.
                } catch {
                    return
                }
                if !process.fate.isDead { outside.withLock { _ = $0.accepted.insert(id) } }
            }
        }
        time.after(time.random(milliseconds: 500...3000)) { [self] in
            if !outside.withLock({ $0.accepted.contains(id) }) { submit(id) }
        }
    }

    /// Runs one step of one of the processes, or moves the time on.
    func goOn() {
        let now = time.clock.now
        let ready = processes.withLock { $0.filter { $0.pausedUntil <= now && !$0.executor.isIdle } }
        if ready.isEmpty {
            time.goOn()
        } else {
            ready[time.choose(ready.count)].executor.runOne(choosing: time.choose)
        }
    }
}

/// A step that takes its time, and fails now and then.
private struct SimulatedStep: ProcessingStep {
    let policy: StepPolicy
    let time: SimulatedTime
    let fate: SimulatedFate

    func execute(_ invocation: StepInvocation) async throws -> JSONObject {
        try await time.clock.sleep(for: time.random(milliseconds: 0...1500))
        if fate.isDead { throw CancellationError() }
        if time.happens(onceIn: 6) { throw WorkflowError(.unavailable, "try again") }
        return time.happens(onceIn: 10) ? ["success": false] : [:]
    }
}

/// A broker that sometimes does not take an event.
private struct SimulatedBroker: MessageBroker {
    private let cluster: SimulatedCluster
    private let fate: SimulatedFate

    init(_ cluster: SimulatedCluster, _ fate: SimulatedFate) {
        self.cluster = cluster
        self.fate = fate
    }

    func hasSubscribers(for topic: String) -> Bool { true }

    func publish(_ message: Message, settled: @escaping @Sendable () -> Void) async throws {
        let time = cluster.time
        try await time.clock.sleep(for: time.random(milliseconds: 0...20))
        if fate.isDead || (!time.isQuiet && time.happens(onceIn: 10)) {
            throw WorkflowError(.unavailable, "the broker is away")
        }
        cluster.outside.withLock { outside in
            guard outside.deliveredIDs.insert(message.id).inserted else { return }
            outside.topics[message.key, default: []].append(message.topic)
        }
        settled()
    }

    func subscribe(
        to pattern: TopicPattern, name: String, handler: any MessageHandler
    ) async throws -> any Subscription {
        throw WorkflowError(.unavailable, "nobody subscribes here")
    }

    func checkHealth() async throws {}
}
