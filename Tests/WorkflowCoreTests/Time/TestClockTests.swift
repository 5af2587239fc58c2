import Synchronization
import Testing
import WorkflowCore
import WorkflowTesting

struct TestClockTests {
    private final class Log: Sendable {
        private let state = Mutex<[Int]>([])
        var entries: [Int] { state.withLock { $0 } }
        func append(_ entry: Int) { state.withLock { $0.append(entry) } }
    }

    @Test func `Time stands still until it is advanced`() {
        let clock = TestClock(now: Timestamp(seconds: 100))
        #expect(clock.now == Timestamp(seconds: 100))
        clock.advance(by: .seconds(5))
        #expect(clock.now == Timestamp(seconds: 105))
        clock.advance(by: .seconds(-5))
        #expect(clock.now == Timestamp(seconds: 105))
    }

    @Test func `Sleepers wake when their time has come`() async throws {
        let clock = TestClock()
        let woken = Log()
        await withDiscardingTaskGroup { group in
            for seconds in [3, 1, 2] {
                group.addTask {
                    try? await clock.sleep(for: .seconds(seconds))
                    woken.append(seconds)
                }
            }
            try? await clock.waitForSleepers(3)
            #expect(clock.nextDeadline == clock.now.advanced(by: .seconds(1)))
            for count in 1...3 {
                #expect(clock.advanceToNextSleeper() == .seconds(1))
                while woken.entries.count < count { await Task.yield() }
            }
        }
        #expect(woken.entries == [1, 2, 3])
        #expect(clock.advanceToNextSleeper() == nil)
    }

    @Test func `One step wakes everybody who is due`() async throws {
        let clock = TestClock()
        await withDiscardingTaskGroup { group in
            for seconds in 1...3 { group.addTask { try? await clock.sleep(for: .seconds(seconds)) } }
            try? await clock.waitForSleepers(3)
            clock.advance(by: .seconds(2))
            #expect(clock.sleeperCount == 1)
            clock.advance(by: .seconds(1))
        }
        #expect(clock.sleeperCount == 0)
    }

    @Test func `A cancelled sleeper throws and is forgotten`() async throws {
        let clock = TestClock()
        let task = Task { try await clock.sleep(for: .seconds(1)) }
        try await clock.waitForSleepers()
        task.cancel()
        await #expect(throws: CancellationError.self) { try await task.value }
        #expect(clock.sleeperCount == 0)
        await #expect(throws: CancellationError.self) {
            try await Task {
                withUnsafeCurrentTask { $0?.cancel() }
                try await clock.sleep(for: .zero)
            }.value
        }
    }

    @Test func `Waiting for sleepers can be cancelled`() async throws {
        let clock = TestClock()
        let task = Task { try await clock.waitForSleepers() }
        task.cancel()
        await #expect(throws: CancellationError.self) { try await task.value }
    }

    @Test func `Sleeping for no time returns at once`() async throws {
        try await TestClock().sleep(for: .zero)
        try await TestClock().sleep(for: .seconds(-1))
    }
}
