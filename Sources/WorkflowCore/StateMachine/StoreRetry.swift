import Logging

/// Repeats what the store refused to do until it works.
struct StoreRetry: Sendable {
    private static let backoff = Backoff(base: .milliseconds(400), limit: .seconds(30))

    let environment: EngineEnvironment

    /// Runs `body` until it does not fail because of the store; waits longer and longer in between.
    ///
    /// - Parameters:
    ///   - message: What to log when the store fails, unless that is known.
    ///   - metadata: What it is about.
    ///   - body: Works with the store; it is repeated as a whole.
    /// - Throws: `CancellationError`, ``WorkflowError``, and ``StoreError`` `.conflict` and `.corrupted`, which no
    ///   repetition would change.
    func untilItWorks<Value: Sendable>(
        _ message: Logger.Message, _ metadata: Logger.Metadata = [:], _ body: () async throws -> Value
    ) async throws -> Value {
        var failures = 0
        while true {
            do {
                let value = try await body()
                environment.storeOutage.worked()
                return value
            } catch let error as StoreError where error.code == .conflict || error.code == .corrupted {
                throw error
            } catch let error as WorkflowError {
                throw error
            } catch {
                try Task.checkCancellation()
                failures += 1
                environment.storeOutage.failed(error, message, metadata: metadata)
                try await environment.clock.sleep(
                    for: Self.backoff.delay(afterAttempt: failures, random: environment.random()))
            }
        }
    }
}
