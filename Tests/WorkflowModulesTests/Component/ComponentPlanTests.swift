import Foundation
import Testing
import WorkflowCore

@testable import WorkflowModules

@Suite struct ComponentPlanTests {
    @Test func aPlanTellsOfAScriptThatHasChanged() async throws {
        let yaml = """
            modules:
              - {name: tool, type: dynamic.component, config: {source: first.js}}
              - {name: other, type: dynamic.component, config: {source: second.js}}
            """
        var options = TestApplication.Options()
        options.scripts = ["first": .returning("one"), "second": .returning("two")]
        try await TestApplication.run(yaml, options) { app in
            let path = try app.component("tool").filePath
            let folder = URL(fileURLWithPath: path).deletingLastPathComponent().path
            let configuration = try ApplicationConfiguration(yaml: yaml, file: "\(folder)/app.yaml")
            #expect(try await app.engine.plan(configuration).isEmpty)

            try "second".write(toFile: path, atomically: true, encoding: .utf8)
            let plan = try await app.engine.plan(configuration)
            #expect(plan.parts.map(\.name) == ["tool"])
            #expect(plan.parts.first?.effect == .restarted)
            #expect(plan.parts.first?.changedScript == "first.js")
            #expect(plan.carriedOver == ["other"])
        }
    }
}
