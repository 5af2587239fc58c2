import Logging
import ServiceLifecycle
import Synchronization
import Testing
import WorkflowTesting

@testable import WorkflowCore

@Suite(.timeLimit(.minutes(1))) struct WorkflowEngineTests {
    private let yaml = """
        modules:
          - {name: in, type: ingress}
          - {name: a, type: probe, config: {use: b}}
          - {name: b, type: probe}
          - {name: db, type: store}
        workflows:
          flow: {}
        """

    private func environment(_ clock: any EngineClock = TestClock()) -> EngineEnvironment {
        var environment = EngineEnvironment(
            clock: clock, logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
        environment.drainDeadline = .seconds(5)
        return environment
    }

    private func engine(_ yaml: String, _ environment: EngineEnvironment) throws -> WorkflowEngine {
        WorkflowEngine(
            configuration: try ApplicationConfiguration(yaml: yaml), registry: probeRegistry, environment: environment)
    }

    @Test func preparesInOrderAndShutsDownInReverseOrderWithIngressFirst() async throws {
        let environment = environment()
        let probe = try Probe(environment)
        let engine = try engine(yaml, environment)
        try await engine.start()
        #expect(engine.runningGeneration?.isReady == true)
        #expect(engine.runningGeneration?.healthChecks.map(\.name) == ["db"], "also of modules that come first")
        await engine.stop()
        #expect(probe.journal.modules("prepare") == ["db", "b", "a", "flow", "in"])
        #expect(probe.journal.modules("activate") == ["db", "b", "a", "flow", "in"])
        #expect(probe.journal.modules("shutdown") == ["in", "flow", "a", "b", "db"])
        #expect(Set(probe.journal.modules("run")) == Set(probe.journal.modules("end")))
        #expect(engine.runningGeneration == nil)
    }

    @Test(arguments: ["init", "validate", "prepare", "activate"])
    func aFailingPartLeavesNothingBehind(part: String) async throws {
        let environment = environment()
        let probe = try Probe(environment)
        let failing = yaml.replacing(
            "{name: a, type: probe, config: {", with: "{name: a, type: probe, config: {fail: \(part), ")
        let engine = try engine(failing, environment)
        let error = await #expect(throws: (any Error).self) { try await engine.start() }
        let text = error.map { "\($0)" } ?? ""
        #expect(text.contains("a"))
        if part == "init" || part == "validate" { #expect(text.contains("<config>:3:5: error: modules[1]")) }
        let journal = probe.journal
        #expect(journal.modules("shutdown") == journal.modules("prepare").reversed())
        #expect(Set(journal.modules("run")) == Set(journal.modules("end")))
        #expect(probe.liveModules == 0)
        await #expect(throws: WorkflowError.self) { try await engine.start() }
        await engine.stop()
    }

    @Test func stopsEverythingExactlyOnce() async throws {
        let environment = environment()
        let probe = try Probe(environment)
        let engine = try engine(yaml, environment)
        await engine.stop()
        try await engine.start()
        let again = await #expect(throws: WorkflowError.self) { try await engine.start() }
        #expect(again?.code == .conflict)
        await withDiscardingTaskGroup { group in
            for _ in 0..<8 {
                group.addTask {
                    await engine.stop()
                    #expect(probe.journal.modules("shutdown").count == 5, "returns when everything has stopped")
                }
            }
        }
        await engine.stop()
        #expect(probe.journal.modules("shutdown").count == 5)
        await #expect(throws: WorkflowError.self) { try await engine.invoke("flow", action: "x") }
    }

    @Test func aStopBreaksAStartOff() async throws {
        let environment = environment()
        let probe = try Probe(environment)
        let gate = TestGate()
        probe.on("prepare a") { try await gate.wait() }
        let engine = try engine(yaml, environment)
        let start = Task { try await engine.start() }
        while gate.waitingCount == 0 { await Task.yield() }
        await engine.stop()
        #expect(probe.journal.modules("shutdown") == ["a", "b", "db"])
        let error = await #expect(throws: WorkflowError.self) { try await start.value }
        #expect(error?.code == .unavailable)
    }

    @Test func aStartThatIgnoresTheStopIsTakenDownAfterwards() async throws {
        let environment = environment()
        let probe = try Probe(environment)
        let gate = TestGate()
        probe.on("activate in") { await Task { try? await gate.wait() }.value }
        let engine = try engine(yaml, environment)
        let start = Task { try await engine.start() }
        while gate.waitingCount == 0 { await Task.yield() }
        async let stopped: Void = engine.stop()
        for _ in 0..<20 { await Task.yield() }
        gate.open()
        await stopped
        await #expect(throws: WorkflowError.self) { try await start.value }
        #expect(probe.journal.modules("shutdown").count == 5)
        #expect(probe.liveModules == 0)
    }

    @Test func cancellingAStartTakesItDown() async throws {
        let environment = environment()
        let probe = try Probe(environment)
        let gate = TestGate()
        probe.on("prepare a") { try await gate.wait() }
        let isCancelledInShutdown = Mutex(true)
        probe.on("shutdown db") { isCancelledInShutdown.withLock { $0 = Task.isCancelled } }
        let engine = try engine(yaml, environment)
        let start = Task { try await engine.start() }
        while gate.waitingCount == 0 { await Task.yield() }
        start.cancel()
        await #expect(throws: CancellationError.self) { try await start.value }
        #expect(probe.journal.modules("shutdown") == ["a", "b", "db"])
        #expect(!isCancelledInShutdown.withLock { $0 }, "shutdown may still wait")
    }

    @Test func runEndsByCancellation() async throws {
        let environment = environment()
        let probe = try Probe(environment)
        let isCancelledInShutdown = Mutex(true)
        probe.on("shutdown db") { isCancelledInShutdown.withLock { $0 = Task.isCancelled } }
        let engine = try engine(yaml, environment)
        let run = Task { try await engine.run() }
        while engine.runningGeneration == nil { await Task.yield() }
        run.cancel()
        try await run.value
        #expect(probe.journal.modules("shutdown").count == 5)
        #expect(!isCancelledInShutdown.withLock { $0 })
    }

    @Test func runEndsByGracefulShutdown() async throws {
        let environment = environment()
        let probe = try Probe(environment)
        let engine = try engine(yaml, environment)
        let group = ServiceGroup(
            configuration: .init(services: [.init(service: engine)], logger: environment.logger))
        let run = Task { try await group.run() }
        while engine.runningGeneration == nil { await Task.yield() }
        await group.triggerGracefulShutdown()
        try await run.value
        #expect(probe.journal.modules("shutdown").count == 5)
    }

    @Test func aModuleWhoseRunFailsDoesNotTakeTheOthersDown() async throws {
        let environment = environment()
        let probe = try Probe(environment)
        let failing = yaml.replacing("{use: b}", with: "{use: b, fail: run}")
        let engine = try engine(failing, environment)
        try await engine.start()
        while !probe.journal.modules("run").contains("a") { await Task.yield() }
        #expect(engine.runningGeneration?.isReady == true)
        await engine.stop()
        #expect(probe.journal.modules("shutdown").count == 5)
    }

    @Test func nothingOfAGenerationOutlivesItsStop() async throws {
        let environment = environment()
        let probe = try Probe(environment)
        weak var context: GenerationContext?
        do {
            let engine = try engine(yaml, environment)
            try await engine.start()
            context = engine.runningGeneration
            _ = try await engine.invoke("flow", action: "begin", data: ["id": "7"])
            #expect(probe.liveModules == 5)
            await engine.stop()
        }
        #expect(probe.liveModules == 0)
        #expect(context == nil)
    }

    @Test func everythingThatIsWrongIsToldInOneRoundAndNothingElse() async throws {
        let environment = environment()
        let probe = try Probe(environment)
        let broken = """
            modulse: []
            modules:
              - {name: a, type: probe, config: {use: b}}
              - {name: b, type: probe, config: {fail: init}}
              - {name: c, type: probe, config: {port: many}}
              - {name: d, type: probe, config: {use: c}}
              - {name: e, type: prob, config: {}}
              - {name: f, config: {}}
              - {name: g, type: probe, config: {fail: validate}}
            """
        let error = await #expect(throws: ConfigurationError.self) {
            try await WorkflowEngine.validate(
                ApplicationConfiguration(yaml: broken), registry: probeRegistry, environment: environment)
        }
        #expect(error?.issues.map(\.location.line) == [1, 4, 5, 7, 8, 9])
        #expect(probe.liveModules == 0)
        #expect(probe.journal.modules("prepare").isEmpty)
        let engine = try engine(broken, environment)
        let same = await #expect(throws: ConfigurationError.self) { try await engine.start() }
        #expect(same?.issues == error?.issues)
        #expect(probe.journal.modules("prepare").isEmpty)
    }

    @Test func aDryRunHasNoEffectAndLeavesNothing() async throws {
        let environment = environment()
        let probe = try Probe(environment)
        try await WorkflowEngine.validate(
            ApplicationConfiguration(yaml: yaml), registry: probeRegistry, environment: environment)
        #expect(Set(probe.journal.entries.map { $0.prefix(4) }) == ["init"])
        #expect(probe.liveModules == 0)
        let broken = yaml.replacing("{use: b}", with: "{fail: validate}")
        await #expect(throws: ConfigurationError.self) {
            try await WorkflowEngine.validate(
                ApplicationConfiguration(yaml: broken), registry: probeRegistry, environment: environment)
        }
        #expect(probe.liveModules == 0)
    }

    @Test func aStepThatHangsIsCutOffAtTheDeadline() async throws {
        let clock = TestClock()
        let environment = environment(clock)
        let probe = try Probe(environment)
        let engine = try engine(yaml, environment)
        try await engine.start()
        let generation = try #require(engine.runningGeneration)
        let gate = TestGate()
        generation.handlers.add(
            .step(
                ClosureStep(StepPolicy(timeout: .seconds(3600))) { _ in
                    try await gate.wait()
                    return [:]
                }), name: "hanging")
        let machine = StateMachineEngine(name: "other", generation: generation)
        try machine.add(.job())
        machine.add(TransitionHook(handler: "hanging"))
        _ = try await machine.create("job", id: "1", data: [:], firing: "begin")
        while gate.waitingCount == 0 { await Task.yield() }
        let stop = Task { await engine.stop() }
        while clock.nextDeadline.map({ clock.now.duration(to: $0) }) != .seconds(5) { await Task.yield() }
        #expect(probe.journal.modules("shutdown") == ["in"], "what takes work in stops first")
        clock.advance(by: .seconds(5))
        await stop.value
        #expect(probe.journal.modules("shutdown").count == 5)
    }

    @Test func aModuleThatDoesNotStopHoldsUpTheOthersForAWhileOnly() async throws {
        let clock = TestClock()
        let environment = environment(clock)
        let probe = try Probe(environment)
        let engine = try engine(yaml, environment)
        try await engine.start()
        let gate = TestGate()
        probe.on("shutdown in") { try await gate.wait() }
        let hasStopped = Atomic(false)
        Task {
            await engine.stop()
            hasStopped.store(true, ordering: .relaxed)
        }
        while gate.waitingCount == 0 { await Task.yield() }
        #expect(probe.journal.modules("shutdown") == ["in"])
        let began = clock.now
        while !hasStopped.load(ordering: .relaxed) {
            try Task.checkCancellation()
            clock.advance(by: .milliseconds(100))
            await Task.yield()
        }
        // The drain deadline of the environment, and 30 s of patience.
        #expect(began.duration(to: clock.now) >= .seconds(35))
        #expect(probe.journal.modules("shutdown").count == 5)
        gate.open()
    }

    @Test func tellsOfTheLifeOfWorkflows() async throws {
        let environment = environment()
        _ = try Probe(environment)
        let phases = CallLog()
        let engine = WorkflowEngine(
            configuration: try ApplicationConfiguration(yaml: yaml), registry: probeRegistry, environment: environment,
            onLifecycleEvent: { phases.add($0.topic) })
        try await engine.start()
        #expect(try await engine.invoke("flow", action: "begin") == "working")
        await #expect(throws: StoreError.self) { try await engine.invoke("flow", action: "begin") }
        let unknown = await #expect(throws: WorkflowError.self) { try await engine.invoke("flwo", action: "begin") }
        #expect(unknown?.message.contains("did you mean \"flow\"") == true)
        await engine.stop()
        #expect(
            phases.all == [
                "workflow.flow.started", "workflow.flow.completed", "workflow.flow.started", "workflow.flow.failed",
            ])
    }
}
