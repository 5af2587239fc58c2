package import Logging
import UnixSignals
import WorkflowCore

/// Waits until somebody saves a file, for an application that could not be started.
package enum ChangeWait {
    /// Waits for a change of files.
    ///
    /// - Parameters:
    ///   - files: The files and folders.
    ///   - logger: Is told when the system refuses to watch.
    /// - Returns: `false` when a signal asked to stop before that.
    package static func wait(for files: [String], logger: Logger) async -> Bool {
        let watcher = FileWatcher(files, logger: logger)
        return await withTaskGroup(of: Bool.self) { group in
            group.addTask {
                for await _ in await UnixSignalsSequence(trapping: .sigterm, .sigint, .sighup) { return false }
                return false
            }
            group.addTask {
                let change = AsyncStream.makeStream(of: Void.self)
                let watching = Task { await watcher.run { _ in change.continuation.yield() } }
                defer { watching.cancel() }
                for await _ in change.stream { return true }
                return false
            }
            defer { group.cancelAll() }
            return await group.next() ?? false
        }
    }
}
