/// The layers of a graph with what stands in them: boxes, labels, and the places where long lines pass.
struct Layers {
    /// Something in a layer.
    struct Item {
        enum Kind: Hashable {
            case node(Int)
            case label(edge: Int)
            case pass(edge: Int)
        }

        let kind: Kind
        let rank: Int
        /// The room that it takes to both sides of its middle, across the direction of lines.
        let left: Double
        let right: Double
        /// The room that it takes along the direction of lines.
        let depth: Double

        var isNode: Bool {
            if case .node = kind { true } else { false }
        }
    }

    /// A part of a line, from one layer to the next.
    struct Link {
        let from: Int
        let to: Int
        let edge: Int
        let isMain: Bool
    }

    let graph: LayeredGraph
    let ranks: LayerRanks
    private(set) var items: [Item] = []
    private(set) var links: [Link] = []
    /// The items of each line between its boxes, in the order of the layers.
    private(set) var chains: [[Int]] = []
    /// The items of each layer, in order.
    private(set) var order: [[Int]] = []

    init(_ graph: LayeredGraph) {
        self.graph = graph
        ranks = LayerRanks(graph)
        // Labels stand in layers of their own, between those of the boxes.
        let step = graph.edges.contains { $0.label != nil } ? 2 : 1
        for (index, size) in graph.nodes.enumerated() {
            let across = graph.direction == .down ? size.width : size.height
            let loops = graph.edges.filter { $0.source == index && $0.target == index }
            let loop = loops.map { ($0.label?.width ?? 0) + LoopShape.reach }.max() ?? 0
            let labels = loops.reduce(0) { $0 + ($1.label?.height ?? 0) }
            items.append(
                Item(
                    kind: .node(index), rank: ranks.ranks[index] * step, left: across / 2, right: across / 2 + loop,
                    depth: max(labels, graph.direction == .down ? size.height : size.width)))
        }
        chains = graph.edges.indices.map { _ in [] }
        for index in graph.edges.indices { addChain(index) }
        order = (0...(items.map(\.rank).max() ?? 0)).map { _ in [] }
        for index in visitingOrder { order[items[index].rank].append(index) }
    }

    private mutating func addChain(_ index: Int) {
        let edge = graph.edges[index]
        guard edge.source != edge.target else { return }
        let (top, bottom) = ranks.isReversed[index] ? (edge.target, edge.source) : (edge.source, edge.target)
        let between = (items[top].rank + 1)..<items[bottom].rank
        // The odd layer in the middle of the line.
        let labelRank = between.isEmpty ? nil : (between.lowerBound + between.upperBound - 1) / 2 | 1
        var last = top
        for rank in between {
            var item = Item(kind: .pass(edge: index), rank: rank, left: 5, right: 5, depth: 0)
            if rank == labelRank, let size = edge.label {
                let (across, depth) =
                    graph.direction == .down ? (size.width, size.height) : (size.height, size.width)
                item = Item(kind: .label(edge: index), rank: rank, left: across / 2, right: across / 2, depth: depth)
            }
            items.append(item)
            chains[index].append(items.count - 1)
            links.append(Link(from: last, to: items.count - 1, edge: index, isMain: ranks.isMain[index]))
            last = items.count - 1
        }
        links.append(Link(from: last, to: bottom, edge: index, isMain: ranks.isMain[index]))
    }

    /// The items in the order in which a walk from the first box comes to them.
    private var visitingOrder: [Int] {
        var seen = [Bool](repeating: false, count: items.count)
        var all: [Int] = []
        let next = neighbours(below: true)
        for start in items.indices {
            var path = [start]
            while let item = path.popLast() {
                guard !seen[item] else { continue }
                seen[item] = true
                all.append(item)
                path += next[item].reversed()
            }
        }
        return all
    }

    /// For each item those that lines lead to in the layer below, or above.
    func neighbours(below: Bool) -> [[Int]] {
        var found = [[Int]](repeating: [], count: items.count)
        for link in links {
            if below { found[link.from].append(link.to) } else { found[link.to].append(link.from) }
        }
        return found
    }

    /// Puts the items of each layer into an order in which few lines cross.
    mutating func reduceCrossings() {
        var ordering = LayerOrdering(order, above: neighbours(below: false), below: neighbours(below: true))
        order = ordering.best()
    }
}

/// How a line from a box to itself looks.
enum LoopShape {
    /// How far it reaches beyond the box.
    static let reach = 46.0
}
