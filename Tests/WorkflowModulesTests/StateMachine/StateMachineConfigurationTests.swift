import Testing
import WorkflowCore

@testable import WorkflowModules

@Suite struct StateMachineConfigurationTests {
    private static func yaml(definition: String = "", hooks: String = "", modules: String = "") -> String {
        """
        modules:
          - {name: machines, type: statemachine.engine}
          - {name: events, type: messaging.broker}
          - {name: watcher, type: test.recorder}
        \(modules)
        workflows:
          statemachine:
            engine: machines
            definitions:
              - name: order-processing
                initialState: new
                states: {new: , paying: , paid: {isFinal: true}, lost: {isFinal: true}}
                transitions:
                  pay: {fromState: new, toState: paying}
                  settle: {fromState: paying, toState: paid}
                  lose: {fromState: new, toState: lost}
        \(definition)
            hooks:
              - {transitions: [pay], handler: watcher}
        \(hooks)
        """
    }

    @Test(arguments: [
        (
            "          x: {fromState: nwe, toState: paid}",
            "app.yaml:17:26: error: workflows.statemachine.definitions[0].transitions.x.fromState: the transition \"x\" names the unknown state \"nwe\"",
            "did you mean \"new\"?"
        ),
        (
            "          x: {fromState: new, toState: paid, condition: a >}",
            "the expression ends where a value should stand", ""
        ),
        (
            "          x: {fromState: new, toState: paid, autoTransform: true}\n          y: {fromState: new, toState: lost, autoTransform: true}",
            "are both automatic and leave the state \"new\"", ""
        ),
        ("      - {name: order-processing, initialState: a, states: {a: }}", "is defined twice", ""),
        (
            "      - {name: other, initialState: b, states: {a: }}",
            "the initial state \"b\" is not among the states of \"other\"", "did you mean \"a\"?"
        ),
    ])
    func aDefinitionThatContradictsItselfIsRefusedWithItsPlace(
        extra: String, message: String, hint: String
    ) async throws {
        let issues = try await TestApplication.issues(Self.yaml(definition: extra))
        #expect(issues.count == 1)
        #expect(issues.first?.contains(message) == true, "\(issues)")
        #expect(issues.first?.contains(hint) == true || hint.isEmpty, "\(issues)")
    }

    @Test(arguments: [
        ("{transitions: [pya], handler: watcher}", "no definition has a transition \"pya\"", "did you mean \"pay\"?"),
        (
            "{workflowType: order-procesing, handler: watcher}", "there is no definition \"order-procesing\"",
            "did you mean \"order-processing\"?"
        ),
        (
            "{workflowType: order-processing, toStates: [payed], handler: watcher}",
            "\"order-processing\" has no state \"payed\"", "the states are: new, paying, paid, lost"
        ),
        ("{fromStates: [old], handler: watcher}", "no definition has a state \"old\"", ""),
        ("{handler: watchr}", "there is no module \"watchr\"", "did you mean \"watcher\"?"),
        ("{handler: events}", "the module \"events\" is neither a processing step nor a message handler", ""),
    ])
    func aHookThatNamesWhatDoesNotExistIsRefusedWithItsPlace(
        hook: String, message: String, hint: String
    ) async throws {
        let issues = try await TestApplication.issues(Self.yaml(hooks: "      - \(hook)"))
        #expect(issues.count == 1)
        #expect(issues.first?.contains(message) == true, "\(issues)")
        #expect(issues.first?.contains(hint) == true || hint.isEmpty, "\(issues)")
        #expect(issues.first?.hasPrefix("app.yaml:20:") == true, "\(issues)")
    }

    @Test func aStepWhoseOutcomeFiresAnUnknownTransitionIsRefusedAtTheStep() async throws {
        let modules = """
              - {name: payment, type: dynamic.component, config: {source: payment.js}}
              - name: step
                type: processing.step
                config: {componentId: payment, successTransition: setle, compensateTransition: lose}
            """
        var options = TestApplication.Options()
        options.scripts = ["payment": FakeScript()]
        let issues = try await TestApplication.issues(
            Self.yaml(hooks: "      - {transitions: [pay], handler: step}", modules: modules), options)
        #expect(issues.count == 1)
        #expect(issues.first?.contains("has no transition \"setle\"") == true, "\(issues)")
        #expect(issues.first?.contains("did you mean \"settle\"?") == true, "\(issues)")
        #expect(issues.first?.hasPrefix("app.yaml:8:") == true, "\(issues)")
    }

    @Test func theOnlyEngineNeedsNoName() async throws {
        let yaml = """
            modules:
              - {name: one, type: statemachine.engine}
              - {name: two, type: statemachine.engine}
            workflows:
              statemachine:
                definitions:
                  - {name: a, initialState: b, states: {b: }}
            """
        let issues = try await TestApplication.issues(yaml)
        #expect(issues.first?.contains("There are several modules that provide a state-machine engine") == true)
        #expect(
            try await TestApplication.issues(yaml.replacing("  - {name: two, type: statemachine.engine}\n", with: ""))
                .isEmpty)
    }

    @Test func theSummaryTellsWhatWasDefined() async throws {
        try await TestApplication.run(Self.yaml()) { app in
            #expect(app.engine.runningGeneration?.invoker.names == ["messaging", "order-processing", "statemachine"])
        }
    }

    @Test func unreachableStatesAreFound() throws {
        let configuration = try ApplicationConfiguration(yaml: Self.yaml())
        let node = try #require(configuration.workflows.first?.configuration["definitions"]?.elements?.first)
        var decoder = ConfigurationDecoder()
        let decoded = decoder.decode(StateMachineWorkflowModule.DefinitionConfiguration.self, from: node)
        var definition = try #require(decoded)
        #expect(definition.unreachableStates.isEmpty)
        definition.transitions.entries.removeAll { $0.name == "pay" }
        #expect(definition.unreachableStates == ["paying", "paid"])
    }
}
