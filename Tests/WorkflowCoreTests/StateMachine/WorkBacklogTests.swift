import Testing

@testable import WorkflowCore

@Suite struct WorkBacklogTests {
    private let now = Timestamp(seconds: 1000)

    private func item(_ id: String, leased: Bool, due: Timestamp? = nil) -> WorkItem {
        WorkItem(
            id: id, instanceID: "i", engine: "e", transition: "t", fromState: "a", toState: "b", handlers: ["h"],
            notBefore: due ?? now, leaseOwner: leased ? "me" : nil, leaseUntil: leased ? now : nil, createdAt: now)
    }

    private func opened(capacity: Int = 4, waiting: Int = 10) -> WorkBacklog {
        var backlog = WorkBacklog(concurrency: 2, capacity: capacity, waitingCapacity: waiting)
        let page = backlog.beginReading(now: now)
        #expect(page > 0, "the store is read at first")
        backlog.endReading([], next: nil, now: now)
        return backlog
    }

    @Test func readsTheStoreOnceAtFirst() {
        var backlog = opened()
        let page1 = backlog.beginReading(now: now)
        #expect(page1 == 0)
        #expect(backlog.nextDue == nil)
    }

    @Test func leavesToTheStoreWhatHasNoRoomAndFindsItLater() {
        var backlog = opened()
        var reserved = 0
        while backlog.reserve("\(reserved)", now: now) { reserved += 1 }
        #expect(reserved == 4)
        backlog.take((0..<4).map { item("\($0)", leased: true) } + [item("4", leased: false)], now: now)
        let page2 = backlog.beginReading(now: now)
        #expect(page2 == 0, "no room yet")
        #expect(backlog.nextDue == nil, "nothing to wake up for without room")
        for _ in 0..<2 {
            if let next = backlog.next(now: now) { backlog.finish(next, now: now) }
        }
        let page3 = backlog.beginReading(now: now)
        #expect(page3 == 2)
    }

    /// An item is left to the store; before its commit the store is read, which finds nothing.
    @Test func aReadingBetweenDecisionAndCommitStrandsNothing() {
        var backlog = opened(capacity: 1)
        let isReserved4 = backlog.reserve("a", now: now)
        #expect(isReserved4)
        let isReserved5 = backlog.reserve("a", now: now)
        #expect(!isReserved5)
        backlog.take([item("a", leased: true)], now: now)
        if let next = backlog.next(now: now) { backlog.finish(next, now: now) }
        let page6 = backlog.beginReading(now: now)
        #expect(page6 > 0)
        backlog.endReading([], next: nil, now: now)
        backlog.take([item("b", leased: false)], now: now)
        let page7 = backlog.beginReading(now: now)
        #expect(page7 > 0)
    }

    @Test func looksForUnleasedWorkWhenItIsDue() {
        var backlog = opened()
        let due = now.advanced(by: .seconds(60))
        backlog.take([item("a", leased: false, due: due)], now: now)
        let page8 = backlog.beginReading(now: now)
        #expect(page8 == 0)
        #expect(backlog.nextDue == due)
        let page9 = backlog.beginReading(now: due)
        #expect(page9 > 0)
    }

    @Test func aReadingThatFailsIsRepeated() {
        var backlog = WorkBacklog(concurrency: 2, capacity: 4)
        let page10 = backlog.beginReading(now: now)
        #expect(page10 > 0)
        let later = now.advanced(by: .seconds(1))
        backlog.endReading([], next: later, now: now)
        #expect(backlog.nextDue == later)
        let page11 = backlog.beginReading(now: later)
        #expect(page11 > 0)
    }

    @Test func waitingItemsDoNotKeepOthersOut() {
        var backlog = opened(capacity: 4, waiting: 10)
        for index in 0..<9 {
            let isReserved12 = backlog.reserve("\(index)", now: now)
            #expect(isReserved12)
            backlog.take([item("\(index)", leased: true, due: now.advanced(by: .seconds(60)))], now: now)
        }
        let isReserved13 = backlog.reserve("ready", now: now)
        #expect(isReserved13)
        backlog.take([item("ready", leased: true)], now: now)
        let taken14 = backlog.next(now: now)
        #expect(taken14?.id == "ready")
        #expect(backlog.nextDue == now.advanced(by: .seconds(60)))
    }

    @Test func abandonedRoomIsFreeAgain() {
        var backlog = opened(capacity: 1)
        let isReserved15 = backlog.reserve("a", now: now)
        #expect(isReserved15)
        backlog.abandon([item("a", leased: true)], isCommitUnknown: false, now: now)
        let taken16 = backlog.next(now: now)
        #expect(taken16 == nil)
        let isReserved17 = backlog.reserve("b", now: now)
        #expect(isReserved17)
        backlog.abandon([item("b", leased: true)], isCommitUnknown: true, now: now)
        let taken25 = backlog.next(now: now)
        #expect(taken25 == nil, "whether it was committed is looked up first")
    }

    @Test func workWhoseCommitIsUnknownIsLookedForUntilNoCommitCanTakeEffect() {
        var backlog = opened()
        _ = backlog.reserve("a", now: now)
        backlog.abandon([item("a", leased: true)], isCommitUnknown: true, now: now)
        var time = now
        var searches: [Double] = []
        while let due = backlog.nextDue {
            time = due
            let begins = backlog.beginSearch(now: time)
            #expect(begins)
            searches.append(now.duration(to: time) / .seconds(1))
            backlog.endSearch(searches.count == 3 ? [item("a", leased: true)] : [], now: time)
            if searches.count == 3 {
                let found = backlog.next(now: time)
                #expect(found?.id == "a")
                if let found { backlog.finish(found, now: time) }
            }
        }
        #expect(searches.first == 1)
        #expect(searches.last == 60)
    }

    @Test func whatEndsDuringASearchIsNotTakenAgain() {
        var backlog = opened()
        _ = backlog.reserve("a", now: now)
        backlog.take([item("a", leased: true)], now: now)
        backlog.expectStrays(now: now)
        let running = backlog.next(now: now)
        let later = now.advanced(by: .seconds(1))
        let begins = backlog.beginSearch(now: later)
        #expect(begins)
        if let running { backlog.finish(running, now: later) }
        backlog.endSearch([item("a", leased: true), item("b", leased: true)], now: later)
        let first = backlog.next(now: later)
        let second = backlog.next(now: later)
        #expect(first?.id == "b")
        #expect(second == nil)
    }

    @Test func keepsToTheConcurrencyAndStartsNothingWhileItStops() {
        var backlog = opened()
        for index in 0..<4 {
            let isReserved18 = backlog.reserve("\(index)", now: now)
            #expect(isReserved18)
            backlog.take([item("\(index)", leased: true)], now: now)
        }
        let first = backlog.next(now: now)
        let taken19 = backlog.next(now: now)
        #expect(taken19 != nil)
        let taken20 = backlog.next(now: now)
        #expect(taken20 == nil)
        backlog.stop()
        if let first { backlog.finish(first, now: now) }
        let taken21 = backlog.next(now: now)
        #expect(taken21 == nil)
        let isReserved22 = backlog.reserve("a", now: now)
        #expect(!isReserved22)
        #expect(backlog.queue.running == 1)
    }
}
