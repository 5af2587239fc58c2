import Testing

@testable import WorkflowCore

struct KeyedQueueTests {
    private func queue(_ elements: String...) -> KeyedQueue<String> {
        var queue = KeyedQueue<String>()
        for element in elements { queue.append(element, key: String(element.prefix(1))) }
        return queue
    }

    private func takeAll<Element>(_ queue: inout KeyedQueue<Element>) -> [Element] {
        var taken: [Element] = []
        while let element = queue.take() { taken.append(element) }
        return taken
    }

    @Test func `Elements with different keys are taken in the order of arrival`() {
        var queue = queue("a1", "b1", "c1")
        #expect(takeAll(&queue) == ["a1", "b1", "c1"])
    }

    @Test func `A key in hand holds back its elements only`() {
        var queue = queue("a1", "a2", "a3", "b1")
        #expect(queue.take() == "a1")
        #expect(queue.take() == "b1")
        #expect(queue.take() == nil)
        #expect(queue.count == 2)
        #expect(!queue.mayHaveMore)
        queue.finish(key: "a")
        #expect(queue.mayHaveMore)
        queue.append("a4", key: "a")
        #expect(queue.take() == "a2")
        #expect(queue.take() == nil)
        queue.finish(key: "a")
        #expect(queue.take() == "a3")
        queue.finish(key: "a")
        #expect(queue.take() == "a4")
        #expect(queue.count == 0)
    }

    @Test func `An element that is put back comes before the others of its key`() {
        var queue = queue("a1", "a2")
        #expect(queue.take() == "a1")
        queue.append("b1", key: "b")
        queue.putBack("a1")
        #expect(queue.take() == "a1")
        #expect(queue.take() == "b1")
        #expect(queue.take() == nil)
        queue.finish(key: "a")
        #expect(queue.take() == "a2")
    }

    @Test func `Elements with an empty key do not wait for each other`() {
        var queue = KeyedQueue<Int>()
        for number in 1...3 { queue.append(number, key: "") }
        #expect(takeAll(&queue) == [1, 2, 3])
        queue.finish(key: "")
    }

    @Test func `Removing all returns what waits and frees the keys`() {
        var queue = queue("a1", "a2", "b1", "b2", "c1")
        #expect(queue.take() == "a1")
        #expect(queue.take() == "b1")
        #expect(Set(queue.removeAll()) == ["a2", "b2", "c1"])
        #expect(queue.count == 0)
        queue.append("a3", key: "a")
        #expect(queue.take() == "a3")
        queue.finish(key: "z")
    }
}
