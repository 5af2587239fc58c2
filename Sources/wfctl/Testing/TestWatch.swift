import Foundation
import Logging
import Synchronization
import WorkflowCommandLine
import WorkflowCore
import WorkflowTestRunner

/// Runs tests again when what they depend on changes.
final class TestWatch: Sendable {
    private struct State {
        var dependencies: [String: TestDependencies] = [:]
        var watched: Set<String> = []
        /// When files that are watched from now on were written last: a watcher tells of them as if they had changed.
        var fresh: [String: Date?] = [:]
    }

    private let named: [String]
    private let state: Mutex<State>
    private let watcher: FileWatcher

    /// Begins to notice changes.
    ///
    /// - Parameters:
    ///   - named: The test files and folders that were named.
    ///   - paths: The test files.
    ///   - logger: Is told when the system refuses to watch.
    init(named: [String], paths: [String], logger: Logger) {
        self.named = named
        var first = State()
        first.dependencies = Self.dependencies(of: paths, before: [:])
        first.watched = Self.watched(named, first.dependencies)
        watcher = FileWatcher(first.watched.sorted(), logger: logger)
        state = Mutex(first)
    }

    /// Runs all tests, and then those that a change affects, until the task is cancelled.
    ///
    /// - Parameters:
    ///   - paths: The test files.
    ///   - runTests: Runs the tests of some files; what it throws is told, and is not the end.
    func run(_ paths: [String], _ runTests: @Sendable ([String]) async throws -> Void) async {
        await tell(paths, runTests)
        await watcher.run { [self] change in
            let changed = changed(change)
            let paths = TestFile.find(named)
            let known = state.withLock { $0.dependencies }
            let affected = paths.filter { known[$0].map { !$0.files.isDisjoint(with: changed) } ?? true }
            update(paths)
            guard !affected.isEmpty else { return }
            if Terminal.output.isInteractive { Terminal.output.write("\u{1B}[H\u{1B}[2J") }
            let names = changed.map { ($0 as NSString).lastPathComponent }.sorted().joined(separator: ", ")
            Console.note("Changed: \(names)")
            await tell(affected, runTests)
        }
    }

    private func tell(_ paths: [String], _ runTests: ([String]) async throws -> Void) async {
        do {
            try await runTests(paths)
        } catch {
            _ = Console.report(error)
        }
        Console.note("Waiting for changes; Ctrl-C stops.")
    }

    /// What has changed, without the files that are only watched since the last run began.
    private func changed(_ change: FileWatcher.Change) -> Set<String> {
        let fresh = state.withLock { state in
            defer { state.fresh = [:] }
            return state.fresh
        }
        return Set(change.files.filter { path in fresh[path].map { $0 != Self.lastWritten(path) } ?? true })
    }

    /// Finds out what the tests depend on now.
    private func update(_ paths: [String]) {
        let watched = state.withLock { state in
            state.dependencies = Self.dependencies(of: paths, before: state.dependencies)
            let watched = Self.watched(named, state.dependencies)
            for path in watched.subtracting(state.watched) { state.fresh[path] = Self.lastWritten(path) }
            state.watched = watched
            return watched
        }
        watcher.watch(watched.sorted())
    }

    private static func dependencies(
        of paths: [String], before: [String: TestDependencies]
    ) -> [String: TestDependencies] {
        Dictionary(
            paths.map { ($0, TestDependencies(ofTests: $0, before: before[$0])) },
            uniquingKeysWith: { first, _ in first })
    }

    /// All files, and the folders in which further tests may appear.
    private static func watched(_ named: [String], _ dependencies: [String: TestDependencies]) -> Set<String> {
        let folders = dependencies.keys.map { ($0 as NSString).deletingLastPathComponent }.map { $0.isEmpty ? "." : $0 }
        let paths = Set((named + folders).map { URL(fileURLWithPath: $0).standardizedFileURL.path })
        return dependencies.values.reduce(into: paths) { $0.formUnion($1.files) }
    }

    private static func lastWritten(_ path: String) -> Date? {
        do {
            return try FileManager.default.attributesOfItem(atPath: path)[.modificationDate] as? Date
        } catch {
            // It is not there.
            return nil
        }
    }
}
