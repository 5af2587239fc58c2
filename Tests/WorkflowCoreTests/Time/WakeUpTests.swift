import Synchronization
import Testing

@testable import WorkflowCore

@Suite struct WakeUpTests {
    private final class Waiting: Sendable {
        private let count = Atomic(0)
        func add() { count.wrappingAdd(1, ordering: .acquiringAndReleasing) }
        func takeAll() -> Int { count.exchange(0, ordering: .acquiringAndReleasing) }
    }

    @Test func remembersASignalForTheNextWaiter() async {
        let wakeUp = WakeUp()
        wakeUp.signal()
        wakeUp.signal()
        await wakeUp.wait()
        let task = Task { await wakeUp.wait() }
        task.cancel()
        await task.value
    }

    @Test func closeLetsEverybodyGo() async {
        let wakeUp = WakeUp()
        await withDiscardingTaskGroup { group in
            for _ in 0..<10 { group.addTask { await wakeUp.wait() } }
            group.addTask { wakeUp.close() }
        }
        await wakeUp.wait()
    }

    /// A worker that takes everything it finds before it waits must see every item, however signals and waits mix.
    @Test func losesNoSignal() async {
        let wakeUp = WakeUp()
        let waiting = Waiting()
        let total = 20_000
        let worker = Task {
            var taken = 0
            while taken < total {
                let batch = waiting.takeAll()
                taken += batch
                if batch == 0 { await wakeUp.wait() }
            }
            return taken
        }
        await withDiscardingTaskGroup { group in
            for _ in 0..<4 {
                group.addTask {
                    for _ in 0..<total / 4 {
                        waiting.add()
                        wakeUp.signal()
                    }
                }
            }
        }
        #expect(await worker.value == total)
    }
}
