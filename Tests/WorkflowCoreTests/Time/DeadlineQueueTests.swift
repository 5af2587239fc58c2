import Testing
import WorkflowTesting

@testable import WorkflowCore

@Suite struct DeadlineQueueTests {
    private func withQueue<Result>(
        _ clock: TestClock, _ body: (DeadlineQueue) async throws -> Result
    ) async rethrows -> Result {
        let queue = DeadlineQueue(clock: clock)
        let life = Task { await queue.run() }
        defer { life.cancel() }
        return try await body(queue)
    }

    @Test func returnsWhatTheOperationReturns() async throws {
        let value = try await withQueue(TestClock()) { try await $0.run(within: .seconds(5)) { 7 } }
        #expect(value == 7)
    }

    @Test func passesErrorsOn() async {
        await #expect(throws: WorkflowError.self) {
            try await withQueue(TestClock()) { queue in
                try await queue.run(within: .seconds(5)) { throw WorkflowError(.stepFailed, "no") }
            }
        }
    }

    @Test func cancelsEachOperationAtItsOwnTime() async throws {
        let clock = TestClock()
        try await withQueue(clock) { queue in
            func operation(_ seconds: Int) -> Task<Void, any Error> {
                Task {
                    try await queue.run(within: .seconds(seconds)) { try await clock.sleep(for: .seconds(1000)) }
                }
            }
            let (long, short) = (operation(20), operation(5))
            // The two operations, and the queue for the first of them.
            try await clock.waitForSleepers(3)
            clock.advance(by: .seconds(5))
            let first = await #expect(throws: WorkflowError.self) { try await short.value }
            #expect(first?.code == .limitExceeded)
            try await clock.waitForSleepers(2)
            clock.advance(by: .seconds(15))
            let second = await #expect(throws: WorkflowError.self) { try await long.value }
            #expect(second?.code == .limitExceeded)
        }
    }

    @Test func endsWithTheTaskThatWaits() async throws {
        let clock = TestClock()
        try await withQueue(clock) { queue in
            let task = Task {
                try await queue.run(within: .seconds(5)) { try await clock.sleep(for: .seconds(3)) }
            }
            try await clock.waitForSleepers(2)
            task.cancel()
            await #expect(throws: CancellationError.self) { try await task.value }
        }
    }

    @Test func deadlinesOfOperationsThatEndedDoNotPileUp() async throws {
        let clock = TestClock()
        try await withQueue(clock) { queue in
            for _ in 0..<5000 { try await queue.run(within: .seconds(5)) {} }
            #expect(queue.pendingCount <= 1025)
        }
    }
}
