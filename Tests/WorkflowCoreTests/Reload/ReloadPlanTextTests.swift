import Testing

@testable import WorkflowCore

@Suite struct ReloadPlanTextTests {
    private static let old = """
        modules:
          - {name: server, type: planned, config: {address: ':8080', password: one}}
          - {name: kept, type: planned}
        workflows:
          http: {routes: [{method: GET, path: /a, handler: h, middlewares: [auth]}]}
          statemachine:
            definitions: [{name: order, initialState: new, states: {new: , paid: }, transitions: {}}]
        """
    private static let new = """
        modules:
          - {name: server, type: planned, config: {address: ':9090', password: two, limit: 3}}
          - {name: kept, type: planned}
          - {name: extra, type: planned.other}
        workflows:
          http: {routes: [{method: GET, path: /a, handler: h2}]}
          statemachine:
            definitions: [{name: order, initialState: new, states: {new: , refunded: }, transitions: {}}]
        """

    @Test func peopleSeeWhatHappens() throws {
        var plan = try plan(Self.old, Self.new, carried: ["kept"])
        plan.stranded = StrandedInstances.find(
            [
                OpenInstanceState(workflowType: "order", state: "paid", count: 12),
                OpenInstanceState(workflowType: "order", state: "lost", count: 1),
                OpenInstanceState(workflowType: "order", state: "new", count: 5),
            ], in: plan.newStates, before: plan.oldStates)
        #expect(
            plan.text() == """
                ~ module server (planned), is restarted
                    ~ config.address: ":8080" -> ":9090"
                    ~ config.password: (changed, not shown)
                    + config.limit: 3
                + module extra (planned.other), is started
                ~ workflow http, is restarted
                    ~ (all keys): (changed, not shown)
                ~ workflow statemachine, is restarted
                    ~ (all keys): (changed, not shown)

                Routes
                  ~ GET /a -> h2
                      was GET /a -> h [auth]

                State machines
                  ~ order
                      + state refunded
                      - state paid

                Running instances in states that are gone
                  ! order: 12 in "paid", which the definition no longer has
                  ! order: 1 in "lost", which the definition no longer has (as before)

                Plan: 1 to add, 3 to change, 0 to remove; 1 untouched (1 carried over, 0 rebuilt).

                """)
        #expect(plan.newlyStranded.map(\.state) == ["paid"])
        #expect(
            plan.json["stranded"]?[0] == [
                "definition": "order", "state": "paid", "count": 12, "reason": "stateGone", "strandedBefore": false,
            ])
    }

    @Test func aPlanCanBeReadFromItsDocument() throws {
        var plan = try plan(Self.old, Self.new, carried: ["kept"])
        plan.stranded = StrandedInstances.find(
            [OpenInstanceState(workflowType: "order", state: "paid", count: 12)], in: plan.newStates,
            before: plan.oldStates)
        let read = try ReloadPlan(json: plan.json)
        #expect(read.json == plan.json)
        #expect(read.text() == plan.text())
        let error = #expect(throws: WorkflowError.self) {
            try ReloadPlan(json: ["parts": [["section": "module", "name": "a", "action": "paint"]]])
        }
        #expect(error?.message == "the plan has no value that is known at parts[0].action")
    }

    @Test func linesKeepToTheWidth() throws {
        let long = String(repeating: "x", count: 200)
        let plan = try plan(planned("address: \(long), limit: 1"), planned("address: \(long)y, limit: 2"))
        let lines = plan.text(width: 40).split(separator: "\n")
        #expect(lines.dropLast().allSatisfy { $0.count <= 40 })
        #expect(lines.contains("    ~ config.address:"))
        #expect(lines.contains { $0.hasPrefix("        - \"xxx") && $0.hasSuffix("x…") })
        #expect(lines.last == "Plan: 0 to add, 1 to change, 0 to remove; 0 untouched (0 carried over, 0 rebuilt).")
    }

    @Test func terminalsAreToldNothing() throws {
        let plan = try plan(
            "", "modules: [{name: \"a\\e[31m\\nPlan: nothing\\u202E\", type: planned, config: {address: \"\\e[2J\"}}]")
        let text = plan.text()
        #expect(!text.unicodeScalars.contains { $0 == "\u{1B}" || $0 == "\u{202E}" })
        #expect(text.split(separator: "\n").count == 2)
    }

    @Test func manyModulesAreComparedQuickly() throws {
        func modules(_ limit: Int) -> ApplicationConfiguration {
            var configuration = ApplicationConfiguration()
            configuration.modules = (0..<5000).map { index in
                let value: JSONValue = [
                    "address": "a", "limit": .integer(Int64(index == 2500 ? limit : 1)), "names": ["a", "b"],
                ]
                return .init(
                    name: "module-\(index)", type: "planned", configuration: ConfigurationNode(value), dependsOn: [],
                    branches: [:], location: SourceLocation(file: "x"), path: "modules[\(index)]")
            }
            return configuration
        }
        let (old, new) = (modules(1), modules(2))
        let clock = ContinuousClock()
        var plan = ReloadPlan(from: old, to: old, registry: plannedRegistry)
        let duration = clock.measure { plan = ReloadPlan(from: old, to: new, registry: plannedRegistry) }
        #expect(plan.parts.map(\.identifier) == ["module-2500"])
        #expect(plan.untouchedCount == 4999)
        // A hundredth of what quadratic work would take, and far more than a slow machine without optimisation needs.
        #expect(duration < .seconds(5))
    }
}
