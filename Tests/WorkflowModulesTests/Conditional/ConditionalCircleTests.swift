import Testing
import WorkflowCore

@testable import WorkflowModules

/// Circles of messages that lead through a conditional.
@Suite struct ConditionalCircleTests {
    private static func yaml(
        _ expression: String, branches: String = "{'true': archive, 'false': log}", forward: String = "orders",
        modules: String = "", subscriptions: String = "", producers: String = ""
    ) -> String {
        """
        modules:
          - {name: events, type: messaging.broker}
          - {name: route, type: conditional.ifelse, config: {expression: "\(expression)"}, branches: \(branches)}
          - {name: archive, type: messaging.handler}
          - {name: log, type: messaging.handler}
        \(modules)
        workflows:
          messaging:
            subscriptions:
              - {topic: orders, handler: route}
        \(subscriptions)
            producers:
              - {name: archive, forwardTo: [\(forward)]}
        \(producers)
        """
    }

    private static let told = """
        a message that "archive" passes on to "orders" comes back to it through "route", without end, since its content \
        stays the same; remove the topic, or let the branch lead elsewhere
        """

    @Test func aBranchThatLeadsBackToItsTopicIsRefused() async throws {
        let issues = try await TestApplication.issues(Self.yaml("total > 100"))
        #expect(issues.count == 1, "\(issues)")
        #expect(issues.first?.hasPrefix("app.yaml:13:37:") == true, "\(issues)")
        #expect(issues.first?.contains("workflows.messaging.producers[0].forwardTo[0]") == true, "\(issues)")
        for part in Self.told.split(separator: "; ") {
            #expect(issues.first?.contains(part) == true, "\(issues)")
        }
    }

    @Test func aCircleThroughSeveralConditionalsAndTopicsIsRefused() async throws {
        let issues = try await TestApplication.issues(
            Self.yaml(
                "total > 100", branches: "{'true': next}", forward: "checked",
                modules:
                    "  - {name: next, type: conditional.switch, config: {expression: kind, cases: [a]}, branches: {a: archive}}",
                subscriptions: "      - {topic: 'checked', handler: log}",
                producers: "      - {name: log, forwardTo: [orders]}"))
        #expect(issues.count == 1, "\(issues)")
        #expect(
            issues.first?.contains("passes on to \"checked\" comes back to it through \"route\"") == true, "\(issues)")
    }

    @Test(arguments: [
        "event.topic == 'orders'", "now() < deadline", "endsWith(uuid(), '0')",
    ])
    func whatMayEndIsNotRefused(expression: String) async throws {
        #expect(try await TestApplication.issues(Self.yaml(expression)) == [])
    }

    @Test func aBranchThatLeadsElsewhereIsNotRefused() async throws {
        #expect(try await TestApplication.issues(Self.yaml("total > 100", branches: "{'true': log}")) == [])
        #expect(try await TestApplication.issues(Self.yaml("total > 100", forward: "archived")) == [])
    }

    @Test func aCircleInWhichTheContentChangesIsNotRefused() async throws {
        let issues = try await TestApplication.issues(
            Self.yaml(
                "count < 3", forward: "steps",
                modules:
                    "  - {name: step, type: data.transformer, config: {operations: [{set: {count: '${data.count + 1}'}}]}}",
                subscriptions: "      - {topic: steps, handler: step}",
                producers: "      - {name: step, forwardTo: [orders]}"))
        #expect(issues == [], "\(issues)")
    }
}
