import Testing
import WorkflowTesting

@testable import WorkflowCore

@Suite struct EventInboxTests {
    private let start = TestClock().now

    @Test func knowsWhatCameInLately() {
        var inbox = EventInbox()
        #expect(insert("a", &inbox, at: 0) == [])
        #expect(insert("b", &inbox, at: 3000) == [])
        inbox.forget(now: start.advanced(by: .seconds(3599)))
        #expect(inbox.contains("a"))
        inbox.forget(now: start.advanced(by: .seconds(3600)))
        #expect(!inbox.contains("a"))
        #expect(inbox.contains("b"))
        inbox.forget(now: start.advanced(by: .seconds(6600)))
        #expect(inbox.count == 0)
    }

    @Test func forgetsTheOldestManyAtATimeWhenThereAreTooMany() {
        var inbox = EventInbox()
        let count = EventInbox.capacity + EventInbox.slack
        for number in 0..<count { #expect(insert("\(number)", &inbox, at: 0) == []) }
        let removed = insert("last", &inbox, at: 1)
        #expect(removed == (0...EventInbox.slack).map(String.init))
        #expect(inbox.count == EventInbox.capacity)
        #expect(!inbox.contains("\(EventInbox.slack)"))
        #expect(inbox.contains("\(EventInbox.slack + 1)"))
    }

    @Test func isRestoredInOrder() {
        var inbox = EventInbox()
        let entries = [("b", 20), ("a", 10), ("c", 30)].map { name, time in
            (name: name, receivedAt: start.advanced(by: .seconds(time)))
        }
        #expect(inbox.restore(entries) == [])
        inbox.forget(now: start.advanced(by: .seconds(3620)))
        #expect(!inbox.contains("a") && !inbox.contains("b") && inbox.contains("c"))
    }

    @Test func eventsOfDifferentTypesAndKeysAreDifferent() {
        let names = [("t", "k", "1"), ("t", "1", "k"), ("k", "t", "1"), ("t/1:k", "", "1"), ("t", "k/1", "")].map {
            EventInbox.name(of: PatternEvent(id: $2, type: $0, sourceID: $1, time: start))
        }
        #expect(Set(names).count == names.count)
    }

    private func insert(_ name: String, _ inbox: inout EventInbox, at seconds: Int) -> [String] {
        inbox.insert(name, at: start.advanced(by: .seconds(seconds)))
    }
}
