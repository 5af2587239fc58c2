/// Runs an operation that must end within a time.
///
/// - Parameters:
///   - duration: The time.
///   - clock: Measures it.
///   - operation: What to run; it is cancelled when the time is over.
/// - Throws: ``WorkflowError`` `.limitExceeded` when the time is over, or what `operation` throws.
package func withTimeout<Result: Sendable>(
    _ duration: Duration, clock: any EngineClock, _ operation: @escaping @Sendable () async throws -> Result
) async throws -> Result {
    try await withThrowingTaskGroup(of: Result.self) { group in
        group.addTask { try await operation() }
        group.addTask {
            try await clock.sleep(for: duration)
            throw WorkflowError(.limitExceeded, "Took longer than the timeout of \(duration).")
        }
        defer { group.cancelAll() }
        guard let result = try await group.next() else { throw CancellationError() }
        return result
    }
}
