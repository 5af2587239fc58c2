import Testing

@testable import WorkflowCore

struct WaitGraphTests {
    private final class Graph {
        var value = WaitGraph<String>()
        func begin(from: String, to: String) -> Bool { value.begin(from: from, to: to) }
        func end(from: String, to: String) { value.end(from: from, to: to) }
    }

    @Test func `A wait that would close a circle is refused`() {
        let graph = Graph()
        #expect(!graph.begin(from: "a", to: "a"))
        #expect(graph.begin(from: "a", to: "b"))
        #expect(graph.begin(from: "b", to: "c"))
        #expect(!graph.begin(from: "c", to: "a"))
        #expect(!graph.begin(from: "b", to: "a"))
        graph.end(from: "a", to: "b")
        #expect(graph.begin(from: "c", to: "a"))
    }

    @Test func `Several waits between the same queues are counted`() {
        let graph = Graph()
        #expect(graph.begin(from: "a", to: "b"))
        #expect(graph.begin(from: "a", to: "b"))
        graph.end(from: "a", to: "b")
        #expect(!graph.begin(from: "b", to: "a"))
        graph.end(from: "a", to: "b")
        graph.end(from: "a", to: "b")
        #expect(graph.begin(from: "b", to: "a"))
    }
}
