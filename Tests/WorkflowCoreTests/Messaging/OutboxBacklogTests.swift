import Testing

@testable import WorkflowCore

struct OutboxBacklogTests {
    /// A backlog that has read an empty store.
    private func backlog(capacity: Int = 10, pageSize: Int = 5) -> OutboxBacklog {
        var backlog = OutboxBacklog(capacity: capacity, pageSize: pageSize)
        let limit = backlog.beginReading()
        _ = backlog.endReading([], limit: limit)
        return backlog
    }

    private func add(_ ids: String..., to backlog: inout OutboxBacklog) -> [String] {
        ids.filter { backlog.add(event($0)) }
    }

    private func takeAll(_ backlog: inout OutboxBacklog) -> [String] {
        var ids: [String] = []
        while let event = backlog.take(for: "main") {
            ids.append(event.id)
            backlog.sent(event)
        }
        return ids
    }

    @Test func `Nothing is taken from committers before the store has been read`() {
        var backlog = OutboxBacklog(capacity: 10, pageSize: 5)
        #expect(add("2", to: &backlog) == [])
        let limit = backlog.beginReading()
        #expect(limit == 5)
        #expect(backlog.endReading([event("1"), event("2")], limit: limit) == ["main"])
        #expect(!backlog.isBehind)
        #expect(takeAll(&backlog) == ["1", "2"])
        #expect(add("3", to: &backlog) == ["3"])
    }

    @Test func `What is committed while the store is read comes after what was read`() {
        var backlog = OutboxBacklog(capacity: 10, pageSize: 5)
        let limit = backlog.beginReading()
        #expect(add("2", to: &backlog) == [])
        #expect(add("3", to: &backlog) == [])
        _ = backlog.endReading([event("1"), event("2")], limit: limit)
        #expect(!backlog.isBehind)
        #expect(takeAll(&backlog) == ["1", "2", "3"])
    }

    @Test func `More than fits that is committed while the store is read makes it read again`() {
        var backlog = OutboxBacklog(capacity: 1, pageSize: 5)
        let limit = backlog.beginReading()
        #expect(add("2", to: &backlog) == [])
        #expect(add("3", to: &backlog) == [])
        _ = backlog.endReading([event("1")], limit: limit)
        #expect(backlog.isBehind)
        #expect(takeAll(&backlog) == ["1"])
        let again = backlog.beginReading()
        _ = backlog.endReading([event("1"), event("2"), event("3")], limit: again)
        #expect(!backlog.isBehind)
        #expect(takeAll(&backlog) == ["2", "3"])
    }

    @Test func `A full page means that there may be more`() {
        var backlog = OutboxBacklog(capacity: 10, pageSize: 2)
        let limit = backlog.beginReading()
        _ = backlog.endReading([event("1"), event("2")], limit: limit)
        #expect(backlog.needsReading)
        let again = backlog.beginReading()
        _ = backlog.endReading([event("1"), event("2"), event("3")], limit: again)
        #expect(!backlog.isBehind)
        #expect(takeAll(&backlog) == ["1", "2", "3"])
    }

    @Test func `Beyond the bound events are left to the store until half of it is free`() {
        var backlog = backlog(capacity: 4, pageSize: 10)
        #expect(add("1", "2", "3", "4", "5", to: &backlog) == ["1", "2", "3", "4"])
        #expect(backlog.isBehind)
        #expect(!backlog.needsReading)
        var sent: [OutboxEvent] = []
        for _ in 0..<2 { if let event = backlog.take(for: "main") { sent.append(event) } }
        for event in sent { backlog.sent(event) }
        #expect(backlog.needsReading)
        #expect(add("6", to: &backlog) == [])
        let limit = backlog.beginReading()
        _ = backlog.endReading(["1", "2", "3", "4", "5", "6"].map { event($0) }, limit: limit)
        #expect(takeAll(&backlog) == ["3", "4", "5", "6"])
        #expect(!backlog.isBehind)
    }

    @Test func `Settled events are removed in batches and come up again when that fails`() {
        var backlog = backlog()
        #expect(add("1", "2", "3", to: &backlog).count == 3)
        #expect(takeAll(&backlog).count == 3)
        for id in ["1", "2", "3"] { backlog.settled(id) }
        #expect(backlog.removable == 3)
        let first = backlog.takeRemovable(limit: 2)
        #expect(first == ["1", "2"])
        backlog.notRemoved(first)
        let second = backlog.takeRemovable(limit: 10)
        #expect(second == ["1", "2", "3"])
        #expect(!backlog.isDone)
        backlog.removed(second)
        #expect(backlog.isDone)
    }

    @Test func `Events that were sent are not sent again by a reading`() {
        var backlog = backlog()
        #expect(add("1", to: &backlog) == ["1"])
        #expect(takeAll(&backlog) == ["1"])
        let limit = backlog.beginReading()
        #expect(backlog.endReading([event("1")], limit: limit) == [])
        #expect(takeAll(&backlog) == [])
    }

    @Test func `An undeliverable event is skipped until it is tried again`() {
        var backlog = backlog()
        #expect(add("1", "2", to: &backlog).count == 2)
        if let event = backlog.take(for: "main") { backlog.setAside(event) }
        #expect(backlog.undeliverable == 1)
        #expect(takeAll(&backlog) == ["2"])
        backlog.retryUndeliverable()
        #expect(backlog.needsReading)
        let limit = backlog.beginReading()
        _ = backlog.endReading([event("1"), event("2")], limit: limit)
        #expect(takeAll(&backlog) == ["1"])
        #expect(backlog.undeliverable == 0)
    }
}
