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
        queue.finish(item("s1", "slow"))
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
}
