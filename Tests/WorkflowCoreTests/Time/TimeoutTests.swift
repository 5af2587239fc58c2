import Synchronization
import Testing
import WorkflowCore
import WorkflowTesting

@Suite struct TimeoutTests {
    @Test func returnsWhatTheOperationReturnsAndLeavesNoSleeperBehind() async throws {
        let clock = TestClock()
        let value = try await withTimeout(.seconds(5), clock: clock) { 7 }
        #expect(value == 7)
        #expect(clock.sleeperCount == 0)
    }

    @Test func passesErrorsOn() async {
        let clock = TestClock()
        await #expect(throws: WorkflowError.self) {
            try await withTimeout(.seconds(5), clock: clock) { throw WorkflowError(.stepFailed, "no") }
        }
        #expect(clock.sleeperCount == 0)
    }

    @Test func cancelsTheOperationWhenTheTimeIsOver() async throws {
        let clock = TestClock()
        let wasCancelled = Mutex(false)
        let outcome = Task {
            try await withTimeout(.seconds(5), clock: clock) {
                do {
                    try await clock.sleep(for: .seconds(100))
                } catch {
                    wasCancelled.withLock { $0 = true }
                    throw error
                }
            }
        }
        try await clock.waitForSleepers(2)
        clock.advance(by: .seconds(5))
        let error = await #expect(throws: WorkflowError.self) { try await outcome.value }
        #expect(error?.code == .limitExceeded)
        #expect(wasCancelled.withLock { $0 })
        #expect(clock.sleeperCount == 0)
    }

    @Test func endsWithTheTaskThatWaits() async throws {
        let clock = TestClock()
        let task = Task { try await withTimeout(.seconds(5), clock: clock) { try await clock.sleep(for: .seconds(3)) } }
        try await clock.waitForSleepers(2)
        task.cancel()
        await #expect(throws: CancellationError.self) { try await task.value }
        #expect(clock.sleeperCount == 0)
    }
}
