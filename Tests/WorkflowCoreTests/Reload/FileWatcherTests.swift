import Foundation
import Testing
import WorkflowTesting

@testable import WorkflowCore

@Suite(.timeLimit(.minutes(1))) struct FileWatcherTests {
    /// The ways in which programs change a file.
    enum Edit: CaseIterable {
        case writeInPlace, append, renameOver, backupAndCreate, removeAndCreate, replaceFolder, switchLink

        func apply(in folder: ReloadFolder) throws {
            switch self {
            case .writeInPlace:
                try folder.write("b", to: "conf/app.yaml")
            case .append:
                try folder.append("b", to: "conf/app.yaml")
            case .renameOver:
                try folder.write("b", to: "conf/.app.yaml.tmp")
                try folder.move("conf/.app.yaml.tmp", to: "conf/app.yaml")
            case .backupAndCreate:
                try folder.move("conf/app.yaml", to: "conf/app.yaml~")
                try folder.write("b", to: "conf/app.yaml")
                try folder.remove("conf/app.yaml~")
            case .removeAndCreate:
                try folder.remove("conf/app.yaml")
                try folder.write("b", to: "conf/app.yaml")
            case .replaceFolder:
                try folder.makeFolder("new")
                try folder.write("b", to: "new/app.yaml")
                try folder.move("conf", to: "old")
                try folder.move("new", to: "conf")
            case .switchLink:
                try folder.write("b", to: "b.yaml")
                try folder.link("conf/link", to: "../b.yaml")
                try folder.move("conf/link", to: "conf/app.yaml")
            }
        }
    }

    @Test(arguments: Edit.allCases) func seesEachWayToChangeAFileAndWhatFollows(_ edit: Edit) async throws {
        try await withReloadFolder { folder in
            try folder.makeFolder("conf")
            try folder.write("a", to: "conf/app.yaml")
            let fixture = WatcherFixture([folder("conf/app.yaml")])
            try await fixture.run {
                try edit.apply(in: folder)
                try await fixture.untilTold(1)
                #expect(fixture.changes == [["app.yaml"]])
                #expect(fixture.watcher.limitation == nil)
                try folder.write("c", to: "conf/app.yaml")
                try await fixture.untilTold(2)
                #expect(fixture.changes == [["app.yaml"], ["app.yaml"]])
            }
        }
    }

    @Test(arguments: ["mount/app.yaml", "mount"]) func seesEachUpdateOfAConfigMap(_ path: String) async throws {
        try await withReloadFolder { folder in
            try folder.makeFolder("mount/..2026_01")
            try folder.write("1", to: "mount/..2026_01/app.yaml")
            try folder.link("mount/..data", to: "..2026_01")
            try folder.link("mount/app.yaml", to: "..data/app.yaml")
            let fixture = WatcherFixture([folder(path)])
            try await fixture.run {
                for update in 2...4 {
                    try folder.makeFolder("mount/..2026_0\(update)")
                    try folder.write("\(update)", to: "mount/..2026_0\(update)/app.yaml")
                    try folder.link("mount/..data_tmp", to: "..2026_0\(update)")
                    try folder.move("mount/..data_tmp", to: "mount/..data")
                    try folder.remove("mount/..2026_0\(update - 1)")
                    try await fixture.untilTold(update - 1)
                    #expect(fixture.changes.count == update - 1)
                }
                #expect(fixture.changes.allSatisfy { $0 == ["app.yaml"] })
            }
        }
    }

    @Test func tellsOfABurstOnceAndOnlyWhenItIsOver() async throws {
        try await withReloadFolder { folder in
            try folder.write("0", to: "app.yaml")
            let notifier = ManualNotifier()
            let fixture = WatcherFixture([folder("app.yaml")], makeNotifier: notifier.make)
            try await fixture.run {
                for text in ["1", "2", "3"] {
                    try folder.write(text, to: "app.yaml")
                    notifier.tell()
                    try await fixture.untilSettling()
                    fixture.clock.advance(by: .milliseconds(400))
                    #expect(fixture.changes.isEmpty)
                }
                fixture.clock.advance(by: .milliseconds(100))
                try await fixture.untilAtRest()
                #expect(fixture.changes == [["app.yaml"]])
            }
        }
    }

    @Test func tellsOfABurstThatDoesNotEnd() async throws {
        try await withReloadFolder { folder in
            try folder.write("", to: "app.yaml")
            let notifier = ManualNotifier()
            let fixture = WatcherFixture([folder("app.yaml")], makeNotifier: notifier.make)
            try await fixture.run {
                for remaining in [500, 500, 500, 500, 400] {
                    try folder.append(".", to: "app.yaml")
                    notifier.tell()
                    try await fixture.untilSettling(.milliseconds(remaining))
                    fixture.clock.advance(by: .milliseconds(400))
                }
                try await fixture.untilAtRest()
                #expect(fixture.changes == [["app.yaml"]])
            }
        }
    }

    @Test func staysQuietAboutWhatChangesNoContent() async throws {
        try await withReloadFolder { folder in
            try folder.write("a", to: "app.yaml")
            let fixture = WatcherFixture([folder("app.yaml")])
            try await fixture.run {
                _ = try folder.text("app.yaml")
                try folder.write("x", to: "other.yaml")
                try folder.move("other.yaml", to: "another.yaml")
                try FileManager.default.setAttributes(
                    [.modificationDate: Date(timeIntervalSince1970: 0)], ofItemAtPath: folder("app.yaml"))
                try await fixture.untilCompared()
                try folder.write("a", to: "copy")
                try folder.move("copy", to: "app.yaml")
                try await fixture.untilCompared()
                #expect(fixture.changes.isEmpty)
                try folder.write("b", to: "app.yaml")
                try await fixture.untilTold(1)
                #expect(fixture.changes == [["app.yaml"]])
            }
        }
    }

    @Test func noticesWhichFilesAFolderHolds() async throws {
        try await withReloadFolder { folder in
            try folder.makeFolder("conf")
            try folder.write("a", to: "conf/a.yaml")
            let fixture = WatcherFixture([folder("conf") + "/"])
            try await fixture.run {
                for name in ["notes.txt", ".hidden.yaml", "a.yaml~"] { try folder.write("x", to: "conf/\(name)") }
                try folder.write("b", to: "conf/b.yml")
                try folder.write("{}", to: "conf/c.json")
                try await fixture.untilTold(1)
                try folder.write("b2", to: "conf/b.yml")
                try await fixture.untilTold(2)
                try folder.remove("conf/a.yaml")
                try await fixture.untilTold(3)
                try folder.move("conf/notes.txt", to: "conf/notes.yaml")
                try await fixture.untilTold(4)
                #expect(fixture.changes == [["b.yml", "c.json"], ["b.yml"], ["a.yaml"], ["notes.yaml"]])
            }
        }
    }

    @Test func seesWhatVanishesAndComesBack() async throws {
        try await withReloadFolder { folder in
            let fixture = WatcherFixture([folder("outer/conf/app.yaml"), folder("outer/more")])
            try await fixture.run {
                try folder.makeFolder("outer/conf")
                try folder.write("a", to: "outer/conf/app.yaml")
                try await fixture.untilTold(1)
                try folder.remove("outer")
                try await fixture.untilTold(2)
                try folder.makeFolder("outer/more")
                try folder.makeFolder("outer/conf")
                try folder.write("m", to: "outer/more/m.yaml")
                try folder.write("a", to: "outer/conf/app.yaml")
                try await fixture.untilTold(3)
                #expect(fixture.changes == [["app.yaml"], ["app.yaml"], ["app.yaml", "more", "m.yaml"]])
            }
        }
    }
}
