import Testing

@testable import WorkflowCore

@Suite struct ReloadPlanTests {
    private func changes(
        _ old: String, _ new: String, environment: [String: String] = [:]
    ) throws -> [String] {
        let plan = try plan(planned(old), planned(new), environment: environment)
        return try #require(plan.parts.first).changes.map { change in
            "\(change.path): \(change.old?.description ?? "-") > \(change.new?.description ?? "-")"
        }
    }

    @Test func theSameMeaningIsAnEmptyPlan() throws {
        let plan = try plan(
            "modules: [{name: m, type: planned, config: {addr: x, limit: 7, password: p}}]\nworkflows: {a: {}, b: {}}",
            """
            workflows: {b: {}, a: {}} # turned round
            modules:
              - {type: planned.old, name: m, config: {passwd: p, limit: 07, address: x, names: }}
            """)
        #expect(plan.isEmpty)
        #expect(plan.parts.isEmpty)
        #expect(plan.carriedOver == ["m", "workflows.a", "workflows.b"], "nothing is done, so all goes on")
        #expect(plan.rebuilt == [])
        #expect(plan.text() == "No changes; 3 untouched.\n")
        #expect(plan.json["empty"] == true)
        #expect(plan.json["parts"] == nil)
    }

    @Test func partsAreAddedRemovedChangedAndUntouched() throws {
        let old = """
            modules:
              - {name: gone, type: planned}
              - {name: same, type: planned}
              - {name: other, type: planned}
              - {name: changed, type: planned, config: {limit: 1}}
            workflows: {kept: {}, lost: {}}
            triggers: {kept: {a: 1}}
            """
        let new = """
            modules:
              - {name: same, type: planned}
              - {name: new, type: planned.other}
              - {name: other, type: planned}
              - {name: changed, type: planned, config: {limit: 2}}
            workflows: {kept: {}}
            triggers: {kept: {a: 2}}
            """
        let plan = try plan(old, new, carried: ["same", "changed", "workflows.kept", "gone"])
        #expect(!plan.isEmpty)
        #expect(!plan.isReordered)
        #expect(
            plan.parts.map { "\($0.action) \($0.identifier) \($0.effect)" } == [
                "add new started", "change changed restarted", "change triggers.kept restarted",
                "remove gone stopped", "remove workflows.lost stopped",
            ])
        #expect(plan.carriedOver == ["same", "workflows.kept"], "what has changed cannot go on")
        #expect(plan.rebuilt == ["other"])
        #expect(
            plan.json["summary"] == [
                "add": 1, "change": 2, "remove": 2, "untouched": 3, "carriedOver": 2, "rebuilt": 1,
            ])
        #expect(plan.json["untouched"] == ["carriedOver": ["same", "workflows.kept"], "rebuilt": ["other"]])
    }

    @Test(arguments: [
        ("limit: 1", "limit: 2", ["config.limit: 1 > 2"]),
        ("limit: 1, addr: x", "address: y", ["config.address: \"x\" > \"y\"", "config.limit: 1 > -"]),
        ("", "names: [a]", ["config.names: - > [\"a\"]"]),
        ("names: [a, b, c]", "names: [a, x, c]", ["config.names[1]: \"b\" > \"x\""]),
        ("names: [a, b, c]", "names: [a, c]", ["config.names[1]: \"b\" > -"]),
        ("names: [a, c]", "names: [a, b, b2, c]", ["config.names[1]: - > \"b\"", "config.names[2]: - > \"b2\""]),
        ("names: [a, b]", "names: [b, a]", ["config.names[0]: \"a\" > \"b\"", "config.names[1]: \"b\" > \"a\""]),
        ("labels: {a: {b: 1, c: 2}}", "labels: {a: {b: 1, c: 3}}", ["config.labels.a.c: 2 > 3"]),
        ("labels: {a: [1]}", "labels: {a: {x: 1}}", ["config.labels.a: [1] > {\"x\":1}"]),
        ("anything: 1", "anything: '1'", ["config.anything: 1 > \"1\""]),
    ])
    func changesAreToldKeyByKey(_ old: String, _ new: String, _ expected: [String]) throws {
        #expect(try changes(old, new) == expected)
    }

    @Test func elementsWithNamesFindEachOther() throws {
        let old = "headers: [{name: a, value: 1}, {name: b, value: 2}, {name: c, value: 3}]"
        let new = "headers: [{name: x, value: 0}, {name: b, value: 2}, {name: a, value: 9}]"
        #expect(
            try changes(old, new) == [
                "config.headers[0].name: \"c\" > \"x\"", "config.headers[0].value: \"<redacted>\" > \"<redacted>\"",
                "config.headers[2].value: \"<redacted>\" > \"<redacted>\"",
            ])
        let turned = "headers: [{name: b, value: 2}, {name: a, value: 1}, {name: c, value: 3}]"
        #expect(try changes(old, turned).map { $0.prefix { $0 != ":" } } == ["config.headers"], "only the order")
    }

    @Test func linksOfModulesAreChanges() throws {
        let plan = try plan(
            "modules: [{name: m, type: planned, dependsOn: [a], branches: {yes: a, no: b}}]",
            "modules: [{name: m, type: planned, dependsOn: [a, b], branches: {yes: c, maybe: b}}]")
        #expect(
            plan.parts.first?.changes.map(\.json) == [
                ["path": "dependsOn", "old": ["a"], "new": ["a", "b"]],
                ["path": "branches.maybe", "new": "b"], ["path": "branches.no", "old": "b"],
                ["path": "branches.yes", "old": "a", "new": "c"],
            ])
    }

    @Test func anotherTypeReplacesTheModule() throws {
        let plan = try plan(
            "modules: [{name: m, type: planned, config: {password: geheim}}]",
            "modules: [{name: m, type: planned.other, config: {url: x, password: geheim}}]")
        #expect(
            plan.parts.first?.changes.map(\.json) == [
                ["path": "type", "old": "planned", "new": "planned.other"],
                ["path": "config", "old": ["password": "<redacted>"], "new": ["url": "x", "password": "<redacted>"]],
            ])
    }

    @Test func settingsCountForTheModulesOfTheirType() throws {
        let modules = "modules: [{name: a, type: planned}, {name: b, type: planned, config: {addr: own}}]"
        let plan = try plan("\(modules)\nplanned: {address: x}", "\(modules)\nplanned: {address: y}")
        #expect(plan.parts.map(\.identifier) == ["a", "settings.planned"])
        #expect(plan.parts.map(\.effect) == [.restarted, .none])
        #expect(plan.parts.first?.changes.map(\.path) == ["config.address"])
        #expect(plan.rebuilt == ["b"])
    }

    @Test func theOrderOfModulesIsAChange() throws {
        let (a, b, c) = ("{name: a, type: planned}", "{name: b, type: planned}", "{name: c, type: planned}")
        let turned = try plan("modules: [\(a), \(b)]", "modules: [\(b), \(a)]", carried: ["a"])
        #expect(turned.isReordered)
        #expect(!turned.isEmpty)
        #expect(turned.json["reordered"] == true)
        #expect(turned.carriedOver == ["a"])
        #expect(turned.text().contains("~ the modules stand in another order\n"))
        #expect(try !plan("modules: [\(a), \(b)]", "modules: [\(a), \(c), \(b)]").isReordered)
    }

    @Test func aScriptThatHasChangedIsAChangeOfItsModule() throws {
        let yaml = try ApplicationConfiguration(yaml: "modules: [{name: a, type: planned}, {name: b, type: planned}]")
        let plan = ReloadPlan(
            from: yaml, to: yaml, registry: plannedRegistry, carried: ["b"],
            changedScripts: ["a": "lib/tool.js", "gone": "gone.js"])
        #expect(!plan.isEmpty)
        #expect(plan.carriedOver == ["b"])
        #expect(plan.rebuilt == [])
        #expect(
            plan.json["parts"] == [
                [
                    "section": "module", "name": "a", "type": "planned", "action": "change", "effect": "restarted",
                    "scriptChanged": "lib/tool.js",
                ]
            ])
        #expect(
            plan.text() == """
                ~ module a (planned), is restarted
                    ~ the script lib/tool.js has changed

                Plan: 0 to add, 1 to change, 0 to remove; 1 untouched (1 carried over, 0 rebuilt).

                """)
    }

    @Test func brokenConfigurationsAreComparedAllTheSame() throws {
        let twice =
            "modules: [{name: a, type: planned}, {name: a, type: nothing}, {type: planned}, {name: workflows.x}]"
        let text = "\(twice)\nworkflows: {x: 1}\ntriggers: {statemachine: [], http: {routes: 3}}"
        #expect(try plan(text, text).isEmpty)
        #expect(try plan("", text).parts.count == 7)
        #expect(try plan(text, "").parts.allSatisfy { $0.action == .remove })
    }

    @Test func whenNothingChangesTheHashStays() throws {
        let old = try ApplicationConfiguration(yaml: planned("limit: 1"))
        let new = try ApplicationConfiguration(yaml: planned("limit: 2"))
        #expect(!ReloadPlan(from: old, to: new, registry: plannedRegistry).isEmpty)
        #expect(ReloadPlan(from: old, to: old, registry: plannedRegistry).isEmpty)
        #expect(old.hash != new.hash)
    }

    // MARK: - Secrets

    @Test(arguments: [
        ("password: hunter1", "password: hunter2", "config.password"),
        ("", "passwd: hunter2", "config.password"), ("password: hunter1", "", "config.password"),
        ("address: '${NEW}'", "address: '${OLD}'", "config.address"),
        ("names: [a, '${OLD}']", "names: [a, '${NEW}']", "config.names[1]"),
        ("labels: {apiKey: hunter1}", "labels: {apiKey: {a: hunter2}}", "config.labels.apiKey"),
        ("anything: {tokens: [hunter1]}", "anything: {tokens: [hunter2]}", "config.anything.tokens"),
        ("address: 'postgres://u:hunter1@h/d'", "address: 'postgres://u:hunter2@h/d'", "config.address"),
        ("unknown: hunter1", "unknown: hunter2", "config.unknown"),
        ("headers: [{value: hunter1}]", "headers: [{value: hunter2}]", "config.headers[0].value"),
    ])
    func secretsAreChangedButNotShown(_ old: String, _ new: String, _ path: String) throws {
        let plan = try plan(planned(old), planned(new), environment: ["OLD": "hunter1", "NEW": "hunter2"])
        #expect(plan.parts.first?.changes.map(\.path) == [path])
        let shown = plan.json.jsonString() + plan.text(width: 1000)
        #expect(shown.contains("<redacted>"))
        #expect(!shown.contains("hunter"))
    }

    @Test func ofUnknownTypesNothingIsShown() throws {
        let plan = try plan(
            "modules: [{name: m, type: nothing, config: {a: hunter1}}]\nworkflows: {w: {a: hunter1}}\nz: {a: hunter1}",
            "modules: [{name: m, type: nothing, config: {a: hunter2}}]\nworkflows: {w: {a: hunter2}}\nz: {a: hunter2}")
        #expect(plan.parts.map(\.identifier) == ["m", "workflows.w", "settings.z"])
        #expect(!(plan.json.jsonString() + plan.text()).contains("hunter"))
        #expect(plan.text().contains("    ~ config: (changed, not shown)\n"))
        #expect(plan.text().contains("    ~ (all keys): (changed, not shown)\n"))
    }
}
