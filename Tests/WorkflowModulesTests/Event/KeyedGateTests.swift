import Synchronization
import Testing
import WorkflowCore
import WorkflowTesting

@testable import WorkflowModules

@Suite struct KeyedGateTests {
    private final class Order: Sendable {
        private let state = Mutex<[String]>([])

        var events: [String] { state.withLock { $0 } }

        func add(_ event: String) {
            state.withLock { $0.append(event) }
        }
    }

    @Test func oneKeyGoesOneAfterTheOtherAndOthersAtTheSameTime() async throws {
        let gate = KeyedGate()
        let open = TestGate()
        let order = Order()
        try await withThrowingTaskGroup(of: Void.self) { group in
            for name in ["1", "2", "3"] {
                group.addTask {
                    try await gate.run("k") {
                        try await open.wait()
                        order.add("begin")
                        await Task.yield()
                        order.add("end \(name)")
                    }
                }
            }
            // Somebody else holds the key "k"; this one passes.
            try await gate.run("l") { order.add("other") }
            open.open()
            try await group.waitForAll()
        }
        let events = order.events
        #expect(events.count == 7)
        #expect(events.first == "other")
        #expect(events.dropFirst().enumerated().allSatisfy { ($0.offset % 2 == 0) == ($0.element == "begin") })
    }

    @Test func aKeyIsFreeAgainAfterAFailure() async throws {
        let gate = KeyedGate()
        for _ in 0..<2 {
            let error = await #expect(throws: WorkflowError.self) {
                try await gate.run("k") { throw WorkflowError(.unavailable, "no") }
            }
            #expect(error?.code == .unavailable)
        }
        #expect(try await gate.run("k") { 1 } == 1)
    }

    @Test func whoWouldWaitForItselfIsRefused() async throws {
        let gate = KeyedGate()
        let other = KeyedGate()
        let error = await #expect(throws: WorkflowError.self) {
            try await gate.run("k") {
                #expect(try await gate.run("l") { 1 } == 1)
                #expect(try await other.run("k") { 1 } == 1)
                try await gate.run("k") {}
            }
        }
        #expect(error?.code == .conflict)
    }
}
