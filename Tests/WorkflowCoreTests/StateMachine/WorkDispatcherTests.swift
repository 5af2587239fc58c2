import Synchronization
import Testing
import WorkflowTesting

@testable import WorkflowCore

@Suite(.timeLimit(.minutes(2))) struct WorkDispatcherTests {
    private let hook = TransitionHook(toStates: ["working"], handler: "step")
    private let policy = StepPolicy(successTransition: "succeed", compensateTransition: "fail", maxRetries: 2)

    private func fixture(
        _ store: any StateStore = InMemoryStateStore(), clock: TestClock = TestClock(), policy: StepPolicy? = nil,
        _ body: @escaping @Sendable (StepInvocation) async throws -> JSONObject
    ) throws -> StateMachineFixture {
        try StateMachineFixture(
            store, clock: clock, definitions: [.job()], hooks: [hook],
            steps: ["step": ClosureStep(policy ?? self.policy, body)])
    }

    @Test func firesTheSuccessTransitionWithTheResult() async throws {
        let fixture = try fixture { invocation in
            #expect(invocation.data["in"] == 1)
            #expect(invocation.attempt == 1)
            return ["out": 2]
        }
        try await fixture.run {
            _ = try await fixture.engine.create("job", id: "1", data: ["in": 1], firing: "begin")
            try await fixture.wait { try await fixture.state("1") == "done" }
        }
        let instance = try await fixture.store.instance(id: "1")
        #expect(instance?.data == ["in": 1, "out": 2])
        #expect(try await !fixture.workLeft())
        let metrics = String(decoding: fixture.context.environment.metrics.registry.render(), as: UTF8.self)
        let count = "workflow_duration_seconds_count{workflow_type=\"step\",action=\"processing_step\"} 1"
        #expect(metrics.contains(count))
    }

    @Test func retriesWithBackoffAndThenCompensates() async throws {
        let log = CallLog()
        let fixture = try fixture { invocation in
            log.add("\(invocation.attempt) \(invocation.idempotencyKey)")
            throw WorkflowError(.stepFailed, "no")
        }
        let start = fixture.clock.now
        try await fixture.run {
            _ = try await fixture.engine.create("job", id: "1", data: [:], firing: "begin")
            try await fixture.advance { try await fixture.state("1") == "failed" }
        }
        #expect(log.all.map { $0.prefix(1) } == ["1", "2", "3"])
        #expect(Set(log.all.map { $0.dropFirst(2) }).count == 1, "one idempotency key")
        // 1 s and 2 s, of which the jitter leaves three quarters.
        #expect(start.duration(to: fixture.clock.now) == .milliseconds(2250))
        #expect(try await fixture.store.instance(id: "1")?.error == "no")
        #expect(try await !fixture.workLeft())
    }

    @Test func doesNotRetryABusinessFailure() async throws {
        let log = CallLog()
        let fixture = try fixture { _ in
            log.add("call")
            return ["status": "declined", "reason": "funds"]
        }
        try await fixture.run {
            _ = try await fixture.engine.create("job", id: "1", data: [:], firing: "begin")
            try await fixture.wait { try await fixture.state("1") == "failed" }
        }
        #expect(log.count("call") == 1)
        #expect(try await fixture.store.instance(id: "1")?.data["reason"] == "funds")
    }

    @Test(arguments: [
        ScriptError(.invalidInput, "input n of type int is missing") as any Error, WorkflowError(.invalidInput, "no"),
    ])
    func doesNotRetryWhatTheInputIsToBlameFor(error: any Error) async throws {
        let log = CallLog()
        let fixture = try fixture { _ in
            log.add("call")
            throw error
        }
        try await fixture.run {
            _ = try await fixture.engine.create("job", id: "1", data: [:], firing: "begin")
            try await fixture.wait { try await fixture.state("1") == "failed" }
        }
        #expect(log.all == ["call"])
    }

    @Test func withoutTransitionsTheDataIsMerged() async throws {
        for result: JSONObject in [["ok": true], ["success": false, "reason": "x"]] {
            let fixture = try fixture(policy: StepPolicy()) { _ in result }
            try await fixture.run {
                _ = try await fixture.engine.create("job", id: "1", data: [:], firing: "begin")
                try await fixture.wait { try await !fixture.workLeft() }
            }
            #expect(try await fixture.store.instance(id: "1")?.data == result)
            #expect(try await fixture.state("1") == "working")
        }
    }

    @Test func anAttemptThatTakesTooLongFails() async throws {
        let fixture = try fixture(
            policy: StepPolicy(compensateTransition: "fail", maxRetries: 0, timeout: .seconds(10))
        ) {
            [clock = TestClock()] _ in
            try await clock.sleep(for: .seconds(1000))
            return [:]
        }
        try await fixture.run {
            _ = try await fixture.engine.create("job", id: "1", data: [:], firing: "begin")
            try await fixture.advance(within: .seconds(60)) { try await fixture.state("1") == "failed" }
        }
        #expect(try await fixture.store.instance(id: "1")?.error?.contains("timeout") == true)
    }

    @Test func keepsTheResultButNotTheStateOfAnInstanceThatHasMovedOn() async throws {
        let gate = TestGate()
        let fixture = try fixture { _ in
            try await gate.wait()
            return ["late": true]
        }
        try await fixture.run {
            _ = try await fixture.engine.create("job", id: "1", data: [:], firing: "begin")
            try await fixture.wait { gate.waitingCount == 1 }
            _ = try await fixture.engine.fire("fail", on: "1")
            gate.open()
            try await fixture.wait { try await !fixture.workLeft() }
        }
        #expect(try await fixture.state("1") == "failed")
        #expect(try await fixture.store.instance(id: "1")?.data["late"] == true)
    }

    @Test func dropsWorkWhoseInstanceIsRemoved() async throws {
        let gate = TestGate()
        let fixture = try fixture { _ in
            try await gate.wait()
            return [:]
        }
        try await fixture.run {
            _ = try await fixture.engine.create("job", id: "1", data: [:], firing: "begin")
            try await fixture.wait { gate.waitingCount == 1 }
            try await fixture.engine.delete("1")
            gate.open()
            await fixture.context.work.drain()
        }
        #expect(try await fixture.store.instance(id: "1") == nil)
        #expect(try await !fixture.workLeft())
    }

    @Test func runsSeveralHandlersInOrder() async throws {
        let log = CallLog()
        let fixture = try StateMachineFixture(definitions: [.job()])
        for name in ["a", "b", "c"] {
            fixture.engine.add(TransitionHook(transitions: ["begin"], handler: name))
            fixture.context.handlers.add(
                .step(
                    ClosureStep(StepPolicy(successTransition: name == "c" ? "succeed" : "")) { invocation in
                        log.add(name)
                        return ["key-\(name)": .string(invocation.idempotencyKey)]
                    }), name: name)
        }
        try await fixture.run {
            _ = try await fixture.engine.create("job", id: "1", data: [:], firing: "begin")
            try await fixture.wait { try await fixture.state("1") == "done" }
        }
        #expect(log.all == ["a", "b", "c"])
        let data = try #require(await fixture.store.instance(id: "1")).data
        #expect(Set(["a", "b", "c"].compactMap { data["key-\($0)"]?.stringValue }).count == 3)
    }

    @Test func tellsMessageHandlersAndGivesUpAfterAWhile() async throws {
        struct Refusing: MessageHandler {
            let log: CallLog
            func handle(_ message: Message) async throws {
                log.add("\(message.topic) \(message.deliveryAttempt) \(message.payload["toState"]?.stringValue ?? "")")
                throw WorkflowError(.unavailable, "down")
            }
        }
        let log = CallLog()
        let fixture = try StateMachineFixture(definitions: [.job()], hooks: [hook])
        fixture.context.handlers.add(.message(Refusing(log: log)), name: "step")
        try await fixture.run {
            _ = try await fixture.engine.create("job", id: "1", data: [:], firing: "begin")
            try await fixture.advance { try await !fixture.workLeft() }
        }
        #expect(log.all == (1...5).map { "job.begin \($0) working" })
        #expect(try await fixture.state("1") == "working")
    }

    @Test func keepsWorkOfAnUnknownHandlerForARunThatKnowsIt() async throws {
        let store = InMemoryStateStore()
        let first = try StateMachineFixture(store, definitions: [.job()], hooks: [hook])
        try await first.run {
            _ = try await first.engine.create("job", id: "1", data: [:], firing: "begin")
            await Task.yield()
        }
        #expect(try await first.workLeft())
        let second = try fixture(store) { _ in [:] }
        try await second.run { try await second.wait { try await second.state("1") == "done" } }
    }

    // MARK: - Concurrency and stopping

    @Test func runsNoMoreThanItMayAtOnce() async throws {
        let counts = Mutex((now: 0, most: 0))
        let fixture = try fixture { _ in
            counts.withLock { counts in
                counts.now += 1
                counts.most = max(counts.most, counts.now)
            }
            for _ in 0..<3 { await Task.yield() }
            counts.withLock { $0.now -= 1 }
            return [:]
        }
        try await fixture.run {
            for id in 0..<2000 { _ = try await fixture.engine.create("job", id: "\(id)", data: [:], firing: "begin") }
            try await fixture.wait { try await !fixture.workLeft() }
        }
        #expect(counts.withLock { $0.most } <= 512)
    }

    @Test func drainWaitsForWhatRunsAndStartsNothing() async throws {
        let gate = TestGate()
        let log = CallLog()
        let fixture = try fixture { _ in
            log.add("call")
            try await gate.wait()
            return [:]
        }
        try await fixture.run {
            _ = try await fixture.engine.create("job", id: "1", data: [:], firing: "begin")
            try await fixture.wait { gate.waitingCount == 1 }
            async let drained: Void = fixture.context.work.drain()
            while fixture.context.work.reserveLease(for: "probe", now: fixture.clock.now) != nil { await Task.yield() }
            _ = try await fixture.engine.create("job", id: "2", data: [:], firing: "begin")
            gate.open()
            await drained
        }
        #expect(log.all == ["call"])
        #expect(try await fixture.state("1") == "done")
        #expect(try await fixture.state("2") == "working")
        #expect(try await fixture.workLeft())
    }

    @Test func drainGivesUpWhenItIsCancelled() async throws {
        let gate = TestGate()
        let fixture = try fixture { _ in
            try await gate.wait()
            return [:]
        }
        try await fixture.run {
            _ = try await fixture.engine.create("job", id: "1", data: [:], firing: "begin")
            try await fixture.wait { gate.waitingCount == 1 }
            let drain = Task { await fixture.context.work.drain() }
            drain.cancel()
            await drain.value
        }
        #expect(try await fixture.workLeft(), "what was cut off stays in the store")
    }

    @Test func losesNoWakeUp() async throws {
        let fixture = try fixture { _ in [:] }
        try await fixture.run {
            for id in 0..<3000 {
                _ = try await fixture.engine.create("job", id: "\(id)", data: [:], firing: "begin")
                if id % 7 == 0 { try await fixture.wait { try await fixture.state("\(id)") == "done" } }
            }
            try await fixture.wait { try await !fixture.workLeft() }
        }
    }
}
