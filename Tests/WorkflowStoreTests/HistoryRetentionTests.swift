#if SQLite
import Logging
import Testing
import WorkflowCore
import WorkflowStore
import WorkflowStoreSQLite
import WorkflowTesting

/// History that is removed some time after its instance was completed, and that which stays.
@Suite struct HistoryRetentionTests {
    private static let day = Duration.seconds(24 * 3600)
    private static let now = TestClock().now

    private func withStores(_ body: (any StateStore) async throws -> Void) async throws {
        try await body(InMemoryStateStore())
        try await withTemporaryFolder { folder in
            let store = try await SQLStateStore.sqlite(SQLiteDatabase.Configuration(path: folder + "/d.sqlite"))
            try await body(store)
            await store.close()
        }
    }

    private struct Life {
        let id: String
        let days: ClosedRange<Int>
        var type = "order"
        var isOpen = false
    }

    /// Adds instances with a transition on each of some days before now, in the order of time.
    private func add(_ lives: [Life], to store: any StateStore) async throws {
        func time(_ day: Int) -> Timestamp { Self.now.advanced(by: .zero - Self.day * day) }
        var transaction = StoreTransaction(
            lives.map { life in
                .createInstance(
                    StateMachineInstance(
                        id: life.id, workflowType: life.type, currentState: "s", startTime: time(life.days.upperBound),
                        lastUpdated: time(life.days.lowerBound), completed: !life.isOpen))
            })
        for day in (0...100).reversed() {
            for life in lives where life.days.contains(day) {
                transaction.append(
                    .appendHistory(
                        TransitionRecord(
                            instanceID: life.id, version: 1, transition: "t\(day)", fromState: "s", toState: "s",
                            data: [:], timestamp: time(day))))
            }
        }
        try await store.commit(transaction)
    }

    private func rows(_ store: any StateStore) async throws -> [String: Int] {
        var rows: [String: Int] = [:]
        for id in ["old", "recent", "open", "other", "long"] {
            rows[id] = try await store.history(instanceID: id, limit: 100).count
        }
        return rows
    }

    @Test func onlyTheHistoryOfInstancesThatEndedLongAgoIsRemovedAndItAsAWhole() async throws {
        try await withStores { store in
            let lives = [
                Life(id: "open", days: 80...99, isOpen: true), Life(id: "other", days: 80...99, type: "invoice"),
                Life(id: "long", days: 10...99), Life(id: "old", days: 91...99), Life(id: "recent", days: 1...5),
            ]
            try await add(lives, to: store)
            var (position, removed, calls): (Int64?, Int, Int) = (0, 0, 0)
            while let after = position {
                let removal = try await store.removeHistory(
                    of: "order", completedBefore: Self.now.advanced(by: .zero - Self.day * 90), after: after, limit: 7)
                removed += removal.removed
                position = removal.next
                calls += 1
            }
            #expect(removed == 9)
            #expect(calls < 40)
            #expect(try await rows(store) == ["open": 20, "other": 20, "long": 90, "old": 0, "recent": 5])
            #expect(try await store.instance(id: "old")?.completed == true)
        }
    }

    @Test func thePolicyGoesThroughAllOfItOnceAnHourInOneProcess() async throws {
        try await withStores { store in
            let clock = TestClock()
            let long = (0..<30).map { Life(id: "x\($0)", days: 1...100) }
            try await add(long + [Life(id: "old", days: 91...99), Life(id: "soon", days: 90...90)], to: store)
            let environment = EngineEnvironment(
                clock: clock, logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
            func policy() -> Task<Void, Never> {
                let retention = HistoryRetention(
                    keepingFor: Self.day * 90, store: store, environment: environment, logger: environment.logger)
                return Task { await retention.run { ["order"] } }
            }
            let first = policy()
            try await withTimeLimit("the rows are removed") {
                while try await store.history(instanceID: "old", limit: 1).count > 0 {
                    clock.advanceToNextSleeper()
                    await Task.yield()
                }
            }
            #expect(try await store.history(instanceID: "x0", limit: 1000).count == 100)
            first.cancel()
            await first.value

            // Another process finds that it was done lately.
            clock.advance(by: .seconds(1))
            let second = policy()
            try await withTimeLimit("it sleeps") { try await clock.waitForSleepers(1) }
            #expect(try await store.history(instanceID: "soon", limit: 100).count == 1)
            clock.advance(by: .seconds(3600))
            try await withTimeLimit("the rows are removed") {
                while try await store.history(instanceID: "soon", limit: 1).count > 0 {
                    clock.advanceToNextSleeper()
                    await Task.yield()
                }
            }
            second.cancel()
            await second.value
        }
    }
}
#endif
