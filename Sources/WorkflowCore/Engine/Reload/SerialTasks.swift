import Synchronization

/// Runs one piece of work after another, in the order in which they come; none is cancelled with its caller.
final class SerialTasks: Sendable {
    private let last = Mutex<Task<Void, Never>?>(nil)

    /// Runs `body` when everything that came before is done.
    ///
    /// - Throws: What `body` throws.
    func run<Result: Sendable>(_ body: @escaping @Sendable () async throws -> Result) async throws -> Result {
        let task = last.withLock { last in
            let before = last
            let task = Task {
                await before?.value
                return try await body()
            }
            last = Task { _ = await task.result }
            return task
        }
        return try await task.value
    }

    /// Returns when everything that has come so far is done.
    func waitUntilIdle() async {
        await last.withLock { $0 }?.value
    }
}
