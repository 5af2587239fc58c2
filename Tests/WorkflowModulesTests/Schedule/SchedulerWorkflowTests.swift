import Synchronization
import Testing
import WorkflowCore
import WorkflowTesting

@testable import WorkflowModules

@Suite struct SchedulerWorkflowTests {
    private static func yaml(
        scheduler: String = "cronExpression: '* * * * *'", type: String = "scheduler.cron", _ jobs: String,
        triggers: String = ""
    ) -> String {
        """
        modules:
          - {name: minutely, type: \(type), config: {\(scheduler)}}
          - {name: other, type: scheduler.cron, config: {cronExpression: '@hourly'}}
          - {name: listener, type: test.recorder}
          - {name: script, type: dynamic.component, config: {source: a.js, componentId: counter}}
          - {name: step, type: processing.step, config: {componentId: script}}
        workflows:
          scheduler:
            jobs: [\(jobs)]
        \(triggers)
        """
    }

    @Test func aMessageHandlerGetsTheConfigurationAsAMessage() async throws {
        let yaml = Self.yaml("{scheduler: minutely, job: listener, config: {warehouse: berlin}}")
        try await ScheduleApplication.run(yaml, jobs: ["minutely:listener"], scripts: ["a": FakeScript()]) { it in
            try await it.nextMinute("minutely:listener", runs: 1)
            let message = try it.app.recorder("listener").handled.first
            #expect(message?.payload == ["warehouse": "berlin", "trigger_time": "2026-01-05T09:01:00Z"])
            #expect(message?.topic == "scheduler.listener")
            #expect(message?.id == "minutely:listener@2026-01-05T09:01:00Z")
        }
    }

    @Test(arguments: ["script", "counter", "step"])
    func componentsAndStepsGetTheConfigurationAsTheirInput(job: String) async throws {
        let inputs = JobInputs()
        let script = FakeScript(execute: { input, _ in inputs.add(input) })
        let yaml = Self.yaml("{scheduler: minutely, job: \(job), config: {warehouse: berlin}}")
        try await ScheduleApplication.run(yaml, jobs: ["minutely:\(job)"], scripts: ["a": script]) { it in
            try await it.nextMinute("minutely:\(job)", runs: 1)
        }
        let input = try #require(inputs.all.first)
        #expect(input["warehouse"] == "berlin")
        #expect(input["trigger_time"] == "2026-01-05T09:01:00Z")
        #expect(input["idempotencyKey"] == .string("minutely:\(job)@2026-01-05T09:01:00Z"))
        #expect(input["attempt"] == 1)
    }

    @Test(arguments: [("webhook.sender", "url: '%/ok'"), ("httpclient.modular", "baseURL: '%/ok'")])
    func whatARunSendsHasItsIdentifierAsIdempotencyKey(type: String, settings: String) async throws {
        try await LoopbackServer.run(HTTPClientTests.json) { server in
            let settings = settings.replacing("%", with: server.url)
            let yaml = """
                modules:
                  - {name: minutely, type: scheduler.cron, config: {cronExpression: '* * * * *'}}
                  - {name: remote, type: \(type), config: {\(settings)}}
                workflows:
                  scheduler:
                    jobs: [{scheduler: minutely, job: remote}]
                """
            try await ScheduleApplication.run(yaml, jobs: ["minutely:remote"]) { it in
                try await it.nextMinute("minutely:remote", runs: 1)
            }
            #expect(server.requests.map { $0["idempotency-key"] } == ["minutely:remote@2026-01-05T09:01:00Z"])
        }
    }

    @Test func aResultThatTellsOfAFailureIsOne() async throws {
        let script = FakeScript.returning(["success": false, "error": "no stock"])
        let yaml = Self.yaml("{scheduler: minutely, job: script}")
        try await ScheduleApplication.run(yaml, jobs: ["minutely:script"], scripts: ["a": script]) { it in
            try await it.nextMinute("minutely:script", "failure", runs: 1)
            let result = try await it.app.engine.invoke("scheduler", action: "script")
            #expect(result == ["success": false, "job": "script", "error": "no stock"])
        }
    }

    @Test func slotsAreSkippedWhileARunGoesOn() async throws {
        let gate = TestGate()
        let script = FakeScript(execute: { input, _ in
            try await gate.wait()
            return input
        })
        let yaml = Self.yaml("{scheduler: minutely, job: script}")
        try await ScheduleApplication.run(yaml, jobs: ["minutely:script"], scripts: ["a": script]) { it in
            it.clock.advance(by: .seconds(60))
            try await waitUntil("the run begins") { gate.waitingCount == 1 }
            try await it.nextMinute("minutely:script", "skipped", runs: 1)
            gate.open()
            try await it.wait("minutely:script", runs: 1)
            try await it.nextMinute("minutely:script", runs: 2)
        }
    }

    @Test(arguments: [true, false])
    func aStopWaitsForARunAndThenCutsItOff(isInTime: Bool) async throws {
        let gate = TestGate()
        let script = FakeScript(execute: { input, _ in
            try await gate.wait()
            return input
        })
        let yaml = Self.yaml(
            scheduler: "cronExpression: '* * * * *', shutdownTimeout: 5s", "{scheduler: minutely, job: script}")
        try await ScheduleApplication.run(yaml, jobs: ["minutely:script"], scripts: ["a": script]) { it in
            it.clock.advance(by: .seconds(60))
            try await waitUntil("the run begins") { gate.waitingCount == 1 }
            let deadline = it.clock.now.advanced(by: .seconds(5))
            async let stop: Void = it.app.engine.stop()
            try await waitUntil("the stop waits") { it.clock.nextDeadline == deadline }
            #expect(gate.waitingCount == 1)
            if isInTime { gate.open() } else { it.clock.advance(by: .seconds(5)) }
            await stop
            #expect(it.count("minutely:script", isInTime ? "success" : "failure") == 1)
        }
    }

    // MARK: On request

    @Test func aJobRunsWhenItIsAskedFor() async throws {
        let yaml = Self.yaml(
            scheduler: "",
            "{scheduler: minutely, job: listener, config: {a: 1, b: 2}}, {scheduler: other, job: script}")
        try await ScheduleApplication.run(yaml, jobs: [], scripts: ["a": FakeScript()]) { it in
            for action in ["listener", "minutely:listener"] {
                let result = try await it.app.engine.invoke("scheduler", action: action, data: ["b": 3])
                #expect(result == ["success": true, "job": "listener"])
            }
            let messages = try it.app.recorder("listener").handled
            #expect(messages.count == 2)
            #expect(messages.first?.payload == ["a": 1, "b": 3, "trigger_time": "2026-01-05T09:00:00Z"])
            await #expect(throws: WorkflowError.self) {
                try await it.app.engine.invoke("scheduler", action: "listner")
            }
        }
    }

    @Test func aTriggerRunsAJobAndSeesItFail() async throws {
        let yaml = Self.yaml(
            scheduler: "", "{scheduler: minutely, job: script}",
            triggers: """
                triggers:
                  schedule:
                    jobs: [{name: t, cron: '@every 1m', workflow: scheduler, action: script}]
                """)
        let script = FakeScript(execute: { _, _ in throw ScriptError(.thrown, "no") })
        try await ScheduleApplication.run(yaml, jobs: ["t"], scripts: ["a": script]) { it in
            try await it.nextMinute("t", "failure", runs: 1)
        }
    }

    // MARK: Configuration

    @Test func earlierKeysAndTheShortTypeAreAccepted() async throws {
        let yaml = Self.yaml(
            scheduler: "workerCount: 5, queueSize: 100, checkInterval: 1s, shutdownTimeout: 30s, retentionDays: 7",
            type: "scheduler", "{scheduler: minutely, job: listener}")
        var options = TestApplication.Options()
        options.scripts = ["a": FakeScript()]
        #expect(try await TestApplication.issues(yaml, options).isEmpty)
    }

    @Test(arguments: [
        ("{scheduler: minutly, job: listener}", "there is no module \"minutly\"", "did you mean \"minutely\"?"),
        ("{scheduler: listener, job: listener}", "is not a scheduler", ""),
        ("{scheduler: minutely, job: listner}", "there is no module \"listner\"", "did you mean \"listener\"?"),
        ("{scheduler: minutely, job: other}", "is not a component, a processing step or a message handler", "listener"),
        ("{scheduler: minutely}", "missing key \"job\"", ""),
        (
            "{scheduler: minutely, job: listener}, {scheduler: minutely, job: listener}",
            "the job \"minutely:listener\" is defined twice", ""
        ),
    ])
    func jobsThatCannotWorkAreRefusedWithTheirPlace(jobs: String, message: String, hint: String) async throws {
        var options = TestApplication.Options()
        options.scripts = ["a": FakeScript()]
        let issues = try await TestApplication.issues(Self.yaml(jobs), options)
        #expect(issues.count == 1, "\(issues)")
        #expect(issues.first?.contains(message) == true, "\(issues)")
        #expect(hint.isEmpty || issues.first?.contains(hint) == true, "\(issues)")
        #expect(issues.first?.hasPrefix("app.yaml:9:") == true, "\(issues)")
    }

    @Test(arguments: [
        ("listner", "there is no job \"listner\"", "did you mean \"listener\"?"),
        ("listener", "several schedulers have the job \"listener\"", "minutely:listener"),
    ])
    func aTriggerMustNameOneJob(action: String, message: String, hint: String) async throws {
        var options = TestApplication.Options()
        options.scripts = ["a": FakeScript()]
        let yaml = Self.yaml(
            "{scheduler: minutely, job: listener}, {scheduler: other, job: listener}",
            triggers: "triggers: {schedule: {jobs: [{cron: '@daily', workflow: scheduler, action: \(action)}]}}")
        let issues = try await TestApplication.issues(yaml, options)
        #expect(issues.count == 1, "\(issues)")
        #expect(issues.first?.contains(message) == true, "\(issues)")
        #expect(issues.first?.contains(hint) == true, "\(issues)")
    }
}

/// Remembers what a component got.
private final class JobInputs: Sendable {
    private let inputs = Mutex<[JSONValue]>([])

    var all: [JSONValue] { inputs.withLock { $0 } }

    func add(_ input: JSONValue) -> JSONValue {
        inputs.withLock { $0.append(input) }
        return [:]
    }
}
