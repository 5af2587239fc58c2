import Synchronization
import Testing
import WorkflowTesting

@testable import WorkflowCore

/// Messages and durable work at a change of the configuration.
@Suite(.timeLimit(.minutes(1))) struct ReloadWorkTests {
    private func yaml(port: Int, topic: String = "news", capacity: Int = 100) -> String {
        """
        modules:
          - {name: broker, type: broker, config: {port: \(capacity)}}
          - {name: s, type: subscriber, config: {port: \(port)}}
        """
    }

    @Test func queuedMessagesGoToTheNewHandlerInOrderAndOnce() async throws {
        try await ReloadFixture.run(yaml(port: 1)) { app async throws in
            let gate = TestGate()
            app.probe.on("handle 1 by 1 in s") { try await gate.wait() }
            let broker = try #require(app.engine.runningGeneration?.brokers.first?.broker)
            let settled = Atomic(0)
            func publish(_ ids: ClosedRange<Int>) async throws {
                for id in ids {
                    let message = Message(
                        id: "\(id)", topic: "news", payload: [:], key: "k", timestamp: app.clock.now)
                    try await broker.publish(message) { settled.add(1, ordering: .relaxed) }
                }
            }
            try await publish(1...5)
            try await app.wait { gate.waitingCount > 0 }
            #expect(try await app.reload(yaml(port: 2)).status == .reloaded)
            try await publish(6...9)
            #expect(app.probe.handled == ["1@1"], "the message in hand is finished first")
            gate.open()
            try await app.wait { settled.load(ordering: .relaxed) == 9 }
            #expect(app.probe.handled == ["1@1"] + (2...9).map { "\($0)@2" })
        }
    }

    @Test func messagesGoBackToTheOldHandlerWithItsConfiguration() async throws {
        let one = yaml(port: 1) + "\n  - {name: h, type: health, config: {port: 1}}"
        let two = yaml(port: 2) + "\n  - {name: h, type: health, config: {port: 2}}"
        try await ReloadFixture.run(one) { app async throws in
            try await app.reload(two)
            app.probe.illPorts.withLock { $0 = [2] }
            try await app.advance { app.engine.lastReload?.status == .rolledBack }
            let broker = try #require(app.engine.runningGeneration?.brokers.first?.broker)
            try await broker.publish(
                Message(id: "1", topic: "news", payload: [:], key: "", timestamp: app.clock.now))
            try await app.wait { !app.probe.handled.isEmpty }
            #expect(app.probe.handled == ["1@1"])
        }
    }

    @Test func aSubscriptionThatIsGoneHandlesWhatItHas() async throws {
        try await ReloadFixture.run(yaml(port: 1)) { app async throws in
            let gate = TestGate()
            app.probe.on("handle 1 by 1 in s") { try await gate.wait() }
            let broker = try #require(app.engine.runningGeneration?.brokers.first?.broker)
            func publish(_ id: Int) async throws {
                try await broker.publish(
                    Message(id: "\(id)", topic: "news", payload: [:], key: "k", timestamp: app.clock.now))
            }
            for id in 1...3 { try await publish(id) }
            try await app.wait { gate.waitingCount > 0 }
            try await app.reload("modules: [{name: broker, type: broker, config: {port: 100}}]")
            try await publish(4)
            #expect(!broker.hasSubscribers(for: "news"))
            gate.open()
            app.clock.advance(by: .seconds(60))
            try await app.wait { app.probe.journal.modules("shutdown").contains("s") }
            #expect(app.probe.handled == ["1@1", "2@1", "3@1"])
        }
    }

    @Test func aRefusedConfigurationTakesNoMessages() async throws {
        try await ReloadFixture.run(yaml(port: 1)) { app async throws in
            let refused = yaml(port: 2) + "\n  - {name: a, type: probe, config: {fail: activate}}"
            #expect(try await app.reload(refused).status == .refused)
            let broker = try #require(app.engine.runningGeneration?.brokers.first?.broker)
            for id in 1...3 {
                try await broker.publish(
                    Message(id: "\(id)", topic: "news", payload: [:], key: "k", timestamp: app.clock.now))
            }
            try await app.wait { app.probe.handled.count >= 3 }
            #expect(app.probe.handled == ["1@1", "2@1", "3@1"])
        }
    }

    @Test func workInHandIsFinishedByTheOldStepAndWhatWaitsByTheNewOne() async throws {
        let gate = TestGate()
        let registry = ModuleRegistry([StepProbe.self, MachineProbe.self])
        let yaml = """
            modules: [{name: step, type: step, config: {port: PORT}}]
            workflows: {machine: {}}
            """
        try await ReloadFixture.run(yaml.replacing("PORT", with: "1"), registry: registry) { app async throws in
            app.probe.on("execute step") { try await gate.wait() }
            for id in ["a", "b", "c"] {
                try await app.engine.invoke("machine", action: "", data: ["id": .string(id)])
            }
            try await app.wait { gate.waitingCount > 0 }
            #expect(try await app.reload(yaml.replacing("PORT", with: "2")).status == .reloaded)
            gate.open()
            let store = try #require(app.engine.runningGeneration?.store)
            try await app.wait { try await store.openInstanceStates().isEmpty }
            let runs = app.probe.journal.entries.filter { $0.hasPrefix("ran ") }
            #expect(runs.sorted() == ["ran a by 1", "ran b by 2", "ran c by 2"])
        }
    }
}

/// A step that runs one item at a time.
final class StepProbe: ProbeModule, WorkflowModule, ProcessingStep, @unchecked Sendable {
    static let descriptor = ModuleDescriptor(type: "step", summary: "A step.", provides: [.processingStep])

    var policy: StepPolicy { StepPolicy(successTransition: "succeed", timeout: .seconds(3600)) }
    var concurrency: Int { 1 }

    func execute(_ invocation: StepInvocation) async throws -> JSONObject {
        try await enter("execute")
        probe.journal.add("ran \(invocation.instanceID) by \(configuration.port)")
        return [:]
    }
}

/// A workflow whose only state machine has the step as a hook.
final class MachineProbe: ProbeModule, WorkflowModule, WorkflowHandler, @unchecked Sendable {
    static let descriptor = ModuleDescriptor(type: "machine", section: .workflow, summary: "A workflow.")

    let engine: StateMachineEngine

    required init(configuration: Configuration, context: ModuleContext) throws {
        engine = StateMachineEngine(name: "machine", generation: context.generation)
        try super.init(configuration: configuration, context: context)
        try engine.add(.job())
        engine.add(TransitionHook(transitions: ["begin"], handler: "step"))
        try context.generation.invoker.add(self, name: "machine")
    }

    func execute(_ call: WorkflowCall) async throws -> JSONValue {
        let id = call.data["id"]?.stringValue ?? ""
        return .string(try await engine.create("job", id: id, data: [:], firing: "begin").currentState)
    }
}
