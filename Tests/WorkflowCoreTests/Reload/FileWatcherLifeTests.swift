import Dispatch
import Foundation
import Logging
import Synchronization
import Testing
import WorkflowTesting

@testable import WorkflowCore

@Suite(.timeLimit(.minutes(1))) struct FileWatcherLifeTests {
    @Test func tellsWhatChangedBeforeItRan() async throws {
        try await withReloadFolder { folder in
            try folder.write("a", to: "app.yaml")
            let fixture = WatcherFixture([folder("app.yaml")])
            try folder.write("b", to: "app.yaml")
            let task = Task { try await fixture.untilSettling() }
            defer { task.cancel() }
            let run = Task { try await fixture.run {} }
            try await task.value
            fixture.clock.advance(by: WatcherFixture.debounce)
            try await run.value
            #expect(fixture.changes == [["app.yaml"]])
        }
    }

    @Test func watchesOtherPathsFromThenOn() async throws {
        try await withReloadFolder { folder in
            try folder.write("a", to: "app.yaml")
            try folder.write("b", to: "part.yaml")
            try folder.link("same.yaml", to: "app.yaml")
            let fixture = WatcherFixture([folder("app.yaml")])
            try await fixture.run {
                fixture.watcher.watch([folder("app.yaml"), folder("same.yaml")])
                try await fixture.untilCompared()
                #expect(fixture.changes.isEmpty, "it is the same file under another name")
                fixture.watcher.watch([folder("app.yaml"), folder("part.yaml")])
                try await fixture.untilTold(1)
                #expect(fixture.changes == [["part.yaml"]], "it may have changed since it was read")
                fixture.watcher.watch([folder("part.yaml")])
                try await fixture.untilCompared()
                try folder.write("c", to: "part.yaml")
                try await fixture.untilTold(2)
                #expect(fixture.changes == [["part.yaml"], ["part.yaml"]])
                try folder.write("d", to: "app.yaml")
                try folder.write("e", to: "part.yaml")
                try await fixture.untilTold(3)
                #expect(fixture.changes.last == ["part.yaml"], "the other one is not watched any more")
            }
        }
    }

    @Test func comparesWhereTheSystemSaysNothing() async throws {
        try await withReloadFolder { folder in
            try folder.write("a", to: "app.yaml")
            let fixture = WatcherFixture([folder("app.yaml")]) { _, _, _ in SilentNotifier() }
            try await fixture.run {
                fixture.clock.advance(by: WatcherFixture.comparisonInterval)
                try await fixture.untilAtRest()
                try folder.append("b", to: "app.yaml")
                fixture.clock.advance(by: WatcherFixture.comparisonInterval)
                try await fixture.untilSettling()
                try folder.append("c", to: "app.yaml")
                fixture.clock.advance(by: WatcherFixture.debounce)
                try await fixture.untilSettling()
                #expect(fixture.changes.isEmpty, "it is still being written")
                fixture.clock.advance(by: WatcherFixture.debounce)
                try await fixture.untilAtRest()
                #expect(fixture.changes == [["app.yaml"]])
            }
        }
    }

    @Test func comparesWhileTheSystemRefusesAndSaysWhy() async throws {
        try await withReloadFolder { folder in
            try folder.write("a", to: "app.yaml")
            let isRefused = Mutex(true)
            let refusal = WorkflowError(.limitExceeded, "no more watches")
            let log = RecordedLog()
            let fixture = WatcherFixture(
                [folder("app.yaml")],
                makeNotifier: { queue, isWatched, onEvent throws(WorkflowError) in
                    if isRefused.withLock({ $0 }) { throw refusal }
                    return try FileWatcher.makeSystemNotifier(queue, isWatched, onEvent)
                }, logger: log.logger)
            try await fixture.run {
                #expect(fixture.watcher.limitation?.message == "no more watches")
                try folder.write("b", to: "app.yaml")
                fixture.clock.advance(by: WatcherFixture.comparisonInterval)
                try await fixture.untilCompared()
                #expect(fixture.changes == [["app.yaml"]])
                #expect(log.lines.count == 1)
                #expect(log.lines.first?.contains("no more watches") == true)
                isRefused.withLock { $0 = false }
                fixture.clock.advance(by: WatcherFixture.comparisonInterval)
                try await fixture.untilAtRest()
                #expect(fixture.watcher.limitation == nil)
                try folder.write("c", to: "app.yaml")
                try await fixture.untilTold(2)
                #expect(fixture.changes.count == 2)
            }
        }
    }

    @Test func keepsTheTimeOfThisMachine() async throws {
        try await withReloadFolder { folder in
            try folder.write("a", to: "app.yaml")
            var configuration = FileWatcher.Configuration()
            configuration.debounce = .milliseconds(20)
            let watcher = FileWatcher([folder("app.yaml")], configuration: configuration, logger: .quiet)
            try folder.write("b", to: "app.yaml")
            let (changes, told) = AsyncStream.makeStream(of: FileWatcher.Change.self)
            let task = Task { await watcher.run { told.yield($0) } }
            var iterator = changes.makeAsyncIterator()
            let change = await iterator.next()
            task.cancel()
            await task.value
            #expect(change?.files == [folder("app.yaml")])
        }
    }

    @Test(arguments: [
        ("a.yaml", true), ("a.yml", true), ("a.json", true), (".a.yaml", false), ("a.yaml~", false), ("a.js", false),
        ("..data", false),
    ]) func knowsConfigurationFilesByTheirName(name: String, isWatched: Bool) {
        #expect(FileWatcher.isConfigurationFile(name) == isWatched)
    }
}

#if os(Linux)
@Suite(.timeLimit(.minutes(1))) struct FileWatcherInotifyTests {
    @Test(arguments: [false, true]) func releasesItsDescriptors(isSettling: Bool) async throws {
        try await withReloadFolder { folder in
            try folder.write("a", to: "app.yaml")
            let fixture = WatcherFixture([folder("app.yaml")])
            #expect(try observers(of: folder.path) == 0)
            try await fixture.run {
                #expect(try observers(of: folder.path) == 1)
                guard isSettling else { return }
                try folder.write("b", to: "app.yaml")
                try await fixture.untilSettling()
            }
            #expect(try observers(of: folder.path) == 0)
            #expect(fixture.changes.isEmpty)
        }
    }

    /// More events than the kernel keeps, none of which matters, count as a change: others may have been among them.
    @Test func takesLostEventsForAChange() async throws {
        try await withReloadFolder { folder in
            let limit = try #require(
                Int(
                    String(contentsOfFile: "/proc/sys/fs/inotify/max_queued_events", encoding: .utf8)
                        .trimmingCharacters(in: .whitespacesAndNewlines)))
            let queue = DispatchQueue(label: "test")
            let (events, told) = AsyncStream.makeStream(of: Void.self)
            let notifier = try FileWatcherInotify(queue: queue, isWatched: { _ in false }, onEvent: { told.yield() })
            queue.suspend()
            let plan = FileWatcherPlan(paths: [folder("app.yaml")], isWatched: { _ in false })
            #expect(try notifier.observe(plan))
            for _ in 0...limit / 2 {
                try #require(mkdir(folder("other"), 0o700) == 0)
                try #require(rmdir(folder("other")) == 0)
            }
            queue.resume()
            var iterator = events.makeAsyncIterator()
            #expect(await iterator.next() != nil)
            await notifier.close()
        }
    }

    @Test func saysWhatToDoWhenALimitIsReached() {
        #expect(
            FileWatcherInotify.refusal(toWatch: "/etc/app", ENOSPC).description
                == "/etc/app cannot be watched: the limit of inotify watches is reached; raise "
                + "fs.inotify.max_user_watches with sysctl.")
        #expect(
            FileWatcherInotify.refusal(toCreate: EMFILE).description
                == "Files cannot be watched: there are too many inotify instances or open files; raise "
                + "fs.inotify.max_user_instances with sysctl, or the limit of open files (ulimit -n).")
        #expect(FileWatcherInotify.refusal(toCreate: ENOSYS).code == .unavailable)
    }

    /// How many inotify descriptors of this process observe a folder.
    private func observers(of path: String) throws -> Int {
        let number = try #require(
            FileManager.default.attributesOfItem(atPath: path)[.systemFileNumber] as? NSNumber)
        let inode = "ino:\(String(number.uint64Value, radix: 16)) "
        let descriptors = try FileManager.default.contentsOfDirectory(atPath: "/proc/self/fdinfo")
        // Descriptors of other tests come and go meanwhile.
        return descriptors.count { descriptor in
            let text = try? String(contentsOfFile: "/proc/self/fdinfo/\(descriptor)", encoding: .utf8)
            return text?.split(separator: "\n").contains { $0.hasPrefix("inotify ") && $0.contains(inode) } ?? false
        }
    }
}
#endif
