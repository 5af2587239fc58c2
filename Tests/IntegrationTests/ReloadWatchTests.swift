import Foundation
import Testing
import WorkflowCore

@Suite("Watching files")
struct ReloadWatchTests {
    @Test("a file that is replaced or written in place is loaded; one that is broken or gone is not")
    func file() async throws {
        try await withTemporaryFolder { folder in
            let fixture = try await ReloadFixture(ReloadText.hello("text/a"), in: folder, ["--watch"])
            try fixture.save(ReloadText.hello("text/b"))
            try await fixture.eventuallyAnswers("text/b")
            try ReloadText.hello("text/c").write(toFile: fixture.file, atomically: false, encoding: .utf8)
            try await fixture.eventuallyAnswers("text/c")
            try fixture.save("modules: [")
            try await eventually(within: .seconds(15), "the broken file is refused") {
                try await fixture.lastReload()["status"] == "refused"
            }
            #expect(try await fixture.contentType() == "text/c")
            try fixture.save(ReloadText.hello("text/d"))
            try await fixture.eventuallyAnswers("text/d")
            try FileManager.default.removeItem(atPath: fixture.file)
            try await eventually(within: .seconds(15), "the file that is gone is refused") {
                try await fixture.lastReload()["status"] == "refused"
            }
            #expect(try await fixture.contentType() == "text/d")
            try fixture.save(ReloadText.hello("text/e"))
            try await fixture.eventuallyAnswers("text/e")
            try await fixture.stop()
        }
    }

    @Test("the folder that a link leads to is exchanged, as Kubernetes does with a ConfigMap")
    func links() async throws {
        try await withTemporaryFolder { folder in
            let files = FileManager.default
            for (name, type) in [("..1", "text/a"), ("..2", "text/b")] {
                try files.createDirectory(atPath: "\(folder)/\(name)", withIntermediateDirectories: false)
                try ReloadFixture.save(ReloadText.hello(type), to: "\(folder)/\(name)/app.yaml")
            }
            try files.createSymbolicLink(atPath: "\(folder)/..data", withDestinationPath: "..1")
            try files.createSymbolicLink(atPath: "\(folder)/app.yaml", withDestinationPath: "..data/app.yaml")
            let fixture = try await ReloadFixture(nil, in: folder, ["--watch"])
            #expect(try await fixture.contentType() == "text/a")
            try files.createSymbolicLink(atPath: "\(folder)/..next", withDestinationPath: "..2")
            #expect(rename("\(folder)/..next", "\(folder)/..data") == 0)
            try await fixture.eventuallyAnswers("text/b")
            try await fixture.stop()
        }
    }

    #if JavaScript
    @Test("a script that changes is swapped without a new generation; a broken one is not taken")
    func script() async throws {
        try await withTemporaryFolder { folder in
            try ReloadFixture.save(Self.script(1), to: "\(folder)/part.js")
            let text = ReloadText.hello(
                "text/a", modules: ["{name: part, type: dynamic.component, config: {source: part.js}}"])
            let fixture = try await ReloadFixture(text, in: folder, ["--watch"])
            func version() async throws -> Int? {
                let answer = try await fixture.management.send(
                    "POST", "/api/dynamic/components/part/execute", json: [:])
                return answer.json?["output"]?["version"]?.intValue
            }
            #expect(try await version() == 1)
            try fixture.save(Self.script(2), as: "part.js")
            try await eventually(within: .seconds(15), "the new script answers") { try await version() == 2 }
            try fixture.save("module.exports = {", as: "part.js")
            try await eventually(within: .seconds(15), "the broken script is told") {
                fixture.server.standardError.contains("The changed script is not used; the one before goes on")
            }
            #expect(try await version() == 2)
            try fixture.save(Self.script(3), as: "part.js")
            try await eventually(within: .seconds(15), "the third script answers") { try await version() == 3 }
            #expect(try await fixture.status()["generation"] == 1)
            try await fixture.stop()
        }
    }

    static func script(_ version: Int) -> String {
        "module.exports = { name: 'part', execute(input) { return { version: \(version) }; } };\n"
    }
    #endif
}
