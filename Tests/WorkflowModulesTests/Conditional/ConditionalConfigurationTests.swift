import Testing
import WorkflowCore

@testable import WorkflowModules

@Suite struct ConditionalConfigurationTests {
    private static func yaml(_ choice: String) -> String {
        """
        modules:
          - {name: log-one, type: messaging.handler}
          - {name: events, type: messaging.broker}
          - {name: machines, type: statemachine.engine}
          - \(choice)
        """
    }

    @Test(arguments: [
        (
            "type: conditional.ifelse, config: {expression: a}, branches: {'true': log-noe}",
            "modules[3].branches.true: there is no module \"log-noe\"; a message handler", "did you mean \"log-one\"?"
        ),
        (
            "type: conditional.ifelse, config: {expression: a}, branches: {'true': events}",
            "modules[3].branches.true: the module \"events\" is not a message handler", ""
        ),
        (
            "type: conditional.ifelse, config: {expression: a}, branches: {treu: log-one}",
            "modules[3].branches.treu: there is no branch \"treu\"", "did you mean \"true\"?"
        ),
        (
            "type: conditional.ifelse, config: {expression: a}",
            "modules[3].branches: a conditional.ifelse needs branches",
            "branches: {\"true\": name-of-a-module}"
        ),
        (
            "type: conditional.ifelse, branches: {'true': log-one}", "missing key \"expression\"",
            "expression: The condition"
        ),
        (
            "type: conditional.ifelse, config: {expression: a &&}, branches: {'true': log-one}",
            "modules[3].config.expression: ", ""
        ),
        (
            "type: conditional.ifelse, config: {expression: a, case: b}, branches: {'true': log-one}",
            "unknown key \"case\"", ""
        ),
        (
            "type: conditional.ifelse, config: {expression: a}, branches: {'true': c}",
            "modules[3].branches: the branches lead in a circle: c -> c", "let one of them lead elsewhere"
        ),
        (
            "type: conditional.switch, config: {expression: a, cases: [x, y]}, branches: {case-2: log-one}",
            "modules[3].branches.case-2: there is no branch \"case-2\"", "did you mean \"case-0\"?"
        ),
        (
            "type: conditional.switch, config: {expression: a, cases: [x, y]}, branches: {case-1: log-one, y: log-one}",
            "the branches \"case-1\" and \"y\" are for the same case", "keep one of them"
        ),
        (
            "type: conditional.switch, config: {expression: a, cases: [x, x]}, branches: {x: log-one}",
            "modules[3].config.cases: the case \"x\" is given twice", ""
        ),
        (
            "type: conditional.switch, config: {expression: a, cases: []}, branches: {default: log-one}",
            "modules[3].config.cases: needs at least one case", ""
        ),
        (
            "type: conditional.expression, config: {expression: a}, branches: {any-thing: log-noe}",
            "modules[3].branches.any-thing: there is no module \"log-noe\"", "did you mean \"log-one\"?"
        ),
    ])
    func whatCannotWorkIsRefusedWithItsPlace(choice: String, message: String, hint: String) async throws {
        let issues = try await TestApplication.issues(Self.yaml("{name: c, \(choice)}"))
        #expect(issues.count == 1, "\(issues)")
        #expect(issues.first?.contains(message) == true, "\(issues)")
        #expect(issues.first?.contains(hint) == true || hint.isEmpty, "\(issues)")
        #expect(issues.first?.hasPrefix("app.yaml:5:") == true, "\(issues)")
    }

    @Test func aCircleOfConditionalsIsToldOnce() async throws {
        let yaml = Self.yaml(
            """
            {name: a, type: conditional.ifelse, config: {expression: x}, branches: {'true': b, 'false': log-one}}
              - {name: b, type: conditional.switch, config: {expression: x, cases: [y]}, branches: {y: c}}
              - {name: c, type: conditional.expression, config: {expression: x}, branches: {default: a}}
              - {name: d, type: conditional.expression, config: {expression: x}, branches: {default: a}}
            """)
        let issues = try await TestApplication.issues(yaml)
        #expect(issues.count == 1, "\(issues)")
        #expect(issues.first?.contains("in a circle: a -> b -> c -> a") == true, "\(issues)")
    }

    @Test func aCircleThroughAProcessingStepIsTold() async throws {
        let yaml = Self.yaml(
            """
            {name: a, type: conditional.ifelse, config: {expression: x}, branches: {'true': step}}
              - {name: step, type: processing.step, config: {componentId: a}}
            """)
        let issues = try await TestApplication.issues(yaml)
        #expect(issues.count == 1, "\(issues)")
        #expect(issues.first?.contains("in a circle: a -> step -> a") == true, "\(issues)")
    }

    @Test func aBranchThatLeadsToABrokenModuleIsNotToldAsWell() async throws {
        let yaml = Self.yaml(
            """
            {name: a, type: conditional.ifelse, config: {expression: x}, branches: {'true': broken}}
              - {name: broken, type: messaging.handler, config: {topci: x}}
            """)
        let issues = try await TestApplication.issues(yaml)
        #expect(issues.count == 1, "\(issues)")
        #expect(issues.first?.contains("unknown key \"topci\"") == true, "\(issues)")
    }
}
