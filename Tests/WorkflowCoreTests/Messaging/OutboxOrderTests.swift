import Testing
import WorkflowTesting

@testable import WorkflowCore

/// The order of events of instances that move from one process to another.
struct OutboxOrderTests {
    private let start = TestClock().now

    private func event(_ id: String, key: String) -> OutboxEvent {
        OutboxEvent(id: id, broker: "main", topic: "t", payload: .null, key: key, createdAt: start)
    }

    private func add(_ event: OutboxEvent, to backlog: inout OutboxBacklog) -> [String] {
        backlog.add(event) ? [event.id] : []
    }

    private func read(
        _ backlog: inout OutboxBacklog, _ page: [OrderedOutboxEvent], at seconds: Int = 0
    ) -> [String] {
        let limit = backlog.beginReading()
        return backlog.endReading(page, limit: limit, now: start.advanced(by: .seconds(seconds))).late.map(\.id)
    }

    private func takeAll(_ backlog: inout OutboxBacklog) -> [String] {
        var ids: [String] = []
        while let event = backlog.take(for: "main") {
            ids.append(event.id)
            backlog.sent(event)
        }
        return ids
    }

    @Test func `Events of a key wait for those of another process, and others go on`() {
        var backlog = OutboxBacklog(capacity: 10, pageSize: 5)
        _ = read(&backlog, [])
        backlog.letWait(event("2", key: "moved"), now: start)
        #expect(backlog.readingDue == start.advanced(by: .milliseconds(20)))
        #expect(add(event("3", key: "moved"), to: &backlog) == [])
        #expect(add(event("a", key: "other"), to: &backlog) == ["a"])
        #expect(takeAll(&backlog) == ["a"])

        let (second, third) = (event("2", key: "moved"), event("3", key: "moved"))
        #expect(read(&backlog, [.init(second, mustWait: true), .init(third, mustWait: true)]) == [])
        #expect(takeAll(&backlog) == [])
        #expect(!backlog.isBehind)
        #expect(backlog.readingDue == start.advanced(by: .milliseconds(200)))

        // The other process is gone and this one has its event.
        #expect(read(&backlog, [.init(event("1", key: "moved")), .init(second), .init(third)]) == [])
        #expect(takeAll(&backlog) == ["1", "2", "3"])
        #expect(backlog.readingDue == nil)
        #expect(add(event("4", key: "moved"), to: &backlog) == ["4"])
    }

    @Test func `An event that is committed while the store is read is not forgotten`() {
        var backlog = OutboxBacklog(capacity: 10, pageSize: 5)
        _ = read(&backlog, [])
        backlog.letWait(event("2", key: "moved"), now: start)
        let limit = backlog.beginReading()
        #expect(add(event("3", key: "moved"), to: &backlog) == [])
        _ = backlog.endReading([.init(event("2", key: "moved"))], limit: limit, now: start)
        #expect(takeAll(&backlog) == ["2"])
        #expect(backlog.readingDue != nil)
        _ = read(&backlog, [.init(event("2", key: "moved")), .init(event("3", key: "moved"))])
        #expect(takeAll(&backlog) == ["3"])
    }

    @Test func `What waits does not keep a reading from what comes after it`() {
        var backlog = OutboxBacklog(capacity: 100, pageSize: 1)
        _ = read(&backlog, [])
        for number in 0..<5 { backlog.letWait(event("\(number)", key: "moved"), now: start) }
        let limit = backlog.beginReading()
        #expect(limit == 6)
    }

    @Test func `Events do not wait for ever`() {
        var backlog = OutboxBacklog(capacity: 10, pageSize: 5)
        _ = read(&backlog, [])
        let waiting = OrderedOutboxEvent(event("2", key: "moved"), mustWait: true)
        backlog.letWait(waiting.event, now: start)
        #expect(read(&backlog, [waiting], at: 59) == [])
        #expect(takeAll(&backlog) == [])
        #expect(read(&backlog, [waiting], at: 60) == ["2"])
        #expect(takeAll(&backlog) == ["2"])
    }

    @Test func `An instance is its own as long as nobody else has changed it`() {
        func change(_ version: Int64) -> StoreTransaction.Operation {
            var instance = instance
            instance.version = version + 1
            return .updateInstance(instance, expectedVersion: version)
        }
        func note(_ change: StoreTransaction.Operation, _ owner: String, _ own: inout OwnInstances) -> String? {
            own.note(change, by: owner)
        }
        var own = OwnInstances()
        #expect(note(.createInstance(instance), "a", &own) == nil)
        #expect(note(change(1), "a", &own) == nil)
        #expect(note(change(2), "a", &own) == nil)
        // Another process has made a transition.
        #expect(note(change(4), "a", &own) == "i")
        #expect(note(change(5), "a", &own) == nil)
        // Others have taken over from this process meanwhile.
        #expect(note(change(6), "b", &own) == "i")
        #expect(note(change(7), "b", &own) == nil)
        var new = OwnInstances()
        #expect(note(change(1), "a", &new) == "i")
        // What is committed before others know of the process is never its own.
        #expect(note(.createInstance(instance), "", &new) == nil)
        #expect(note(change(1), "", &new) == "i")
    }

    private var instance: StateMachineInstance {
        StateMachineInstance(
            id: "i", workflowType: "order", currentState: "new", previousState: "", data: [:], startTime: start,
            lastUpdated: start, completed: false, error: nil, version: 1)
    }
}
