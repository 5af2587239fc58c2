import Synchronization

/// Runs one operation after another, in the order in which they come; none is cancelled with its caller.
final class OperationLine: Sendable {
    private let last = Mutex<Task<Void, Never>?>(nil)

    /// Runs `body` when everything that came before is done.
    func run<Value: Sendable>(_ body: @escaping @Sendable () async -> Value) async -> Value {
        await enqueue(body).value
    }

    /// Runs `body` when everything that came before is done.
    ///
    /// - Throws: What `body` throws.
    func attempt<Value: Sendable>(_ body: @escaping @Sendable () async throws -> Value) async throws -> Value {
        try await run { () async -> Result<Value, any Error> in
            do {
                return .success(try await body())
            } catch {
                return .failure(error)
            }
        }.get()
    }

    /// Has `body` run when everything that came before is done.
    @discardableResult
    func enqueue<Value: Sendable>(_ body: @escaping @Sendable () async -> Value) -> Task<Value, Never> {
        last.withLock { last in
            let before = last
            let task = Task {
                await before?.value
                return await body()
            }
            last = Task { _ = await task.value }
            return task
        }
    }
}
