import Testing

@testable import WorkflowCore

struct TopicIndexTests {
    private final class Listener {
        let name: String
        init(_ name: String) { self.name = name }
    }

    @Test func `Literal topics and patterns are found together`() {
        var index = TopicIndex<Listener>()
        for pattern: TopicPattern in ["order.paid", "order.*", ">", "user.created"] {
            index.insert(Listener(pattern.description), for: pattern)
        }
        for _ in 0..<2 {
            #expect(index.listeners(for: "order.paid").map(\.name) == ["order.paid", "order.*", ">"])
            #expect(index.listeners(for: "order.shipped").map(\.name) == ["order.*", ">"])
            #expect(index.listeners(for: "user.created").map(\.name) == ["user.created", ">"])
            #expect(index.listeners(for: "x").map(\.name) == [">"])
        }
    }

    @Test func `Changes are seen although results are remembered`() {
        var index = TopicIndex<Listener>()
        let wide = Listener("wide")
        let narrow = Listener("narrow")
        index.insert(wide, for: "a.*")
        #expect(index.listeners(for: "a.b").count == 1)
        index.insert(narrow, for: "a.b")
        #expect(index.listeners(for: "a.b").count == 2)
        index.remove(wide, for: "a.*")
        #expect(index.listeners(for: "a.b").map(\.name) == ["narrow"])
        index.remove(narrow, for: "a.b")
        #expect(index.listeners(for: "a.b").isEmpty)
        index.remove(narrow, for: "a.b")
    }

    @Test func `Many different topics do not grow the memory without end`() {
        var index = TopicIndex<Listener>()
        index.insert(Listener("all"), for: ">")
        for number in 0..<3 * TopicIndex<Listener>.rememberedTopics {
            #expect(index.listeners(for: "topic.\(number)").count == 1)
        }
    }
}
