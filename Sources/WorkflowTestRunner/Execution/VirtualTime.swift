import WorkflowCore
import WorkflowTesting

/// Lets time pass: what comes due happens in order, each at its own time.
struct VirtualTime {
    /// How long nothing may happen, in real time, while an operation is not done.
    private static let silence = Duration.seconds(1)
    /// How many such times there may be.
    private static let patience = 15
    /// How far the clock moves on by itself while an operation is not done.
    private static let reach = Duration.seconds(300)

    let clock: TestClock
    let thread: TaskThread

    /// Lets everything happen that does not wait for the clock.
    func settle() async { await thread.settle() }

    /// Moves the clock on.
    func advance(by duration: Duration) async {
        await advance(to: clock.now.advanced(by: duration))
    }

    /// Moves the clock on to a time.
    func advance(to end: Timestamp) async {
        await thread.settle()
        while let next = clock.nextDeadline, next <= end {
            clock.advanceToNextSleeper()
            await thread.settle()
        }
        clock.advance(by: clock.now.duration(to: end))
        await thread.settle()
    }

    /// Runs an operation to its end. The clock stands still, unless the operation itself waits for it.
    ///
    /// - Parameter what: What goes on, for the error.
    /// - Throws: What `operation` throws; ``WorkflowError`` `.limitExceeded` when it does not end.
    func complete<Value: Sendable>(
        _ what: String, _ operation: @escaping @Sendable () async throws -> Value
    ) async throws -> Value {
        let outcome = OutcomeBox<Value>()
        let sleepers = clock.sleeperCount
        let end = clock.now.advanced(by: Self.reach)
        let task = Task { await outcome.run(operation) }
        await thread.settle()
        var silences = 0
        while outcome.result == nil {
            if await thread.settle(afterActivityWithin: Self.silence) { continue }
            silences += 1
            if clock.sleeperCount > sleepers, let next = clock.nextDeadline, next <= end {
                clock.advanceToNextSleeper()
                await thread.settle()
            } else if silences > Self.patience {
                task.cancel()
                throw WorkflowError(
                    .limitExceeded, "\(what) does not end: it waits for something that does not happen in a test.")
            }
        }
        guard let result = outcome.result else { throw CancellationError() }
        return try result.get()
    }

    /// Runs an operation that ends sooner or later, and moves the clock on for as long as it takes.
    func completeMovingOn(_ operation: @escaping @Sendable () async -> Void) async {
        let outcome = OutcomeBox<Void>()
        Task { await outcome.run(operation) }
        await thread.settle()
        while outcome.result == nil {
            if await thread.settle(afterActivityWithin: .milliseconds(20)) { continue }
            if clock.advanceToNextSleeper() != nil { await thread.settle() }
        }
    }
}
