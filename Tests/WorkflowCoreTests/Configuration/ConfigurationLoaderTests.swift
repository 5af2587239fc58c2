import Foundation
import Testing

@testable import WorkflowCore

@Suite struct ConfigurationLoaderTests {
    /// A folder with files, removed afterwards.
    private func withFolder(
        _ files: [String: String], links: [String: String] = [:], _ body: (String) throws -> Void
    ) throws {
        let manager = FileManager.default
        let folder = manager.temporaryDirectory.appendingPathComponent("loader-\(UUID().uuidString)").path
        defer { try? manager.removeItem(atPath: folder) }
        for (name, text) in files {
            let path = "\(folder)/\(name)"
            try manager.createDirectory(
                atPath: (path as NSString).deletingLastPathComponent, withIntermediateDirectories: true)
            try Data(text.utf8).write(to: URL(fileURLWithPath: path))
        }
        for (name, target) in links {
            let target = target.hasPrefix("/") ? target : "\(folder)/\(target)"
            try manager.createSymbolicLink(atPath: "\(folder)/\(name)", withDestinationPath: target)
        }
        try body(folder)
    }

    private let loader = ConfigurationLoader(environment: ["NAME": "value"])

    private func issues(_ paths: [String]) -> [ConfigurationIssue] {
        do {
            return try loader.load(paths).issues
        } catch {
            return (error as? ConfigurationError)?.issues ?? []
        }
    }

    private func module(_ name: String) -> String { "modules: [{name: \(name), type: t}]\n" }

    @Test func joinsWhatFilesInclude() throws {
        let files = [
            "app.yaml": module("a") + "include: [parts, more/b.yaml]\nworkflows: {http: {server: s, routes: [1]}}",
            "parts/2.yaml": module("two"), "parts/1.yml": module("one") + "workflows: {http: {server: s, routes: [2]}}",
            "parts/.hidden.yaml": "broken: [", "parts/readme.txt": "broken: [",
            "more/b.yaml": module("b") + "include: ../more/c.yaml",
            "more/c.yaml": module("c") + "include: ../app.yaml",
        ]
        try withFolder(files) { folder in
            let configuration = try loader.load(["\(folder)/app.yaml"])
            #expect(configuration.modules.map(\.name) == ["a", "one", "two", "b", "c"])
            #expect(configuration.workflows.first?.configuration["routes"]?.json == [1, 2])
            #expect(configuration.files.count == 5)
        }
    }

    @Test func readsFoldersInTheOrderOfTheirNames() throws {
        try withFolder(["b.yaml": module("b"), "a.yml": module("a"), "sub/c.yaml": module("c")]) { folder in
            let names = try loader.load([folder]).modules.map(\.name)
            #expect(names == ["a", "b"])
            let others = try loader.load(["\(folder)/b.yaml", folder]).modules.map(\.name)
            #expect(others == ["b", "a"])
        }
    }

    @Test func tellsOfConflictsWithBothPlaces() throws {
        let files = [
            "a.yaml": module("m") + "triggers: {http: {port: 1}}",
            "b.yaml": module("m") + "triggers: {http: {port: 2}}",
        ]
        try withFolder(files) { folder in
            let found = issues([folder])
            #expect(found.map { $0.location.file.hasSuffix("b.yaml") } == [true, true])
            #expect(
                found.map(\.message) == [
                    "the module name \"m\" is used twice", "this key has another value in a file read before",
                ])
            #expect(found.first?.suggestion?.contains("a.yaml:1:11") == true)
            #expect(found.last?.suggestion?.contains("a.yaml:2:25") == true)
        }
    }

    @Test func refusesIncludesThatLeadOutOfTheFolder() throws {
        let files = [
            "app/main.yaml":
                "include:\n  - ../secret.yaml\n  - /etc/passwd\n  - link.yaml\n  - linked/x.yaml\n  - conf\n  - ../app/../secret.yaml\n",
            "secret.yaml": module("secret"), "out/x.yaml": module("x"), "app/conf/ok.yaml": module("ok"),
        ]
        let links = ["app/link.yaml": "secret.yaml", "app/linked": "out", "app/conf/link.yaml": "secret.yaml"]
        try withFolder(files, links: links) { folder in
            let found = issues(["\(folder)/app/main.yaml"])
            #expect(found.map(\.location.line) == [2, 3, 4, 5, 6, 7])
            #expect(found.allSatisfy { $0.message.contains("lies outside the folder") })
        }
    }

    @Test func followsLinksThatStayInside() throws {
        let files = ["real/main.yaml": "include: [../real/link.yaml]", "real/data/part.yaml": module("part")]
        try withFolder(files, links: ["real/link.yaml": "real/data/part.yaml", "alias": "real"]) { folder in
            let names = try loader.load(["\(folder)/alias/main.yaml"]).modules.map(\.name)
            #expect(names == ["part"])
        }
    }

    @Test func tellsWhereAMissingFileIsIncluded() throws {
        try withFolder(["a.yaml": "# x\ninclude: [none.yaml, \"\", 5]"]) { folder in
            let found = issues(["\(folder)/a.yaml"])
            #expect(
                found.map { "\($0.location.line):\($0.location.column) \($0.path)" } == [
                    "2:11 include[0]", "2:22 include[1]", "2:26 include[2]",
                ])
            #expect(found.first?.message.contains("none.yaml cannot be read") == true)
            #expect(issues(["\(folder)/none.yaml"]).first?.location.file.hasSuffix("none.yaml") == true)
        }
    }

    @Test func tellsTheIssuesOfAllFiles() throws {
        try withFolder(["a.yaml": "workflows: 1", "b.yaml": "a: [", "c.yaml": "modules: [{}]"]) { folder in
            #expect(Set(issues([folder]).map { $0.location.file.suffix(6) }) == ["a.yaml", "b.yaml", "c.yaml"])
        }
    }

    @Test func tellsThePlaceOfInvalidUTF8() throws {
        try withFolder(["a.yaml": ""]) { folder in
            let path = "\(folder)/a.yaml"
            try (Data("a: \u{FFFD}\r\nb: 1\r\nc: é".utf8) + Data([0xC3, 0x28])).write(to: URL(fileURLWithPath: path))
            let issue = try #require(issues([path]).first)
            #expect(issue.message == "the file is not valid UTF-8")
            #expect((issue.location.line, issue.location.column) == (3, 5))
        }
    }

    @Test func refusesALargeFile() throws {
        try withFolder(["a.yaml": "a: " + String(repeating: "x", count: 9 << 20)]) { folder in
            #expect(issues(["\(folder)/a.yaml"]).map(\.message) == ["the file is larger than 8 MiB"])
        }
    }

    @Test func expandsVariablesInIncludedFiles() throws {
        try withFolder(["a.yaml": "include: b.yaml", "b.yaml": module("\"${NAME}\"")]) { folder in
            let names = try loader.load(["\(folder)/a.yaml"]).modules.map(\.name)
            #expect(names == ["value"])
        }
    }
}
