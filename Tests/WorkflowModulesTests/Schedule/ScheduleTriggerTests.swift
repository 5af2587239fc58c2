import Testing
import WorkflowCore
import WorkflowTesting

@testable import WorkflowModules

@Suite struct ScheduleTriggerTests {
    private static func yaml(_ jobs: String) -> String {
        """
        modules:
          - {name: events, type: messaging.broker}
          - {name: machines, type: statemachine.engine}
          - {name: listener, type: test.recorder}
        workflows:
          messaging:
            subscriptions: [{topic: seen.*, handler: listener}]
          statemachine:
            definitions:
              - name: review
                initialState: new
                states: {new: , open: , done: {isFinal: true}}
                transitions:
                  open: {fromState: new, toState: open}
                  finish: {fromState: open, toState: done}
        triggers:
          schedule:
            jobs: [\(jobs)]
        """
    }

    @Test func runsAWorkflowAtEachSlotWithTheTimeAndTheParameters() async throws {
        let yaml = Self.yaml("{cron: '* * * * *', workflow: messaging, action: seen.x, params: {by: clock}}")
        try await ScheduleApplication.run(yaml, jobs: ["messaging.seen.x"]) { application in
            for run in 1...2 { try await application.nextMinute("messaging.seen.x", runs: run) }
            let seen = try await application.app.recorder("listener").waitForMessages(2)
            #expect(seen.first?.payload == ["trigger_time": "2026-01-05T09:01:00Z", "by": "clock"])
            #expect(seen.last?.payload["trigger_time"] == "2026-01-05T09:02:00Z")
        }
    }

    @Test func eachRunBeginsAnInstanceUnlessOneIsNamed() async throws {
        let yaml = Self.yaml(
            """
            {name: weekly, cron: '* * * * *', workflow: review, action: open},
            {name: annual, cron: '* * * * *', workflow: review, action: open, params: {id: r1}}
            """)
        try await ScheduleApplication.run(yaml, jobs: ["weekly", "annual"]) { application in
            try await application.nextMinute("weekly", runs: 1)
            try await application.wait("annual", runs: 1)
            let instance = try await application.app.instance("weekly@2026-01-05T09:01:00Z", in: "open")
            #expect(instance.data["trigger_time"] == "2026-01-05T09:01:00Z")
            try await application.app.instance("r1", in: "open")
            // The instance is open already.
            try await application.nextMinute("annual", "failure", runs: 1)
            try await application.wait("weekly", runs: 2)
        }
    }

    @Test func jobsWithoutANameAreToldApart() async throws {
        let yaml = Self.yaml(
            """
            {cron: '* * * * *', workflow: messaging, action: seen.x},
            {cron: '@hourly', workflow: messaging, action: seen.x}
            """)
        let jobs = ["messaging.seen.x", "messaging.seen.x-2"]
        try await ScheduleApplication.run(yaml, jobs: jobs) { application in
            try await application.nextMinute(jobs[0], runs: 1)
            #expect(application.count(jobs[1], "success") == 0)
        }
    }

    @Test(arguments: [("skip", [String]()), ("once", ["09:10"]), ("all", ["09:05", "09:10"])])
    func afterARestartMissedRunsMeetThePolicy(missed: String, times: [String]) async throws {
        let (clock, store) = (TestClock(), InMemoryStateStore())
        let yaml = Self.yaml(
            "{name: job, cron: '*/5 * * * *', missed: \(missed), workflow: messaging, action: seen.x}")
        try await ScheduleApplication.run(yaml, jobs: ["job"], clock: clock, store: store) { _ in }
        clock.advance(by: .seconds(14 * 60))
        try await ScheduleApplication.run(yaml, jobs: ["job"], clock: clock, store: store) { application in
            try await application.wait("job", runs: times.count)
            try await application.nextMinute("job", runs: times.count + 1)
            let seen = try await application.app.recorder("listener").waitForMessages(times.count + 1)
            let all = (times + ["09:15"]).map { JSONValue.string("2026-01-05T\($0):00Z") }
            #expect(seen.map { $0.payload["trigger_time"] } == all)
        }
    }

    @Test(arguments: [
        (
            "{cron: '* * * * *', workflow: messagin, action: seen.x}", "there is no workflow \"messagin\"",
            "did you mean \"messaging\"?"
        ),
        (
            "{cron: '* * * * *', workflow: review, action: opne}", "has no transition \"opne\"",
            "did you mean \"open\"?"
        ),
        ("{cron: '61 * * * *', workflow: review, action: open}", "minute 61 is out of range 0-59 (column 1", ""),
        ("{workflow: review, action: open}", "missing key \"cron\"", ""),
        ("{cron: '@daily', workflow: review}", "missing key \"action\"", ""),
        ("{cron: '@daily', timezone: Nowhere/City, workflow: review, action: open}", "is unknown", ""),
        (
            "{cron: '@daily', overlap: queu, workflow: review, action: open}", "must be one of skip, queue, allow",
            "did you mean \"queue\"?"
        ),
        ("{cron: '@daily', workflow: review, action: open, retries: 3}", "unknown key \"retries\"", ""),
    ])
    func jobsThatCannotWorkAreRefusedWithTheirPlace(job: String, message: String, hint: String) async throws {
        let issues = try await TestApplication.issues(Self.yaml(job))
        #expect(issues.count == 1)
        #expect(issues.first?.contains(message) == true, "\(issues)")
        #expect(hint.isEmpty || issues.first?.contains(hint) == true, "\(issues)")
        #expect(issues.first?.hasPrefix("app.yaml:18:") == true, "\(issues)")
    }

    @Test func twoJobsOfOneNameAreRefused() async throws {
        let job = "{name: a, cron: '@daily', workflow: review, action: open}"
        let issues = try await TestApplication.issues(Self.yaml("\(job), \(job)"))
        #expect(issues.count == 1)
        #expect(issues.first?.contains("there is another scheduled job \"a\"") == true, "\(issues)")
    }
}
