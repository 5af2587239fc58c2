import Foundation
import Testing
import WorkflowCore
import WorkflowTesting

@testable import WorkflowModules

@Suite struct ComponentRefreshTests {
    private static let yaml = """
        modules:
          - {name: tool, type: dynamic.component, config: {source: first.js}}
        """

    private static func run(
        store: any StateStore = InMemoryStateStore(),
        _ body: (TestApplication, DynamicComponentModule, String) async throws -> Void
    ) async throws {
        var options = TestApplication.Options()
        options.store = store
        options.scripts = [
            "first": .returning("one"), "second": .returning("two"),
            "broken": FakeScript(loadError: ScriptError(.syntax, "unexpected end", line: 3, column: 7)),
        ]
        try await TestApplication.run(yaml, options) { app in
            let tool = try app.component("tool")
            try await body(app, tool, try #require(tool.file?.path))
        }
    }

    private static func write(_ text: String, to path: String) throws {
        try text.write(toFile: path, atomically: true, encoding: .utf8)
    }

    @Test func aChangedFileTakesOverAndIsAVersion() async throws {
        let store = InMemoryStateStore()
        try await Self.run(store: store) { app, tool, path in
            #expect(tool.isCurrent)
            try Self.write("second", to: path)
            #expect(!tool.isCurrent)
            #expect(await tool.refresh())
            #expect(tool.isCurrent)
            #expect(try await tool.execute([:]) == "two")
            let versions = try await ComponentVersions(id: "tool", store: store, clock: app.options.clock).all()
            #expect(versions.map(\.text) == ["first", "second"])
            #expect(versions.map(\.principal) == ["file", "file"])
        }
    }

    @Test func aFileThatIsTheSameIsNotLoadedAgain() async throws {
        try await Self.run { app, tool, path in
            try Self.write("first", to: path)
            #expect(await tool.refresh() == false)
            #expect(app.runtime.events == ["load first", "start first"])
        }
    }

    @Test func aFileThatDoesNotWorkIsTriedOnceAndLeavesTheOldScriptInPlace() async throws {
        try await Self.run { app, tool, path in
            try Self.write("broken", to: path)
            #expect(await tool.refresh() == false)
            #expect(await tool.refresh() == false)
            #expect(app.runtime.events == ["load first", "start first", "load broken"])
            #expect(try await tool.execute([:]) == "one")
            #expect(tool.report.status == .running)
            #expect(tool.report.error == "first.js is not what runs: unexpected end (line 3, column 7)")
            #expect(!tool.isCurrent)
            try Self.write("first", to: path)
            #expect(await tool.refresh() == false)
            #expect(tool.report.error == nil)
            #expect(tool.isCurrent)
        }
    }

    @Test func aFileThatHasGoneLeavesTheScriptInPlaceAndMayComeBack() async throws {
        try await Self.run { _, tool, path in
            try FileManager.default.removeItem(atPath: path)
            #expect(!tool.isCurrent)
            #expect(await tool.refresh() == false)
            #expect(try await tool.execute([:]) == "one")
            #expect(tool.report.error?.contains("cannot be read") == true)
            try Self.write("second", to: path)
            #expect(await tool.refresh())
            #expect(tool.report.error == nil)
        }
    }

    @Test func aFileThatIsNoTextIsRefused() async throws {
        try await Self.run { _, tool, path in
            try Data([0xFF, 0xFE, 0x00]).write(to: URL(fileURLWithPath: path))
            #expect(await tool.refresh() == false)
            #expect(tool.report.error?.hasSuffix("is not UTF-8 text") == true)
            #expect(try await tool.execute([:]) == "one")
        }
    }

    @Test func theStatusFollowsTheLifeOfTheComponent() async throws {
        try await Self.run { app, tool, _ in
            #expect(tool.report.status == .running)
            #expect(tool.report.loadedAt != nil)
            await app.engine.stop()
            #expect(tool.report.status == .stopped)
            #expect(tool.report.loadedAt == nil)
            await #expect(throws: WorkflowError.self) {
                try await tool.replace(source: ScriptSource(name: "x.js", text: "second"))
            }
            #expect(tool.report.status == .stopped)
        }
    }
}
