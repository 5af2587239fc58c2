import Testing
import WorkflowCore
import WorkflowTesting

@testable import WorkflowModules

@Suite struct ConditionalMessageTests {
    /// An application that leads the messages on `in` to the module `choice`.
    private static func yaml(_ choice: String, broker: String = "") -> String {
        """
        modules:
          - name: events
            type: messaging.broker
            config: {retryBackoff: 1us, retryLimit: 1us, \(broker)}
          - {name: first, type: test.recorder}
          - {name: second, type: test.recorder}
          - {name: other, type: test.recorder}
          \(choice)
        workflows:
          messaging:
            subscriptions: [{topic: in.*, handler: choice}]
        """
    }

    /// The payloads that each recorder has handled when all messages are settled.
    private func handled(_ app: TestApplication, after payloads: [JSONValue]) async throws -> [[JSONValue]] {
        let settled = TestCounter()
        for (index, payload) in payloads.enumerated() {
            let message = Message(id: "m\(index)", topic: "in.a", payload: payload, timestamp: app.options.clock.now)
            try await app.broker().publish(message, settled: { settled.increment() })
        }
        try await waitUntil("all messages are settled") { settled.value == payloads.count }
        return try ["first", "second", "other"].map { try app.recorder($0).handled.map(\.payload) }
    }

    @Test func aConditionLeadsMessagesToOneOfTwoModules() async throws {
        let yaml = Self.yaml(
            "- {name: choice, type: conditional.ifelse, config: {expression: total >= 100}, branches: {'true': first, 'false': second}}"
        )
        try await TestApplication.run(yaml) { app in
            let handled = try await handled(app, after: [["total": 100], ["total": 99], [:]])
            #expect(handled == [[["total": 100]], [["total": 99], [:]], []])
        }
    }

    @Test func theModuleOfTheBranchGetsTheSameMessage() async throws {
        let yaml = Self.yaml(
            "- {name: choice, type: conditional.ifelse, config: {expression: true}, branches: {'true': first}}")
        try await TestApplication.run(yaml) { app in
            let message = Message(id: "7", topic: "in.b", payload: "text", key: "k", timestamp: app.options.clock.now)
            try await app.broker().publish(message)
            #expect(try await app.recorder("first").waitForMessages(1) == [message])
        }
    }

    @Test func aSwitchTakesBranchesByIndexByTextAndByDefault() async throws {
        let yaml = Self.yaml(
            """
            - name: choice
                type: conditional.switch
                config: {expression: kind, cases: [express, "200", bulk]}
                branches: {case-0: first, "200": second, default: other}
            """)
        try await TestApplication.run(yaml) { app in
            let payloads: [JSONValue] = [
                ["kind": "express"], ["kind": 200], ["kind": "200"], ["kind": "bulk"], ["kind": "odd"], [:],
            ]
            let handled = try await handled(app, after: payloads)
            #expect(handled == [[payloads[0]], [payloads[1], payloads[2]], [payloads[3], payloads[4], payloads[5]]])
        }
    }

    @Test func theTextOfACaseThatMeansSomethingElseNamesNoBranch() async throws {
        let yaml = Self.yaml(
            """
            - name: choice
                type: conditional.switch
                config: {expression: kind, cases: [case-1, default]}
                branches: {case-0: first, case-1: second, default: other}
            """)
        try await TestApplication.run(yaml) { app in
            let handled = try await handled(app, after: [["kind": "case-1"], ["kind": "default"], ["kind": "x"]])
            #expect(handled == [[["kind": "case-1"]], [["kind": "default"]], [["kind": "x"]]])
        }
    }

    @Test func theValueOfAnExpressionNamesTheBranch() async throws {
        let yaml = Self.yaml(
            """
            - name: choice
                type: conditional.expression
                config: {expression: region}
                branches: {eu: first, "7": second, "null": other}
            """)
        try await TestApplication.run(yaml) { app in
            let handled = try await handled(app, after: [["region": "eu"], ["region": 7], [:], ["region": "none"]])
            #expect(handled == [[["region": "eu"]], [["region": 7]], [[:]]])
            #expect(try await app.broker().deadLetters().isEmpty)
        }
    }

    @Test func expressionsNameWhereAMessageComesFrom() async throws {
        let yaml = Self.yaml(
            """
            - name: choice
                type: conditional.expression
                config: {expression: "event.topic + event.id + event.type + data.type + type"}
                branches: {in.am0xxx: first, default: other}
            """)
        try await TestApplication.run(yaml) { app in
            let handled = try await handled(app, after: [["type": "x", "id": 1]])
            #expect(handled.first?.count == 1)
        }
    }

    @Test func keysOfTheDataGoBeforeTheNamesOfTheEngine() async throws {
        let yaml = Self.yaml(
            """
            - name: choice
                type: conditional.expression
                config: {expression: event.category + input}
                branches: {ab: first, default: other}
            """)
        try await TestApplication.run(yaml) { app in
            let payload: JSONValue = ["event": ["category": "a"], "input": "b"]
            let handled = try await handled(app, after: [payload])
            #expect(handled.first == [payload])
        }
    }

    @Test func conditionalsLeadToConditionals() async throws {
        let yaml = Self.yaml(
            """
            - {name: choice, type: conditional.ifelse, config: {expression: a}, branches: {"true": inner, "false": other}}
              - {name: inner, type: conditional.ifelse, config: {expression: b}, branches: {"true": first, "false": second}}
            """)
        try await TestApplication.run(yaml) { app in
            let handled = try await handled(app, after: [["a": 1, "b": 1], ["a": 1], ["b": 1]])
            #expect(handled.map(\.count) == [1, 1, 1])
        }
    }

    @Test func aComponentGetsTheContentOfTheMessage() async throws {
        let yaml = Self.yaml(
            """
            - {name: comp, type: dynamic.component, config: {source: comp.js}}
              - {name: choice, type: conditional.ifelse, config: {expression: true}, branches: {"true": comp}}
            """)
        var options = TestApplication.Options()
        options.scripts = [
            "comp": FakeScript(execute: { input, _ in
                #expect(input == ["n": 1, "idempotencyKey": "m0"])
                return [:]
            })
        ]
        try await TestApplication.run(yaml, options) { app in
            _ = try await handled(app, after: [["n": 1]])
            #expect(try await app.broker().deadLetters().isEmpty)
        }
    }

    @Test(arguments: [("{}", ""), ("{successTransition: go}", "hooks of state machines only")])
    func aStepRunsForAMessageUnlessItFiresTransitions(step: String, error: String) async throws {
        let fields = step.dropFirst().dropLast()
        let yaml = Self.yaml(
            """
            - {name: comp, type: dynamic.component, config: {source: comp.js}}
              - {name: machines, type: statemachine.engine}
              - {name: step, type: processing.step, config: {componentId: comp, \(fields)}}
              - {name: choice, type: conditional.ifelse, config: {expression: true}, branches: {"true": step}}
            """, broker: "maxDeliveries: 1")
        let calls = TestCounter()
        var options = TestApplication.Options()
        options.scripts = [
            "comp": FakeScript(execute: { _, _ in
                calls.increment()
                return [:]
            })
        ]
        try await TestApplication.run(yaml, options) { app in
            _ = try await handled(app, after: [[:]])
            #expect(calls.value == (error.isEmpty ? 1 : 0))
            let letters = try await app.broker().deadLetters()
            #expect(letters.isEmpty == error.isEmpty)
            #expect(letters.allSatisfy { $0.error.contains(error) })
        }
    }

    @Test func anExpressionWithoutAValueFailsTheMessage() async throws {
        let yaml = Self.yaml(
            "- {name: choice, type: conditional.ifelse, config: {expression: a + 1 > 0}, branches: {'true': first}}",
            broker: "maxDeliveries: 1")
        try await TestApplication.run(yaml) { app in
            #expect(try await handled(app, after: [["b": "secret"]]) == [[], [], []])
            let letter = try #require(try await app.broker().deadLetters().first)
            #expect(letter.error.contains("The expression of \"choice\" has no value"), "\(letter.error)")
            #expect(!letter.error.contains("secret"))
        }
    }
}
