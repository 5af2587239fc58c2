import Foundation
import WorkflowCommandLine

/// Keeps other processes out while something is changed.
enum FileLock {
    private static let patience = Duration.seconds(30)
    private static let pause = Duration.milliseconds(20)

    /// Runs `body` while no other process holds the lock.
    ///
    /// - Parameter path: A file of its own, which is made and stays; removing it would let two in.
    /// - Throws: ``CommandFailure`` when the lock is not to be had; what `body` throws.
    static func holding<Result>(_ path: String, _ body: () async throws -> Result) async throws -> Result {
        let descriptor = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else {
            throw CommandFailure(.cannotWrite, "\(path) cannot be opened: \(String(cString: strerror(errno))).")
        }
        // Closing it gives the lock back, as does the end of the process.
        defer { close(descriptor) }
        let deadline = ContinuousClock.now + patience
        while flock(descriptor, LOCK_EX | LOCK_NB) != 0 {
            guard errno == EWOULDBLOCK || errno == EINTR else {
                throw CommandFailure(.cannotWrite, "\(path) cannot be locked: \(String(cString: strerror(errno))).")
            }
            guard ContinuousClock.now < deadline else {
                throw CommandFailure(
                    .timeout, "Another wfctl has held \(path) for \(patience.components.seconds) seconds.",
                    hint: "see what it does, or end it")
            }
            try await Task.sleep(for: pause)
        }
        return try await body()
    }
}
