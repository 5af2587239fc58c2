import Testing

@testable import WorkflowCore

@Suite struct GenerationPlanTests {
    private func plan(_ yaml: String) throws -> [String] {
        let plan = GenerationPlan(
            try ApplicationConfiguration(yaml: yaml, file: "app.yaml"), registry: probeRegistry)
        guard plan.issues.isEmpty else { throw ConfigurationError(plan.issues) }
        return plan.parts.map(\.name)
    }

    private func issues(_ yaml: String) -> [ConfigurationIssue] {
        do {
            _ = try plan(yaml)
            return []
        } catch {
            return (error as? ConfigurationError)?.issues ?? []
        }
    }

    @Test func keepsTheOrderOfTheFileWhereNothingElseIsAsked() throws {
        #expect(
            try plan("modules: [{name: c, type: probe}, {name: a, type: probe}, {name: b, type: probe}]") == [
                "c", "a", "b",
            ])
    }

    @Test func putsWhatIsNeededFirst() throws {
        let yaml = """
            modules:
              - {name: in, type: ingress}
              - {name: n, type: needy}
              - {name: a, type: probe, config: {use: c}}
              - {name: b, type: probe, dependsOn: [a]}
              - {name: c, type: probe, config: {uses: [d]}}
              - {name: d, type: probe}
            workflows: {flow: {}}
            """
        #expect(try plan(yaml) == ["d", "c", "a", "b", "n", "flow", "in"])
    }

    @Test func aRequirementByKindGivesWayToAReference() throws {
        let yaml = """
            modules:
              - {name: n, type: needy}
              - {name: a, type: probe, dependsOn: [n]}
              - {name: b, type: probe}
            """
        #expect(try plan(yaml) == ["b", "n", "a"])
    }

    @Test func namesTheCircle() throws {
        let yaml = """
            modules:
              - {name: x, type: probe}
              - {name: a, type: probe, config: {use: b}}
              - {name: b, type: probe, config: {uses: [c, x]}}
              - {name: c, type: probe, config: {use: a}}
              - {name: d, type: probe, config: {use: a}}
            """
        let issue = try #require(issues(yaml).first)
        #expect(issue.message == "modules depend on each other in a circle: a -> b -> c -> a")
        #expect(issue.location == SourceLocation(file: "app.yaml", line: 3, column: 5))
        #expect(issue.path == "modules[1]")
        #expect(issues("modules: [{name: a, type: probe, dependsOn: [a]}]").first?.message.hasSuffix("a -> a") == true)
    }

    @Test func startsInTheOrderOfDependsOnEvenAgainstAReference() throws {
        let yaml = """
            modules:
              - {name: engine, type: probe, dependsOn: [api]}
              - {name: api, type: probe, config: {use: engine}}
            """
        let plan = GenerationPlan(try ApplicationConfiguration(yaml: yaml), registry: probeRegistry)
        #expect(plan.issues.isEmpty)
        #expect(plan.parts.map(\.name) == ["engine", "api"])
        #expect(plan.startOrder.map(\.name) == ["api", "engine"])
    }

    @Test func tellsOfEverythingThatIsWrongAtOnce() {
        let yaml = """
            modules:
              - name: a
                type: porbe
              - name: b
                type: probe
                config:
                  prot: 80
                  port: 99999
                  use: cc
                  fail: sometimes
              - name: ccc
                type: probe
                config: {port: many, uses: [in, b], secret: x, password: y}
                dependsOn: [zzz]
              - {name: in, type: ingress, config: null}
              - {name: g, type: grpc.server}
            workflows:
              fllow: {}
            triggers:
              http: {}
            moduels: []
            """
        let found = issues(yaml).map { "\($0.location.line):\($0.location.column) \($0.path): \($0.message)" }
        #expect(
            found == [
                "2:5 modules[0].type: unknown module type \"porbe\"",
                "7:7 modules[1].config.prot: unknown key \"prot\"",
                "8:13 modules[1].config.port: must be at most 65535, is 99999",
                "9:12 modules[1].config.use: there is no module \"cc\"; a component is needed here",
                "10:13 modules[1].config.fail: must be one of , init, validate, prepare, activate, run, is \"sometimes\"",
                "13:20 modules[2].config.port: expected a whole number, found string",
                "13:33 modules[2].config.uses[0]: the module \"in\" (ingress) is not a component",
                "13:52 modules[2].config.password: \"password\" and \"secret\" are the same key",
                "14:17 modules[2].dependsOn[0]: there is no module \"zzz\"",
                "16:5 modules[4].type: unknown module type \"grpc.server\"",
                "18:3 workflows.fllow: unknown workflow \"fllow\"",
                "20:3 triggers.http: unknown trigger \"http\"",
                "21:1 moduels: unknown top-level key \"moduels\"",
            ])
        let hints = issues(yaml).compactMap(\.suggestion)
        #expect(hints.contains("did you mean \"probe\"?"))
        #expect(hints.contains("did you mean \"port\"?"))
        #expect(hints.contains("did you mean \"ccc\"?"))
        #expect(hints.contains("did you mean \"flow\"?"))
    }

    @Test func ordersManyModulesQuickly() throws {
        let modules = (0..<3000).map { index in
            "{name: m\(index), type: probe, dependsOn: [\(index < 2999 ? "m\(index + 1)" : "")]}"
        }
        #expect(try plan("modules: [\(modules.joined(separator: ", "))]").first == "m2999")
    }
}
