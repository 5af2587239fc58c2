import Testing

@testable import WorkflowCore

@Suite struct WorkQueueTests {
    private let now = Timestamp(seconds: 1000)

    private func item(_ id: String, _ handler: String) -> WorkItem {
        WorkItem(
            id: id, instanceID: id, engine: "e", transition: "t", fromState: "a", toState: "b", handlers: [handler],
            notBefore: now, createdAt: now)
    }

    private func taken(_ queue: inout WorkQueue) -> [String] {
        var ids: [String] = []
        while let item = queue.next(now: now) { ids.append(item.id) }
        return ids
    }

    @Test func aHandlerThatIsAtItsLimitDoesNotHoldUpOthers() {
        var queue = WorkQueue(concurrency: 10)
        queue.limit("slow", to: 2)
        for index in 1...5 { queue.add(item("s\(index)", "slow"), now: now) }
        queue.add(item("f1", "fast"), now: now)
        #expect(queue.readyCount == 3)
        #expect(Set(taken(&queue)) == ["s1", "s2", "f1"])
        #expect(queue.readyCount == 0)
        queue.finish(item("s1", "slow"), now: now)
        #expect(taken(&queue) == ["s3"])
        #expect(queue.running == 3)
    }

    @Test func handlersTakeTurns() {
        var queue = WorkQueue(concurrency: 4)
        for index in 1...4 { queue.add(item("a\(index)", "a"), now: now) }
        for index in 1...2 { queue.add(item("b\(index)", "b"), now: now) }
        #expect(taken(&queue) == ["a1", "b1", "a2", "b2"])
    }

    @Test func anItemThatGoesOnWithItsNextHandlerChangesItsLane() {
        var queue = WorkQueue(concurrency: 4)
        queue.limit("one", to: 1)
        var first = item("x", "one")
        first.handlers = ["one", "two"]
        queue.add(first, now: now)
        queue.add(item("y", "one"), now: now)
        #expect(taken(&queue) == ["x"])
        var next = first
        next.cursor = 1
        queue.resume(first, as: next, now: now)
        #expect(Set(taken(&queue)) == ["x", "y"])
    }

    private func claim(_ item: WorkItem, _ token: Int64) -> WorkItem {
        var item = item
        item.fencingToken = token
        return item
    }

    /// A node that was paused claims an item anew while its old run of it still goes on.
    @Test func aNewerClaimRunsAfterTheOlderOne() {
        var queue = WorkQueue(concurrency: 4)
        let old = item("x", "h")
        queue.add(old, now: now)
        #expect(queue.next(now: now) == old)
        queue.add(claim(old, 5), now: now)
        queue.add(claim(old, 3), now: now)
        #expect(queue.next(now: now) == nil, "not beside the older one")
        queue.finish(old, now: now)
        #expect(queue.next(now: now) == claim(old, 5))
        queue.finish(claim(old, 5), now: now)
        #expect(queue.next(now: now) == nil)
    }

    @Test func aNewerClaimTakesThePlaceOfOneThatWaits() {
        var queue = WorkQueue(concurrency: 4)
        let old = item("x", "h")
        var later = claim(old, 5)
        later.notBefore = now.advanced(by: .seconds(5))
        queue.add(old, now: now)
        queue.add(later, now: now)
        #expect(queue.next(now: now) == nil)
        #expect(queue.running == 0)
        #expect(queue.next(now: later.notBefore) == later)
        #expect(queue.active == 1)
    }

    /// What is read from the store while an item goes on may be what the item itself has become.
    @Test func itsOwnUpdateIsNoNewerClaim() {
        var queue = WorkQueue(concurrency: 4)
        let first = item("x", "h")
        let next = claim(first, 2)
        queue.add(first, now: now)
        #expect(queue.next(now: now) == first)
        #expect(queue.lacks("x", token: 2))
        queue.add(next, now: now)
        queue.resume(first, as: next, now: now)
        #expect(taken(&queue) == ["x"])
        queue.finish(next, now: now)
        #expect(taken(&queue) == [])
        #expect(queue.active == 0)
    }

    @Test func aReservedItemIsNeitherLackingNorHeld() {
        var queue = WorkQueue(concurrency: 4)
        queue.reserve("x")
        #expect(!queue.lacks("x", token: 1))
        queue.add(item("x", "h"), now: now)
        #expect(taken(&queue) == ["x"])
        queue.reserve("y")
        queue.release("y")
        #expect(queue.lacks("y", token: 1))
    }
}
