#if SQLite
import Testing
import WorkflowCore
import WorkflowStore
import WorkflowStoreSQLite

/// Which events a process may deliver, as the statements of the store tell.
@Suite struct OrderedOutboxTests {
    private static let now = Timestamp(seconds: 1_700_000_000)

    private func event(_ id: String, key: String = "k", broker: String = "b") -> StoreTransaction {
        StoreTransaction([
            .appendOutbox([
                OutboxEvent(id: id, broker: broker, topic: "t", payload: .null, key: key, createdAt: Self.now)
            ])
        ])
    }

    private func read(_ store: SQLStateStore) async throws -> [String] {
        try await store.orderedOutbox(limit: 100).map { $0.mustWait ? "\($0.event.id) waits" : $0.event.id }
    }

    @Test func eventsWaitForEarlierOnesOfOtherProcesses() async throws {
        try await withTemporaryFolder { folder in
            let store = try await SQLStateStore.sqlite(SQLiteDatabase.Configuration(path: folder + "/d.sqlite"))
            try await store.register("first", data: [:])
            #expect(store.outboxOwner == "first")
            try await store.commit(event("1"))
            try await store.commit(event("x", key: ""))
            try await store.register("second", data: [:])
            for (id, key, broker) in [("2", "k", "b"), ("3", "k", "b"), ("4", "other", "b"), ("5", "k", "c")] {
                try await store.commit(event(id, key: key, broker: broker))
            }
            try await store.commit(event("y", key: ""))
            #expect(try await read(store) == ["2 waits", "3 waits", "4", "5", "y"])

            // Later ones of others do not matter.
            try await store.register("third", data: [:])
            try await store.commit(event("6"))
            #expect(try await read(store) == ["6 waits"])

            // The first is gone, and the third has its events; the second is there.
            _ = try await store.leave("first")
            _ = try await store.takeOver("third", unseenFor: .seconds(60))
            #expect(try await read(store) == ["1", "x", "6 waits"])
            _ = try await store.leave("second")
            _ = try await store.takeOver("third", unseenFor: .seconds(60))
            #expect(try await read(store) == ["1", "x", "2", "3", "4", "5", "y", "6"])
            await store.close()
        }
    }
}
#endif
