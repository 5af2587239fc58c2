import Testing
import WorkflowCore
import WorkflowTesting

@testable import WorkflowModules

@Suite struct ModularSchedulerTests {
    private static func yaml(_ jobs: String, settings: String = "", rest: String = "") -> String {
        """
        modules:
          - {name: timer, type: scheduler.modular}
          - {name: events, type: messaging.broker}
          - {name: listener, type: test.recorder}
          - {name: script, type: dynamic.component, config: {source: a.js, componentId: counter}}
        workflows:
          messaging:
            subscriptions: [{topic: seen, handler: listener}]
        \(rest)
        scheduler:
          jobs: [\(jobs)]
          \(settings)
        """
    }

    @Test func aJobRunsAModuleWithItsParametersAndTheTime() async throws {
        let yaml = Self.yaml("{name: a, schedule: '* * * * *', command: listener, params: {warehouse: berlin}}")
        try await ScheduleApplication.run(yaml, jobs: ["timer:a"], scripts: ["a": FakeScript()]) { it in
            try await it.nextMinute("timer:a", runs: 1)
            let message = try it.app.recorder("listener").handled.first
            #expect(message?.payload == ["warehouse": "berlin", "trigger_time": "2026-01-05T09:01:00Z"])
        }
    }

    @Test func aJobRunsAnActionOfAWorkflow() async throws {
        let yaml = Self.yaml("{name: a, cron: '* * * * *', command: 'messaging:seen', config: {by: timer}}")
        try await ScheduleApplication.run(yaml, jobs: ["timer:a"], scripts: ["a": FakeScript()]) { it in
            try await it.nextMinute("timer:a", runs: 1)
            let message = try await it.app.recorder("listener").waitForMessages(1)[0]
            #expect(message.topic == "seen")
            #expect(message.payload == ["by": "timer", "trigger_time": "2026-01-05T09:01:00Z"])
        }
    }

    @Test func aJobThatIsOffDoesNotRunAndItsCommandNeedNotBeThere() async throws {
        let yaml = Self.yaml(
            """
            {name: a, schedule: '* * * * *', command: gone, enabled: false},
            {name: b, schedule: '* * * * *', command: listener}
            """)
        try await ScheduleApplication.run(yaml, jobs: ["timer:b"], scripts: ["a": FakeScript()]) { it in
            try await it.nextMinute("timer:b", runs: 1)
            #expect(try it.app.recorder("listener").handled.map(\.topic) == ["scheduler.listener"])
        }
    }

    @Test func jobsShareTheWorkersAndFewMayWaitForThem() async throws {
        let gate = TestGate()
        let script = FakeScript(execute: { input, _ in
            try await gate.wait()
            return input
        })
        let names = ["a", "b", "c"]
        let jobs = names.map { "{name: \($0), schedule: '* * * * *', command: script}" }.joined(separator: ", ")
        let yaml = Self.yaml(jobs, settings: "worker_count: 1\n  queueSize: 1")
        let records = names.map { "timer:\($0)" }
        try await ScheduleApplication.run(yaml, jobs: records, scripts: ["a": script]) { it in
            it.clock.advance(by: .seconds(60))
            try await waitUntil("one run is refused") {
                records.reduce(0) { $0 + it.count($1, "failure") } == 1
            }
            try await waitUntil("one run has the worker") { gate.waitingCount == 1 }
            gate.open()
            try await waitUntil("the run that waited is done as well") {
                records.reduce(0) { $0 + it.count($1, "success") } == 2
            }
        }
    }

    @Test(arguments: [true, false])
    func aStopWaitsForARunAndThenCutsItOff(isInTime: Bool) async throws {
        let gate = TestGate()
        let script = FakeScript(execute: { input, _ in
            try await gate.wait()
            return input
        })
        let yaml = Self.yaml("{name: a, schedule: '* * * * *', command: counter}", settings: "shutdownTimeout: 5s")
        try await ScheduleApplication.run(yaml, jobs: ["timer:a"], scripts: ["a": script]) { it in
            it.clock.advance(by: .seconds(60))
            try await waitUntil("the run begins") { gate.waitingCount == 1 }
            let deadline = it.clock.now.advanced(by: .seconds(5))
            async let stop: Void = it.app.engine.stop()
            try await waitUntil("the stop waits") { it.clock.nextDeadline == deadline }
            if isInTime { gate.open() } else { it.clock.advance(by: .seconds(5)) }
            await stop
            #expect(it.count("timer:a", isInTime ? "success" : "failure") == 1)
        }
    }

    @Test func itIsTheSchedulerOfJobsOfTheSectionAsWell() async throws {
        let yaml = Self.yaml(
            "", settings: "cronExpression: '* * * * *'",
            rest: "  scheduler: {jobs: [{scheduler: timer, job: listener, config: {a: 1}}]}")
        try await ScheduleApplication.run(yaml, jobs: ["timer:listener"], scripts: ["a": FakeScript()]) { it in
            try await it.nextMinute("timer:listener", runs: 1)
            let message = try it.app.recorder("listener").handled.first
            #expect(message?.payload == ["a": 1, "trigger_time": "2026-01-05T09:01:00Z"])
        }
    }

    @Test(arguments: [
        (
            "{name: a, schedule: '@daily', command: listner}",
            "the command \"listner\" is neither a module nor workflow:action; programs are not run",
            "did you mean \"listener\"?"
        ),
        ("{name: a, schedule: '@daily', command: rm -rf x}", "is neither a module nor workflow:action", ""),
        ("{name: a, schedule: '@daily', command: events}", "the module \"events\" is not a component", ""),
        ("{name: a, schedule: '@daily', command: 'messagin:x'}", "there is no workflow \"messagin\"", ""),
        ("{name: a, schedule: '61 * * * *', command: listener}", "minute 61 is out of range 0-59", ""),
        ("{name: a, command: listener}", "missing key \"schedule\"", ""),
        ("{schedule: '@daily', command: listener}", "missing key \"name\"", ""),
        (
            "{name: a, schedule: '@daily', command: listener}, {name: a, schedule: '@daily', command: script}",
            "there is another job \"a\"", ""
        ),
    ])
    func jobsThatCannotWorkAreRefusedWithTheirPlace(job: String, message: String, hint: String) async throws {
        var options = TestApplication.Options()
        options.scripts = ["a": FakeScript()]
        let issues = try await TestApplication.issues(Self.yaml(job), options)
        #expect(issues.count == 1)
        #expect(issues.first?.hasPrefix("app.yaml:11:") == true, "\(issues)")
        #expect(issues.first?.contains(message) == true, "\(issues)")
        #expect(hint.isEmpty || issues.first?.contains(hint) == true, "\(issues)")
    }
}
