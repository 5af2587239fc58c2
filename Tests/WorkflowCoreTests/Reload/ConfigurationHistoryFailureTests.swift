import Foundation
import Testing
import WorkflowTesting

@testable import WorkflowCore

@Suite(.timeLimit(.minutes(1))) struct ConfigurationHistoryFailureTests {
    private typealias Text = ConfigurationHistory.Text

    /// Ways in which the file of version 2 can be damaged, and what the log says then.
    enum Damage: String, CaseIterable {
        case empty = "it does not begin with the line that describes a version"
        case foreign = "its first line cannot be read: "
        case otherFormat = "its first line does not describe a version"
        case cutOff = "it is not whole"
        case longer = "it is longer than its first line says"
        case otherNumber = "it holds version 7"
        case invalidText = "a text in it is not valid UTF-8"
        case link = "it is a symbolic link"
        case folder = "it is no file"

        func apply(in folder: ReloadFolder) throws {
            let name = "00000002.yaml"
            let text = try folder.text(name)
            switch self {
            case .empty: try folder.write("", to: name)
            case .foreign: try folder.write("# settings\nmodules: []\n", to: name)
            case .otherFormat: try folder.write("# {\"workflowConfiguration\":2}\n", to: name)
            case .cutOff: try folder.write(String(text.dropLast()), to: name)
            case .longer: try folder.write(text + "x", to: name)
            case .otherNumber:
                try folder.write(text.replacingOccurrences(of: "\"number\":2", with: "\"number\":7"), to: name)
            case .invalidText:
                let bytes = Data(text.utf8.dropLast(2)) + Data([0xFF, 0x0A])
                try bytes.write(to: URL(fileURLWithPath: folder(name)))
            case .link:
                try folder.move(name, to: "target")
                try folder.link(name, to: "target")
            case .folder:
                try folder.remove(name)
                try folder.makeFolder(name)
            }
        }
    }

    @Test(arguments: Damage.allCases) func ignoresDamagedFilesAndKeepsThem(_ damage: Damage) async throws {
        try await withReloadFolder { folder in
            let log = RecordedLog()
            let history = ConfigurationHistory(folder: folder.path, limit: 2, logger: log.logger)
            for number in 1...2 { try await history.record(texts("\(number)"), hash: "\(number)", source: .put) }
            try damage.apply(in: folder)
            for _ in 1...2 { #expect(try await history.versions().map(\.number) == [1]) }
            let lines = log.lines.filter { $0.contains("00000002.yaml") }
            #expect(lines.count == 1, "it is told of once")
            #expect(lines.first?.contains(damage.rawValue) == true, "\(lines)")
            #expect(try await history.record(texts("3"), hash: "3", source: .put).number == 3, "2 is not overwritten")
            try await history.record(texts("4"), hash: "4", source: .put)
            #expect(try await history.versions().map(\.number) == [4, 3])
            #expect(try folder.names().contains("00000002.yaml"))
        }
    }

    @Test func leavesForeignFilesAloneAndRemovesAbandonedOnes() async throws {
        try await withReloadFolder { folder in
            let log = RecordedLog()
            let history = ConfigurationHistory(folder: folder.path, logger: log.logger)
            for name in ["README", "2.yaml", ".unfinished-1-00000009.yaml", ".unfinished-2-00000009.yaml"] {
                try folder.write("x", to: name)
            }
            try FileManager.default.setAttributes(
                [.modificationDate: Date(timeIntervalSinceNow: -3600)],
                ofItemAtPath: folder(".unfinished-1-00000009.yaml"))
            #expect(try await history.record(texts("a"), hash: "h", source: .put).number == 1)
            #expect(
                try folder.names() == [".unfinished-2-00000009.yaml", "00000001.yaml", "2.yaml", "README"],
                "another process may still be writing the other one")
            #expect(log.lines.count == 2)
            #expect(log.lines.allSatisfy { $0.contains("its name is not that of a version") })
        }
    }

    @Test func namesWhatIsKeptWhenAVersionIsNot() async throws {
        try await withReloadFolder { folder in
            let history = ConfigurationHistory(folder: folder("none"), logger: .quiet)
            #expect(try await history.versions().isEmpty)
            var error = await #expect(throws: WorkflowError.self) { try await history.entry(1) }
            #expect(error?.code == .notFound)
            #expect(
                error?.message == "There is no configuration version 1 in \(folder("none")); kept are: none.")
            for number in 1...3 { try await history.record(texts("\(number)"), hash: "\(number)", source: .put) }
            error = await #expect(throws: WorkflowError.self) { try await history.markRolledBack(9, reason: "r") }
            #expect(
                error?.message == "There is no configuration version 9 in \(folder("none")); kept are: 1, 2, 3.")
        }
    }

    @Test func saysWhenItCannotWriteAndChangesNothing() async throws {
        try await withReloadFolder { folder in
            try folder.write("", to: "file")
            let history = ConfigurationHistory(folder: folder("file/history"), logger: .quiet)
            let error = await #expect(throws: WorkflowError.self) {
                try await history.record(texts("a"), hash: "h", source: .put)
            }
            #expect(error?.code == .unavailable)
            #expect(error?.description.contains(folder("file/history")) == true, "\(error?.description ?? "")")
            #expect(try folder.names() == ["file"])
        }
    }

    @Test func refusesWhatIsTooLarge() async throws {
        try await withReloadFolder { folder in
            let history = ConfigurationHistory(folder: folder.path, logger: .quiet)
            let large = texts(String(repeating: "x", count: ConfigurationHistoryFolder.maximumSize))
            let error = await #expect(throws: WorkflowError.self) {
                try await history.record(large, hash: "h", source: .put)
            }
            #expect(error?.code == .limitExceeded)
            let names = try folder.names()
            #expect(names.isEmpty)
        }
    }

    private func texts(_ content: String) -> [Text] { [Text(name: "app.yaml", content: content)] }
}
