import Testing

@testable import WorkflowCore

@Suite struct ReloadPlanItemsTests {
    private func summaries(_ items: ReloadPlan.ItemChanges) -> [String] {
        items.added.map { "+ \($0.summary)" } + items.changed.map { "~ \($0.old.summary) => \($0.new.summary)" }
            + items.removed.map { "- \($0.summary)" }
    }

    @Test func routes() throws {
        let plan = try plan(
            """
            workflows:
              http:
                routes:
                  - {method: "GET, PUT", path: /a, handler: h}
                  - {method: DELETE, path: /a, handler: h}
                  - {method: any, path: /b, handler: h, middlewares: [one]}
            triggers:
              http: {routes: [{path: /go, workflow: order, action: pay, params: {a: 1}}]}
            """,
            """
            workflows:
              http:
                routes:
                  - {method: [get], path: /a, handler: h}
                  - {method: PUT, path: /a, handler: other}
                  - {method: "*", path: /b, handler: h, middlewares: [one, two]}
                  - {method: GET, path: /c, handler: h}
            triggers:
              http: {routes: [{method: post, path: /go, workflow: order, action: pay, params: {a: 2}}]}
            """)
        #expect(
            summaries(plan.routes) == [
                "+ GET /c -> h", "~ PUT /a -> h => PUT /a -> other", "~ * /b -> h [one] => * /b -> h [one, two]",
                "~ POST /go -> order:pay => POST /go -> order:pay", "- DELETE /a -> h",
            ])
        #expect(
            plan.json["routes"]?["added"] == [
                ["origin": "workflows.http", "method": "GET", "path": "/c", "handler": "h", "summary": "GET /c -> h"]
            ])
        #expect(plan.json["routes"]?["changed"]?[2]?["new"]?["params"] == ["a": 2])
    }

    @Test func schedules() throws {
        func text(_ cron: String, _ job: String, _ modular: String, _ trigger: String) -> String {
            """
            modules:
              - {name: nightly, type: scheduler.cron, config: {cronExpression: \(cron), timezone: Europe/Berlin}}
              - {name: mine, type: scheduler.modular, config: {jobs: [\(modular)]}}
            workflows: {scheduler: {jobs: [\(job)]}}
            triggers: {schedule: {jobs: [\(trigger)]}}
            """
        }
        let plan = try plan(
            text(
                "'@daily'", "{scheduler: nightly, job: report}, {scheduler: none, job: x}",
                "{name: j, schedule: '@hourly', command: c}", "{cron: '@daily', workflow: w, action: a}"),
            text(
                "'@weekly'", "{scheduler: nightly, job: report}, {scheduler: nightly, job: more}",
                "{name: j, schedule: '@hourly', command: c, enabled: false}",
                "{cron: '@daily', workflow: w, action: a}, {cron: '@daily', workflow: w, action: a}"))
        #expect(
            summaries(plan.schedules) == [
                "+ nightly: @weekly Europe/Berlin -> more", "+ @daily -> w:a",
                "~ j: @hourly -> c => j: @hourly -> c",
                "~ nightly: @daily Europe/Berlin -> report => nightly: @weekly Europe/Berlin -> report",
                "- none: on demand -> x",
            ])
    }

    @Test func subscriptions() throws {
        func text(_ messaging: String, _ event: String, _ bus: String, _ topics: String, _ own: String) -> String {
            """
            modules: [{name: log, type: messaging.handler, config: {topic: \(own)}}, {name: r, type: messaging.handler}]
            workflows:
              messaging: {broker: b, subscriptions: [\(messaging)]}
              event: {adapters: [{topics: [\(topics)]}]}
            triggers:
              event: {subscriptions: [\(event)]}
              eventbus: {subscriptions: [\(bus)]}
            """
        }
        let plan = try plan(
            text(
                "{topic: a, handler: h}, {topic: c, handler: h}", "{topic: t, workflow: w, action: x}",
                "{topic: t, workflow: w, action: x}", "one, two", "all.*"),
            text(
                "{topic: b, handler: h}, {topic: c, handler: h}", "{topic: t, workflow: w, action: x, params: {a: 1}}",
                "{topic: t, workflow: w, action: x, async: false}", "two", "some.*"))
        #expect(
            summaries(plan.subscriptions) == [
                "+ b of b -> h", "+ some.* -> log", "~ t -> w:x => t -> w:x", "~ t -> w:x => t -> w:x",
                "- a of b -> h", "- one -> events", "- all.* -> log",
            ])
        #expect(plan.json["schedules"] == nil)
    }

    @Test func whatComesFromTheEnvironmentIsNotShownButCompared() throws {
        func text(_ path: String, _ handler: String) -> String {
            "workflows: {http: {routes: [{method: GET, path: '${\(path)}', handler: '${\(handler)}'}]}}"
        }
        let environment = ["A": "/hidden-a", "B": "/hidden-b", "H": "hidden-h", "I": "hidden-i"]
        let moved = try plan(text("A", "H"), text("B", "H"), environment: environment)
        #expect(summaries(moved.routes) == ["+ GET <redacted> -> <redacted>", "- GET <redacted> -> <redacted>"])
        let changed = try plan(text("A", "H"), text("A", "I"), environment: environment)
        #expect(changed.routes.changed.count == 1)
        #expect(!(changed.json.jsonString() + moved.json.jsonString() + moved.text()).contains("hidden"))
    }

    @Test func stateMachines() throws {
        func machine(_ name: String, _ states: String, _ transitions: String, initial: String = "new") -> String {
            "{name: \(name), initialState: \(initial), states: {\(states)}, transitions: {\(transitions)}}"
        }
        func text(_ machines: String...) -> String {
            "workflows: {statemachine: {definitions: [\(machines.joined(separator: ", "))]}}"
        }
        let plan = try plan(
            text(
                machine("order", "new: , paid: , done: {isFinal: true}", "pay: {fromState: new, toState: paid}"),
                machine("gone", "new: ", ""), machine("same", "new: ", "")),
            text(
                machine("same", "new: ", ""),
                machine(
                    "order", "new: , refunded: , done: {isError: true}",
                    "pay: {fromState: new, toState: done}, back: {fromState: done, toState: new}", initial: "refunded"),
                machine("fresh", "new: ", "")))
        #expect(plan.stateMachines.map { "\($0.action) \($0.name)" } == ["add fresh", "remove gone", "change order"])
        let order = try #require(plan.stateMachines.last)
        #expect((order.states.added, order.states.removed) == (["refunded"], ["paid"]))
        #expect((order.transitions.added, order.transitions.removed) == (["back"], []))
        let changes = [
            ConfigurationChange(path: "isError", old: nil, new: true),
            ConfigurationChange(path: "isFinal", old: true, new: nil),
        ]
        #expect(order.states.changed == [.init(name: "done", changes: changes)])
        let target = ConfigurationChange(path: "toState", old: "paid", new: "done")
        #expect(order.transitions.changed == [.init(name: "pay", changes: [target])])
        #expect((order.oldInitialState, order.newInitialState) == ("new", "refunded"))
        #expect(plan.newStates["order"] == ["new", "refunded", "done"])
        #expect(plan.oldStates["gone"] == ["new"])
        #expect(plan.json["stateMachines"]?[0]?["states"]?["added"] == ["new"])
        #expect(plan.json["stateMachines"]?[0]?["oldInitialState"] == nil)
        #expect(plan.json["stateMachines"]?[2]?["states"]?["changes"] == ["done": .array(changes.map(\.json))])
    }
}
