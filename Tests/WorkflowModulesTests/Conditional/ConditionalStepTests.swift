import Testing
import WorkflowCore
import WorkflowTesting

@testable import WorkflowModules

@Suite struct ConditionalStepTests {
    /// A state machine whose transition `begin` runs the module `choice`.
    private static func yaml(_ modules: String, hooks: String = "") -> String {
        """
        modules:
          - {name: machines, type: statemachine.engine}
          - {name: seen, type: test.recorder}
          - {name: card, type: dynamic.component, config: {source: card.js}}
          - {name: bank, type: dynamic.component, config: {source: bank.js}}
          - {name: step-card, type: processing.step, config: {componentId: card, successTransition: pay, compensateTransition: decline}}
          - {name: step-bank, type: processing.step, config: {componentId: bank, successTransition: wait}}
          \(modules)
        workflows:
          statemachine:
            definitions:
              - name: order
                initialState: new
                states: {new: , working: , paid: , declined: , waiting: }
                transitions:
                  begin: {fromState: new, toState: working}
                  pay: {fromState: working, toState: paid}
                  decline: {fromState: working, toState: declined}
                  wait: {fromState: working, toState: waiting}
            hooks:
              - {transitions: [begin], handler: choice}
              \(hooks)
        """
    }

    private static let choice = """
        - name: choice
            type: conditional.switch
            config: {expression: method, cases: [card, bank, cash]}
            branches: {card: step-card, bank: step-bank, cash: seen}
        """

    private func options(card: JSONValue = [:], bank: JSONValue = [:]) -> TestApplication.Options {
        var options = TestApplication.Options()
        options.scripts = ["card": .returning(card), "bank": .returning(bank)]
        return options
    }

    private func begin(_ app: TestApplication, _ data: JSONObject) async throws {
        _ = try await app.engine.invoke("order", action: "begin", data: data.merging(["id": "o1"]))
    }

    @Test(
        arguments: [
            ("card", [:], "paid"), ("card", ["status": "declined"], "declined"), ("bank", [:], "waiting"),
        ] as [(String, JSONValue, String)])
    func theStepOfTheBranchFiresItsOwnTransitions(method: String, result: JSONValue, state: String) async throws {
        try await TestApplication.run(Self.yaml(Self.choice), options(card: result)) { app in
            try await begin(app, ["method": .string(method)])
            try await app.instance("o1", in: state)
        }
    }

    @Test func aTechnicalFailureIsRetriedAsTheStepOfTheBranchSays() async throws {
        let clock = TestClock()
        let calls = TestCounter()
        var options = options()
        options.clock = clock
        options.scripts["card"] = FakeScript(execute: { _, _ in
            if calls.increment() < 3 { throw WorkflowError(.unavailable, "not now") }
            return [:]
        })
        try await TestApplication.run(Self.yaml(Self.choice), options) { app in
            let began = clock.now
            try await begin(app, ["method": "card"])
            for wait in [1, 3] {
                let due = began.advanced(by: .seconds(wait))
                try await waitUntil("the attempt has failed") { clock.nextDeadline == due }
                clock.advance(by: clock.now.duration(to: due))
            }
            try await app.instance("o1", in: "paid")
            #expect(calls.value == 3)
        }
    }

    @Test func aMessageHandlerIsToldOfTheTransitionWithTheData() async throws {
        try await TestApplication.run(Self.yaml(Self.choice), options()) { app in
            try await begin(app, ["method": "cash", "total": 5])
            let message = try #require(try await app.recorder("seen").waitForMessages(1).first)
            #expect(message.topic == "order.begin")
            #expect(message.key == "o1")
            #expect(message.payload["total"] == 5)
            #expect(message.payload["instanceId"] == "o1")
            #expect(message.payload["transition"] == "begin")
            #expect(message.payload["toState"] == "working")
        }
    }

    @Test func anOutcomeWithoutABranchLeavesTheRestOfTheHooksAlone() async throws {
        let yaml = Self.yaml(Self.choice, hooks: "- {transitions: [begin], handler: seen}")
        try await TestApplication.run(yaml, options()) { app in
            try await begin(app, ["method": "barter"])
            try await app.recorder("seen").waitForMessages(1)
            try await app.instance("o1", in: "working")
        }
    }

    @Test func aComponentAddsItsResultToTheInstance() async throws {
        let choice =
            "- {name: choice, type: conditional.ifelse, config: {expression: toState == 'working'}, branches: {'true': card}}"
        let yaml = Self.yaml(choice, hooks: "- {transitions: [begin], handler: seen}")
        try await TestApplication.run(yaml, options(card: ["checked": true])) { app in
            try await begin(app, [:])
            try await app.recorder("seen").waitForMessages(1)
            #expect(try await app.instance("o1", in: "working").data["checked"] == true)
        }
    }

    @Test func aProcessingStepMayHaveAConditionalAsItsComponent() async throws {
        let yaml = Self.yaml(
            """
            - {name: choice, type: processing.step, config: {componentId: inner, successTransition: pay}}
              - name: inner
                type: conditional.ifelse
                config: {expression: "total > 5 and workflowId == 'order'"}
                branches: {"true": card, "false": bank}
            """)
        try await TestApplication.run(yaml, options(card: ["by": "card"], bank: ["by": "bank"])) { app in
            try await begin(app, ["total": 6])
            #expect(try await app.instance("o1", in: "paid").data["by"] == "card")
        }
    }

    @Test func conditionalsWithinConditionalsLeadToSteps() async throws {
        let outer =
            "- {name: choice, type: conditional.ifelse, config: {expression: method}, branches: {'true': inner}}"
        let inner = Self.choice.replacing("name: choice", with: "name: inner")
        try await TestApplication.run(Self.yaml("\(outer)\n  \(inner)"), options()) { app in
            try await begin(app, ["method": "bank"])
            try await app.instance("o1", in: "waiting")
        }
    }

    @Test func anExpressionWithoutAValueFailsTheStepAtOnce() async throws {
        let choice = "- {name: choice, type: conditional.ifelse, config: {expression: a + 1}, branches: {'true': card}}"
        try await TestApplication.run(Self.yaml(choice), options()) { app in
            try await begin(app, [:])
            try await waitUntil("the failure is told") {
                try await app.machine().instance("o1")?.data["error"] != nil
            }
            let error = try await app.machine().instance("o1")?.data["error"]?.stringValue
            #expect(error?.contains("The expression of \"choice\" has no value") == true)
        }
    }

    @Test func noMoreRunsGoOnAtOnceThanTheBranchesAllow() async throws {
        let yaml = Self.yaml(Self.choice).replacing(
            "source: card.js", with: "source: card.js, limits: {concurrency: 3}")
        try await TestApplication.run(yaml, options()) { app in
            let router = try app.engine.service(ConditionalRouter.self, named: "choice")
            #expect(router.concurrency == 3)
        }
    }
}
