import Synchronization

/// Where a task leaves what it has led to.
final class OutcomeBox<Value: Sendable>: Sendable {
    private let state = Mutex<Result<Value, any Error>?>(nil)

    /// What came out; `nil` while it goes on.
    var result: Result<Value, any Error>? { state.withLock { $0 } }

    /// Runs an operation and keeps what comes out.
    func run(_ operation: () async throws -> Value) async {
        let result: Result<Value, any Error>
        do {
            result = .success(try await operation())
        } catch {
            result = .failure(error)
        }
        state.withLock { $0 = result }
    }
}
