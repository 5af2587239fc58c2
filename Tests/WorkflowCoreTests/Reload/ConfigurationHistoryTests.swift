import Foundation
import Testing
import WorkflowTesting

@testable import WorkflowCore

@Suite(.timeLimit(.minutes(1))) struct ConfigurationHistoryTests {
    private typealias Text = ConfigurationHistory.Text

    private func texts(_ content: String) -> [Text] { [Text(name: "app.yaml", content: content)] }

    @Test func keepsTextsAsTheyWereForAnotherProcess() async throws {
        try await withReloadFolder { folder in
            let clock = TestClock()
            let history = ConfigurationHistory(folder: folder("a/b"), clock: clock, logger: .quiet)
            let texts = [
                Text(name: "app.yaml", content: "modules: []\n--- # \"other\"\n# é\r\n"),
                Text(name: "no\nbreak \"x\".yml", content: ""), Text(name: "end.json", content: "{}"),
            ]
            let version = try await history.record(texts, hash: "h1", source: .put)
            #expect(version.number == 1)
            #expect(version.time == clock.now)
            #expect(version.status == .current)
            let again = ConfigurationHistory(folder: folder("a/b"), logger: .quiet)
            #expect(try await again.versions() == [version])
            #expect(try await again.entry(1).texts == texts)
            #expect(try await again.entry(1).version == version)
        }
    }

    @Test func keepsItsFilesFromOthers() async throws {
        try await withReloadFolder { folder in
            let history = ConfigurationHistory(folder: folder("outer/history"), logger: .quiet)
            try await history.record(texts("a"), hash: "h", source: .start)
            #expect(try folder.mode("outer/history") == 0o700)
            #expect(try folder.mode("outer/history/00000001.yaml") == 0o600)
            try await history.markRolledBack(1, reason: "r")
            #expect(try folder.mode("outer/history/00000001.yaml") == 0o600)
            #expect(try ReloadFolder(path: folder("outer/history")).names() == ["00000001.yaml"], "nothing unfinished")
        }
    }

    @Test func writesFilesThatPeopleAndTheLoaderCanRead() async throws {
        try await withReloadFolder { folder in
            let history = ConfigurationHistory(
                folder: folder.path, clock: TestClock(now: Timestamp(seconds: 1_767_603_600)), logger: .quiet)
            let text = "modules:\n  - {name: events, type: messaging.broker}\n"
            try await history.record(texts(text), hash: "abc", source: .file)
            try await history.markRolledBack(1, reason: "the health check \"db\" failed")
            #expect(
                try folder.text("00000001.yaml") == """
                    # {"workflowConfiguration":1,"number":1,"time":"2026-01-05T09:00:00Z","hash":"abc",\
                    "source":"file","status":"rolledBack","reason":"the health check \\"db\\" failed",\
                    "files":[{"name":"app.yaml","bytes":\(text.utf8.count)}]}
                    --- # "app.yaml"
                    modules:
                      - {name: events, type: messaging.broker}


                    """)
            let loaded = try ConfigurationLoader(environment: [:]).load([folder("00000001.yaml")])
            #expect(loaded.modules.map(\.name) == ["events"])
            #expect(loaded.issues.isEmpty)
        }
    }

    @Test func takesTheNewestThatWasNotRolledBackForTheCurrentOne() async throws {
        try await withReloadFolder { folder in
            let history = ConfigurationHistory(folder: folder.path, logger: .quiet)
            for hash in ["1", "2", "2", "3"] {
                let content = try await history.versions().count
                try await history.record(texts("\(content)"), hash: hash, source: .put)
            }
            #expect(try await history.versions().map(\.number) == [4, 3, 2, 1])
            #expect(try await history.versions().map(\.status) == [.current, .accepted, .accepted, .accepted])
            #expect(try await history.previous()?.version.number == 3)
            try await history.markRolledBack(4, reason: "unhealthy")
            #expect(
                try await history.versions().map(\.status)
                    == [.rolledBack(reason: "unhealthy"), .current, .accepted, .accepted])
            #expect(try await history.previous()?.version.number == 1, "version 2 means the same as the current one")
            try await history.markAccepted(4)
            #expect(try await history.versions().first?.status == .current)
            try await history.markRolledBack(1, reason: "r")
            for number in [4, 3, 2] { try await history.markRolledBack(number, reason: "r") }
            #expect(try await history.previous() == nil)
            #expect(try await history.versions().contains { $0.status == .current } == false)
        }
    }

    @Test func writesNothingWhenNothingIsNew() async throws {
        try await withReloadFolder { folder in
            let history = ConfigurationHistory(folder: folder.path, logger: .quiet)
            let first = try await history.record(texts("a"), hash: "h", source: .start)
            #expect(try await history.record(texts("a"), hash: "h", source: .start) == first)
            #expect(try await history.record(texts("a # more"), hash: "h", source: .file).number == 2)
            #expect(try await history.record(texts("a"), hash: "h", source: .file).number == 3)
        }
    }

    @Test func forgetsTheOldestButNotThoseItMayNeed() async throws {
        try await withReloadFolder { folder in
            let history = ConfigurationHistory(folder: folder.path, limit: 3, logger: .quiet)
            for number in 1...5 { try await history.record(texts("\(number)"), hash: "\(number)", source: .put) }
            #expect(try await history.versions().map(\.number) == [5, 4, 3])
            for number in [4, 5] { try await history.markRolledBack(number, reason: "r") }
            for number in 6...8 {
                try await history.record(texts("\(number)"), hash: "\(number)", source: .put)
                try await history.markRolledBack(number, reason: "r")
            }
            try await history.prune()
            #expect(try await history.versions().map(\.number) == [8, 7, 6, 3])
            #expect(try await history.versions().last?.status == .current)
        }
    }

    @Test func isSafeFromManyTasks() async throws {
        try await withReloadFolder { folder in
            let history = ConfigurationHistory(folder: folder.path, limit: 100, logger: .quiet)
            try await withThrowingTaskGroup(of: Void.self) { group in
                for index in 0..<40 {
                    group.addTask {
                        let text = [Text(name: "app.yaml", content: "\(index)")]
                        let version = try await history.record(text, hash: "\(index)", source: .put)
                        try await history.markRolledBack(version.number, reason: "\(index)")
                    }
                }
                try await group.waitForAll()
            }
            #expect(try await history.versions().map(\.number) == (1...40).reversed())
            for version in try await history.versions() {
                #expect(version.status == .rolledBack(reason: version.hash))
                #expect(try await history.entry(version.number).texts.first?.content == version.hash)
            }
        }
    }
}
