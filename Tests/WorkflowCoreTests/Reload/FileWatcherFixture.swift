import Foundation
import Logging
import Synchronization
import Testing
import WorkflowTesting

@testable import WorkflowCore

/// A folder for one test.
struct ReloadFolder {
    let path: String

    func callAsFunction(_ name: String) -> String { "\(path)/\(name)" }

    func write(_ text: String, to name: String) throws {
        try Data(text.utf8).write(to: URL(fileURLWithPath: self(name)))
    }

    func append(_ text: String, to name: String) throws {
        let handle = try FileHandle(forWritingTo: URL(fileURLWithPath: self(name)))
        try handle.seekToEnd()
        try handle.write(contentsOf: Data(text.utf8))
        try handle.close()
    }

    func text(_ name: String) throws -> String { try String(contentsOfFile: self(name), encoding: .utf8) }

    func names() throws -> [String] { try FileManager.default.contentsOfDirectory(atPath: path).sorted() }

    func makeFolder(_ name: String) throws {
        try FileManager.default.createDirectory(atPath: self(name), withIntermediateDirectories: true)
    }

    func link(_ name: String, to target: String) throws {
        try FileManager.default.createSymbolicLink(atPath: self(name), withDestinationPath: target)
    }

    func remove(_ name: String) throws { try FileManager.default.removeItem(atPath: self(name)) }

    /// Replaces what has the new name.
    func move(_ name: String, to newName: String) throws {
        try #require(rename(self(name), self(newName)) == 0, "\(String(cString: strerror(errno)))")
    }

    /// The permission bits.
    func mode(_ name: String = ".") throws -> Int {
        try #require(
            FileManager.default.attributesOfItem(atPath: self(name))[.posixPermissions] as? NSNumber
        ).intValue
    }
}

/// Lends a folder that is removed afterwards.
func withReloadFolder<Result>(_ body: (ReloadFolder) async throws -> Result) async throws -> Result {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("reload-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    return try await body(ReloadFolder(path: folder.path))
}

/// A watcher that runs, and a clock that only the test moves.
final class WatcherFixture: Sendable {
    static let debounce = Duration.milliseconds(500)
    static let comparisonInterval = Duration.seconds(3600)

    let clock = TestClock()
    let watcher: FileWatcher
    private let told = Mutex<[[String]]>([])

    init(_ paths: [String], makeNotifier: MakeFileWatcherNotifier? = nil, logger: Logger = .quiet) {
        var configuration = FileWatcher.Configuration()
        configuration.debounce = Self.debounce
        configuration.maximumDelay = .seconds(2)
        configuration.comparisonInterval = Self.comparisonInterval
        watcher = FileWatcher(
            paths, configuration: configuration, clock: clock, logger: logger,
            makeNotifier: makeNotifier ?? FileWatcher.makeSystemNotifier)
    }

    /// The files of each change told so far, by their last names.
    var changes: [[String]] { told.withLock { $0 } }

    /// Watches while `body` runs.
    func run(_ body: () async throws -> Void) async throws {
        let task = Task {
            await watcher.run { change in
                self.told.withLock { $0.append(change.files.map { ($0 as NSString).lastPathComponent }) }
            }
        }
        do {
            try await untilAtRest()
            try await body()
        } catch {
            task.cancel()
            await task.value
            throw error
        }
        task.cancel()
        await task.value
        #expect(clock.sleeperCount == 0)
    }

    /// Returns when the watcher waits for whatever comes.
    func untilAtRest() async throws { try await untilWaiting(for: Self.comparisonInterval) }

    /// Returns when the watcher has seen something and waits whether there is more.
    func untilSettling(_ duration: Duration = debounce) async throws { try await untilWaiting(for: duration) }

    /// Lets the time pass that the watcher waits for more, until so many changes have been told.
    ///
    /// The system may tell of one write in several events, some of them late, so the watcher may wait more than once.
    func untilTold(_ count: Int) async throws {
        try await passTime { changes.count >= count }
    }

    /// Returns when the watcher has seen something, let the time pass, and compared the files.
    func untilCompared() async throws {
        try await untilSettling()
        try await passTime { remaining == Self.comparisonInterval }
    }

    private var remaining: Duration? { clock.nextDeadline.map { clock.now.duration(to: $0) } }

    private func passTime(until isDone: () -> Bool) async throws {
        while !isDone() {
            try Task.checkCancellation()
            if let remaining, remaining <= Self.debounce { clock.advance(by: remaining) }
            await Task.yield()
        }
    }

    private func untilWaiting(for duration: Duration) async throws {
        while remaining != duration {
            try Task.checkCancellation()
            await Task.yield()
        }
    }
}

/// A notifier that says nothing, as on a network file system.
struct SilentNotifier: FileWatcherNotifier {
    func observe(_ plan: FileWatcherPlan) throws(WorkflowError) -> Bool { false }
    func close() async {}
}

/// A notifier that says what the test wants.
final class ManualNotifier: FileWatcherNotifier {
    private let onEvent = Mutex<(@Sendable () -> Void)?>(nil)

    var make: MakeFileWatcherNotifier {
        { [self] _, _, onEvent in
            self.onEvent.withLock { $0 = onEvent }
            return self
        }
    }

    func tell() { onEvent.withLock { $0 }?() }
    func observe(_ plan: FileWatcherPlan) throws(WorkflowError) -> Bool { false }
    func close() async {}
}

/// Keeps what is logged, as text.
final class RecordedLog: Sendable {
    private struct Handler: LogHandler {
        let log: RecordedLog
        var metadata: Logger.Metadata = [:]
        var logLevel = Logger.Level.trace

        subscript(metadataKey key: String) -> Logger.Metadata.Value? {
            get { metadata[key] }
            set { metadata[key] = newValue }
        }

        func log(event: LogEvent) {
            let line = "\(event.message) \(event.metadata ?? [:])"
            log.recorded.withLock { $0.append(line) }
        }
    }

    private let recorded = Mutex<[String]>([])

    var lines: [String] { recorded.withLock { $0 } }

    var logger: Logger { Logger(label: "test") { _ in Handler(log: self) } }
}
