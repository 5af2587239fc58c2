import Testing
import WorkflowCore
import WorkflowTesting

@testable import WorkflowModules

@Suite struct RequestBudgetTests {
    @Test func tenSecondsWorthGoAtOnceAndTheOthersInTurn() throws {
        let clock = TestClock()
        let budget = RequestBudget(perMinute: 12, now: clock.now)
        let waits = try (0..<4).map { _ in try budget.reserve(now: clock.now) }
        #expect(waits == [.zero, .zero, .seconds(5), .seconds(10)])
        clock.advance(by: .seconds(20))
        #expect(try budget.reserve(now: clock.now) == .zero)
    }

    @Test func whoWouldWaitLongerThanAMinuteIsRefusedAndTakesNothing() throws {
        let clock = TestClock()
        let budget = RequestBudget(perMinute: 1, now: clock.now)
        #expect(try budget.reserve(now: clock.now) == .zero)
        #expect(try budget.reserve(now: clock.now) == .seconds(60))
        for _ in 0..<2 {
            let error = #expect(throws: WorkflowError.self) { try budget.reserve(now: clock.now) }
            #expect(error?.code == .limitExceeded)
            #expect(error?.message == "More requests wait already than 1 a minute let through in time.")
        }
        clock.advance(by: .seconds(60))
        #expect(try budget.reserve(now: clock.now) == .seconds(60))
    }

    @Test func aWaitThatIsCancelledGivesItsTurnBack() async throws {
        let clock = TestClock()
        let budget = RequestBudget(perMinute: 60, now: clock.now)
        for _ in 0..<10 { try await budget.take(clock: clock) }
        let waiting = Task { try await budget.take(clock: clock) }
        try await clock.waitForSleepers(1)
        waiting.cancel()
        await #expect(throws: CancellationError.self) { try await waiting.value }
        #expect(try budget.reserve(now: clock.now) == .seconds(1))
    }

    @Test func requestsOfAConnectorWait() async throws {
        let clock = TestClock()
        try await LoopbackServer.run { server in
            let steps = ["a", "b"].map { "{name: \($0), connector: api, action: GET /\($0)}" }
            let yaml = IntegrationApplication.yaml(server.url, steps, settings: "requestsPerMinute: 6")
            try await IntegrationApplication.run(yaml, clock: clock) { app in
                async let results = app.execute()
                let due = clock.now.advanced(by: .seconds(10))
                try await waitUntil("the second request waits") { clock.nextDeadline == due }
                #expect(server.requests.map(\.path) == ["/a"])
                clock.advance(by: .seconds(10))
                _ = try await results
                #expect(server.requests.map(\.path) == ["/a", "/b"])
            }
        }
    }
}
