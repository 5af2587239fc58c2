/// Leads the lines of a graph through their places, and turns everything into the direction of the drawing.
struct RouteDrawing {
    private static let portGap = 22.0

    private let graph: LayeredGraph
    private let layers: Layers
    /// The middle of each item, across the direction of lines.
    private let places: [Double]
    /// The beginning and the middle of each layer, along that direction.
    private var tops: [Double] = []
    private var depths: [Double] = []
    /// Where a line touches the box at its upper and at its lower end.
    private var ports: [Int: (upper: Double, lower: Double)] = [:]

    init(_ graph: LayeredGraph, _ layers: Layers, _ places: [Double]) {
        self.graph = graph
        self.layers = layers
        self.places = places
        depths = layers.order.map { layer in layer.map { layers.items[$0].depth }.max() ?? 0 }
        var top = 0.0
        for rank in depths.indices {
            tops.append(top)
            top += depths[rank] + gap(below: rank)
        }
        for index in layers.items.indices where layers.items[index].isNode { assignPorts(of: index) }
    }

    /// The finished drawing.
    var layout: LayeredLayout {
        let nodes = graph.nodes.indices.map { point(places[$0], middle(of: layers.items[$0].rank)) }
        let across = layers.items.indices.map { places[$0] + layers.items[$0].right }.max() ?? 0
        let along = (tops.last ?? 0) + (depths.last ?? 0)
        let size =
            graph.direction == .down
            ? LayeredGraph.Size(width: across, height: along) : LayeredGraph.Size(width: along, height: across)
        return LayeredLayout(nodes: nodes, routes: graph.edges.indices.map(route), size: size)
    }

    /// The room below a layer: more where many lines go far to the side, little where they all pass.
    private func gap(below rank: Int) -> Double {
        let isEmpty = depths[rank] == 0 || rank + 1 < depths.count && depths[rank + 1] == 0
        let wide = layers.links.count { link in
            layers.items[link.from].rank == rank && abs(places[link.from] - places[link.to]) > 90
        }
        return (isEmpty ? graph.layerGap / 2 : graph.layerGap) + min(40, Double(max(0, wide - 1)) * 5)
    }

    /// Half of the size of a box, along the direction of lines.
    private func reach(_ node: Int) -> Double {
        (graph.direction == .down ? graph.nodes[node].height : graph.nodes[node].width) / 2
    }

    private func middle(of rank: Int) -> Double { tops[rank] + depths[rank] / 2 }

    private func point(_ across: Double, _ along: Double) -> Point {
        graph.direction == .down ? Point(x: across, y: along) : Point(x: along, y: across)
    }

    /// Spreads the lines along the sides of a box, each as straight as there is room.
    private mutating func assignPorts(of node: Int) {
        let item = layers.items[node]
        let room = max(0, item.left - 12)
        for isBelow in [true, false] {
            let touching = layers.links.filter { (isBelow ? $0.from : $0.to) == node }
                .map { link in
                    (
                        link.edge,
                        min(max(places[isBelow ? link.to : link.from], places[node] - room), places[node] + room)
                    )
                }
                .sorted { ($0.1, $0.0) < ($1.1, $1.0) }
            let gap = touching.count > 1 ? min(Self.portGap, 2 * room / Double(touching.count - 1)) : 0
            var values = touching.map(\.1)
            for index in values.indices.dropFirst() { values[index] = max(values[index], values[index - 1] + gap) }
            // What was pushed over the end goes back.
            let over = max(0, (values.last ?? 0) - places[node] - room)
            if over > 0, let last = values.indices.last {
                values[last] -= over
                for index in values.indices.dropLast().reversed() {
                    values[index] = min(values[index], values[index + 1] - gap)
                }
            }
            for (value, (edge, _)) in zip(values, touching) {
                var known = ports[edge] ?? (0, 0)
                if isBelow { known.upper = value } else { known.lower = value }
                ports[edge] = known
            }
        }
    }

    private func route(_ index: Int) -> LayeredLayout.Route {
        let edge = graph.edges[index]
        guard edge.source != edge.target else { return loop(index) }
        let (top, bottom) = layers.ranks.isReversed[index] ? (edge.target, edge.source) : (edge.source, edge.target)
        let port = ports[index] ?? (places[top], places[bottom])
        let (first, last) = (layers.items[top], layers.items[bottom])
        var points = [point(port.upper, middle(of: first.rank) + reach(top))]
        var label: Point?
        for item in layers.chains[index] {
            let rank = layers.items[item].rank
            // Straight through the layer, where boxes stand to both sides.
            if depths[rank] > 0 {
                points += [point(places[item], tops[rank]), point(places[item], tops[rank] + depths[rank])]
            } else {
                points.append(point(places[item], tops[rank]))
            }
            if case .label = layers.items[item].kind { label = point(places[item], middle(of: rank)) }
        }
        points.append(point(port.lower, middle(of: last.rank) - reach(bottom)))
        return LayeredLayout.Route(
            points: layers.ranks.isReversed[index] ? points.reversed() : points, label: label)
    }

    /// The label of a line from a box to itself; those of several stand below each other.
    private func loop(_ index: Int) -> LayeredLayout.Route {
        let edge = graph.edges[index]
        let item = layers.items[edge.source]
        let loops = graph.edges.indices.filter {
            graph.edges[$0].source == edge.source && graph.edges[$0].target == edge.source
        }
        let height = loops.reduce(0) { $0 + (graph.edges[$1].label?.height ?? 0) }
        let above = loops.prefix { $0 != index }.reduce(0) { $0 + (graph.edges[$1].label?.height ?? 0) }
        let own = edge.label ?? .init(width: 0, height: 0)
        return LayeredLayout.Route(
            points: [],
            label: point(
                places[edge.source] + item.left + LoopShape.reach - 6 + own.width / 2,
                middle(of: item.rank) - height / 2 + above + own.height / 2))
    }
}
