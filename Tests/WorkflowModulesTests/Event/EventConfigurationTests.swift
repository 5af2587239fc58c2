import Testing
import WorkflowCore
import WorkflowTesting

@testable import WorkflowModules

@Suite struct EventConfigurationTests {
    /// A key of the application, its text, and what is wrong with it.
    struct Mistake: Sendable {
        var patterns = EventApplication.failures
        var handlers = "{patternId: failures, handler: alarm}"
        var adapters = "{broker: events, topics: [a]}"
        var processor = ""
        let message: String
        var hint = ""
    }

    private static func pattern(_ keys: String) -> String {
        "{patternId: failures, eventTypes: [a, b], windowTime: 1m, \(keys)}"
    }

    @Test(arguments: [
        Mistake(
            handlers: "{patternId: failure, handler: alarm}", message: "there is no pattern \"failure\"",
            hint: "did you mean \"failures\"?"),
        Mistake(
            handlers: "{patternId: failures, handler: alrm}", message: "there is no module \"alrm\"",
            hint: "did you mean \"alarm\"?"),
        Mistake(
            handlers: "{patternId: failures, handler: events}",
            message: "the module \"events\" is neither a message handler nor a processing step nor a component"),
        Mistake(
            adapters: "{broker: event, topics: [a]}", message: "there is no module \"event\"",
            hint: "did you mean \"events\"?"),
        Mistake(
            adapters: "{broker: alarm, topics: [a]}", message: "the module \"alarm\" (test.recorder) is not a message"),
        Mistake(adapters: "{broker: events, topics: [a..b]}", message: "empty segment"),
        Mistake(adapters: "{broker: events, topics: []}", message: "must not be empty"),
        Mistake(
            patterns: EventApplication.failures + "," + EventApplication.failures,
            message: "the pattern \"failures\" is defined twice"),
        Mistake(patterns: pattern("condition: sequense"), message: "neither count", hint: "did you mean \"sequence\"?"),
        Mistake(patterns: pattern("condition: event.length"), message: "neither count", hint: "events"),
        Mistake(patterns: pattern("condition: count >"), message: "of the expression"),
        Mistake(patterns: pattern("condition: all, maxOccurs: 1"), message: "can never occur: it needs 2 events"),
        Mistake(
            patterns: pattern("condition: all"), processor: "bufferSize: 1",
            message: "\"patterns\" keeps only 1", hint: "raise bufferSize"),
        Mistake(patterns: pattern("minOccurs: -1"), message: "must be at least 0"),
        Mistake(patterns: pattern("mode: x"), message: "unknown key \"mode\""),
        Mistake(
            patterns: "{patternId: failures, eventTypes: [], windowTime: 0}", message: "must"),
        Mistake(patterns: "{patternId: failures, eventTypes: [a]}", message: "missing key \"windowTime\""),
        Mistake(processor: "cleanupInterval: 0", message: "must be more than 0"),
        Mistake(processor: "bufferSize: 0", message: "must be at least 1"),
        Mistake(processor: "maxMemory: 1KB", message: "must be at least 1MB"),
    ])
    func mistakesAreToldWithTheirPlace(mistake: Mistake) async throws {
        let issues = try await TestApplication.issues(
            EventApplication.yaml(
                processor: mistake.processor, patterns: mistake.patterns, handlers: mistake.handlers,
                adapters: mistake.adapters))
        #expect(!issues.isEmpty)
        for issue in issues {
            #expect(issue.contains(mistake.message) && issue.contains(mistake.hint), "\(issues)")
            #expect(issue.hasPrefix("app.yaml:"), "\(issues)")
        }
    }

    @Test func theProcessorIsFoundByNameOrBecauseItIsTheOnlyOne() async throws {
        func issues(_ modules: String, _ name: String) async throws -> [String] {
            try await TestApplication.issues(
                """
                modules: [\(modules)]
                workflows: {event: {\(name)patterns: [\(EventApplication.failures)]}}
                """)
        }
        let (one, two) = ("{name: one, type: event.processor}", "{name: two, type: event.processor}")
        #expect(try await issues(one, "").isEmpty)
        #expect(try await issues("\(one), \(two)", "processor: two, ").isEmpty)
        #expect(try await issues("\(one), \(two)", "").first?.contains("name one") == true)
        #expect(try await issues("", "").first?.contains("event processor is missing") == true)
        let wrong = try await issues("\(one), \(two)", "processor: tow, ")
        #expect(wrong.count == 1)
        #expect(wrong.first?.contains("did you mean \"two\"?") == true, "\(wrong)")
    }

    @Test func aStepThatFiresTransitionsIsRefused() async throws {
        var options = TestApplication.Options()
        options.scripts = ["check": FakeScript()]
        let yaml = EventApplication.yaml(
            modules: """
                - {name: check, type: dynamic.component, config: {source: check.js}}
                  - {name: step, type: processing.step, config: {componentId: check, successTransition: go}}
                """, handlers: "{patternId: failures, handler: step}")
        let issues = try await TestApplication.issues(yaml, options)
        #expect(issues.count == 1)
        #expect(issues.first?.contains("the step \"step\" fires transitions") == true, "\(issues)")
    }

    @Test func severalBrokersMustBeNamed() async throws {
        let issues = try await TestApplication.issues(
            EventApplication.yaml(modules: "- {name: other, type: messaging.broker}", adapters: "{topics: [a]}"))
        #expect(issues.count == 1)
        #expect(issues.first?.contains("adapters[0]: There are several message brokers") == true, "\(issues)")
    }

    @Test func aTriggerMustNameATypeThatAPatternTakes() async throws {
        let yaml =
            EventApplication.yaml() + """

                triggers:
                  event: {subscriptions: [{topic: raise, workflow: event, action: login.faild}]}
                """
        let issues = try await TestApplication.issues(yaml)
        #expect(issues.count == 1)
        #expect(issues.first?.contains("no event pattern takes events of the type \"login.faild\"") == true)
        #expect(issues.first?.contains("did you mean \"login.failed\"?") == true)
    }
}
