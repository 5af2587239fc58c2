import Synchronization
import Testing
import WorkflowCore
import WorkflowTesting

@testable import WorkflowModules

@Suite struct ProcessingStepTests {
    private static func yaml(_ step: String = "") -> String {
        """
        modules:
          - {name: machines, type: statemachine.engine}
          - {name: payment, type: dynamic.component, config: {componentId: payments, source: pay.js}}
          - name: step-payment
            type: processing.step
            config:
              componentId: payments
              successTransition: approve
              compensateTransition: decline
        \(step)
        workflows:
          statemachine:
            definitions:
              - name: order
                initialState: new
                states: {new: , paying: , paid: {isFinal: true}, declined: {isError: true}}
                transitions:
                  pay: {fromState: new, toState: paying}
                  approve: {fromState: paying, toState: paid}
                  decline: {fromState: paying, toState: declined}
                  retry: {fromState: declined, toState: paying}
            hooks:
              - {transitions: [pay, retry], handler: step-payment}
        """
    }

    private func options(
        clock: any EngineClock = SystemClock(),
        _ execute: @escaping @Sendable (JSONValue) async throws -> JSONValue
    ) -> TestApplication.Options {
        var options = TestApplication.Options()
        options.clock = clock
        options.scripts = ["pay": FakeScript(execute: { input, _ in try await execute(input) })]
        return options
    }

    @Test func aSuccessFiresItsTransitionWithTheResult() async throws {
        let inputs = Mutex<[JSONValue]>([])
        let options = options { input in
            inputs.withLock { $0.append(input) }
            return ["status": "approved", "transaction": "t1"]
        }
        try await TestApplication.run(Self.yaml(), options) { app in
            _ = try await app.engine.invoke("order", action: "pay", data: ["id": "o1", "total": 9])
            let instance = try await app.instance("o1", in: "paid")
            #expect(instance.data["transaction"] == "t1")
            let input = try #require(inputs.withLock { $0.first })
            #expect(input["total"] == 9)
            #expect(input["instanceId"] == "o1")
            #expect(input["workflowId"] == "order")
            #expect(input["transitionId"] == "pay")
            #expect(input["fromState"] == "new")
            #expect(input["toState"] == "paying")
            #expect(input["idempotencyKey"]?.stringValue?.isEmpty == false)
        }
    }

    @Test(
        arguments: [
            ["status": "declined", "reason": "no money"], ["available": false, "reason": "no money"],
            ["success": false, "reason": "no money"], ["status": "failed", "reason": "no money"],
        ] as [JSONValue])
    func aBusinessFailureFiresTheCompensationWithoutARetry(result: JSONValue) async throws {
        let calls = TestCounter()
        let options = options { _ in
            calls.increment()
            return result
        }
        try await TestApplication.run(Self.yaml(), options) { app in
            _ = try await app.engine.invoke("order", action: "pay", data: ["id": "o1"])
            let instance = try await app.instance("o1", in: "declined")
            #expect(instance.data["reason"] == "no money")
            #expect(calls.value == 1)
        }
    }

    @Test func aTechnicalFailureIsRetriedLaterAndLater() async throws {
        let clock = TestClock()
        let calls = TestCounter()
        let options = options(clock: clock) { input in
            #expect(input["attempt"]?.intValue == calls.increment())
            throw WorkflowError(.unavailable, "the bank is closed")
        }
        let yaml = Self.yaml("      maxRetries: 2\n      retryBackoffMs: 500")
        try await TestApplication.run(yaml, options) { app in
            let began = clock.now
            _ = try await app.engine.invoke("order", action: "pay", data: ["id": "o1"])
            for (attempt, wait) in [(1, 500), (2, 1500)] {
                let due = began.advanced(by: .milliseconds(wait))
                try await waitUntil("attempt \(attempt) has failed") { clock.nextDeadline == due }
                #expect(calls.value == attempt)
                clock.advance(by: clock.now.duration(to: due))
            }
            let instance = try await app.instance("o1", in: "declined")
            #expect(calls.value == 3)
            #expect(instance.data["error"]?.stringValue?.contains("the bank is closed") == true)
        }
    }

    @Test func anAttemptThatTakesTooLongIsAFailure() async throws {
        let clock = TestClock()
        let gate = TestGate()
        let options = options(clock: clock) { _ in
            try await gate.wait()
            return [:]
        }
        let yaml = Self.yaml("      maxRetries: 0\n      timeoutSeconds: 10")
        try await TestApplication.run(yaml, options) { app in
            _ = try await app.engine.invoke("order", action: "pay", data: ["id": "o1"])
            let due = clock.now.advanced(by: .seconds(10))
            try await waitUntil("the attempt has begun") { gate.waitingCount == 1 && clock.nextDeadline == due }
            clock.advance(by: .seconds(10))
            let instance = try await app.instance("o1", in: "declined")
            #expect(instance.data["error"]?.stringValue?.contains("timeout") == true)
        }
    }

    @Test func aLaterTransitionRunsTheStepAgain() async throws {
        let calls = TestCounter()
        let options = options { _ in ["status": calls.increment() == 1 ? "declined" : "approved"] }
        try await TestApplication.run(Self.yaml(), options) { app in
            _ = try await app.engine.invoke("order", action: "pay", data: ["id": "o1"])
            try await app.instance("o1", in: "declined")
            _ = try await app.engine.invoke("order", action: "retry", data: ["id": "o1"])
            try await app.instance("o1", in: "paid")
        }
    }

    @Test(arguments: [
        ("maxRetries: -1", 2, 30), ("timeoutSeconds: 0", 2, 30), ("timeoutSeconds: -5", 2, 30),
        ("maxRetries: 0", 0, 30), ("timeoutSeconds: 1.5", 2, 1.5),
    ])
    func policiesOutOfRangeBecomeTheDefaults(line: String, retries: Int, seconds: Double) throws {
        let configuration = try ApplicationConfiguration(yaml: Self.yaml("      \(line)"))
        let node = try #require(configuration.modules.first { $0.name == "step-payment" }).configuration
        var decoder = ConfigurationDecoder()
        let decoded = decoder.decode(ProcessingStepModule.Configuration.self, from: node)
        let policy = try #require(decoded).policy
        #expect(policy.maxRetries == retries)
        #expect(policy.timeout == .milliseconds(Int64(seconds * 1000)))
        #expect(policy.retryBackoff == .seconds(1))
    }

    @Test func aStepForAnUnknownComponentIsRefusedWithItsPlace() async throws {
        let yaml = Self.yaml().replacing("componentId: payments\n", with: "componentId: paymet\n")
        var options = TestApplication.Options()
        options.scripts = ["pay": FakeScript()]
        let issues = try await TestApplication.issues(yaml, options)
        #expect(!issues.isEmpty)
        #expect(
            issues.first?.hasPrefix("app.yaml:7:20: error: modules[2].config.componentId: there is no component")
                == true)
        #expect(issues.first?.contains("did you mean \"payment\"?") == true, "\(issues)")
    }
}
