/// In which layer each box of a graph stands.
struct LayerRanks {
    /// The layer of each box.
    let ranks: [Int]
    /// The lines that lead back, against the direction of the others.
    let isReversed: [Bool]
    /// The lines of the longest way, which are to be straight.
    let isMain: [Bool]

    init(_ graph: LayeredGraph) {
        let reversed = Self.backEdges(graph)
        let links = graph.edges.indices.filter { graph.edges[$0].source != graph.edges[$0].target }
            .map { index -> (index: Int, from: Int, to: Int) in
                let edge = graph.edges[index]
                return reversed[index] ? (index, edge.target, edge.source) : (index, edge.source, edge.target)
            }
        let order = Self.topologicalOrder(graph.nodes.count, links)
        var ranks = [Int](repeating: 0, count: graph.nodes.count)
        var before = [Int?](repeating: nil, count: graph.nodes.count)
        for node in order {
            for link in links where link.from == node && ranks[link.to] < ranks[node] + 1 {
                ranks[link.to] = ranks[node] + 1
                before[link.to] = link.index
            }
        }
        var main = [Bool](repeating: false, count: graph.edges.count)
        var last = ranks.indices.max { ranks[$0] < ranks[$1] }
        while let node = last, let index = before[node] {
            main[index] = true
            last = graph.edges[index].source == node ? graph.edges[index].target : graph.edges[index].source
        }
        // What nothing leads to stands next to what it leads to.
        for node in order.reversed() where !links.contains(where: { $0.to == node }) {
            if let nearest = links.filter({ $0.from == node }).map({ ranks[$0.to] }).min() { ranks[node] = nearest - 1 }
        }
        self.ranks = ranks
        isReversed = reversed
        isMain = main
    }

    /// The lines that close a circle, in the order of the boxes.
    private static func backEdges(_ graph: LayeredGraph) -> [Bool] {
        var reversed = [Bool](repeating: false, count: graph.edges.count)
        var isOpen = [Bool](repeating: false, count: graph.nodes.count)
        var isDone = isOpen
        let leaving = graph.nodes.indices.map { node in graph.edges.indices.filter { graph.edges[$0].source == node } }
        for start in graph.nodes.indices where !isDone[start] {
            // By hand, since long chains would fill the stack.
            var path: [(node: Int, next: Int)] = [(start, 0)]
            isOpen[start] = true
            while let (node, next) = path.last {
                guard next < leaving[node].count else {
                    isOpen[node] = false
                    isDone[node] = true
                    path.removeLast()
                    continue
                }
                path[path.count - 1].next += 1
                let index = leaving[node][next]
                let target = graph.edges[index].target
                if isOpen[target] {
                    reversed[index] = target != node
                } else if !isDone[target] {
                    isOpen[target] = true
                    path.append((target, 0))
                }
            }
        }
        return reversed
    }

    private static func topologicalOrder(_ count: Int, _ links: [(index: Int, from: Int, to: Int)]) -> [Int] {
        var missing = [Int](repeating: 0, count: count)
        for link in links { missing[link.to] += 1 }
        var order = (0..<count).filter { missing[$0] == 0 }
        var next = 0
        while next < order.count {
            for link in links where link.from == order[next] {
                missing[link.to] -= 1
                if missing[link.to] == 0 { order.append(link.to) }
            }
            next += 1
        }
        return order
    }
}
