/// Boxes in layers and the lines between them, before anything has a place.
struct LayeredGraph {
    /// Which way lines lead as a rule.
    enum Direction {
        case down, right
    }

    /// A size in pixels.
    struct Size {
        var width: Double
        var height: Double
    }

    /// A line. Its label, when it has one, gets a place of its own among the boxes, so that labels never overlap.
    struct Edge {
        let source: Int
        let target: Int
        let label: Size?
    }

    /// The sizes of the boxes; an index of this list identifies a box.
    private(set) var nodes: [Size] = []
    /// The lines.
    private(set) var edges: [Edge] = []
    /// Which way lines lead.
    let direction: Direction
    /// The room between layers.
    let layerGap: Double
    /// The room between neighbours in a layer.
    let gap: Double

    init(_ direction: Direction, layerGap: Double, gap: Double) {
        self.direction = direction
        self.layerGap = layerGap
        self.gap = gap
    }

    /// Adds a box, and returns what identifies it.
    mutating func addNode(_ size: Size) -> Int {
        nodes.append(size)
        return nodes.count - 1
    }

    /// Adds a line, and returns what identifies it.
    @discardableResult
    mutating func addEdge(from source: Int, to target: Int, label: Size? = nil) -> Int {
        edges.append(Edge(source: source, target: target, label: label))
        return edges.count - 1
    }
}

/// A place in a drawing.
struct Point: Hashable {
    var x: Double
    var y: Double
}

/// Where everything of a graph is drawn.
struct LayeredLayout {
    /// A line as the places where it turns, the first and the last at the rims of boxes.
    struct Route {
        let points: [Point]
        /// The middle of its label.
        let label: Point?
    }

    /// The middles of the boxes.
    let nodes: [Point]
    /// The lines; a line from a box to itself has no points, and the middle of its label.
    let routes: [Route]
    /// The size of everything.
    let size: LayeredGraph.Size

    /// Finds a place for everything; the same graph always gets the same places.
    init(_ graph: LayeredGraph) {
        var layers = Layers(graph)
        layers.reduceCrossings()
        let positions = LayerPositions(layers).places
        self = RouteDrawing(graph, layers, positions).layout
    }

    init(nodes: [Point], routes: [Route], size: LayeredGraph.Size) {
        self.nodes = nodes
        self.routes = routes
        self.size = size
    }
}
