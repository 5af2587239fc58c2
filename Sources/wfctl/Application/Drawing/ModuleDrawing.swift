import WorkflowCommandLine

/// Draws which part refers to which module, from left to right.
struct ModuleDrawing {
    private struct Part {
        let name: String
        let type: String
        let isSection: Bool
        let size: LayeredGraph.Size
    }

    private static let widest = 220.0
    private static let gap = 14.0

    /// Those that refer to others, or are referred to.
    private var parts: [Part] = []
    /// Those that stand alone.
    private var others: [Part] = []
    private var graph = LayeredGraph(.right, layerGap: 64, gap: Self.gap)

    init(_ references: ModuleReferences) {
        let linked = Set(references.all.flatMap { [$0.source, $0.target] })
        var indices: [String: Int] = [:]
        let all =
            references.sections.map { Self.part($0, type: "", isSection: true) }
            + references.modules.map { Self.part($0.name, type: $0.type, isSection: false) }
        let names = references.sections + references.modules.map(\.name)
        for (name, part) in zip(names, all) {
            if linked.contains(name) {
                parts.append(part)
                indices[name] = graph.addNode(part.size)
            } else {
                others.append(part)
            }
        }
        for reference in references.all {
            if let from = indices[reference.source], let to = indices[reference.target] {
                graph.addEdge(from: from, to: to)
            }
        }
    }

    private static func part(_ name: String, type: String, isSection: Bool) -> Part {
        let name = TextMeasure.shortened(PlainText.line(name), size: 14, width: widest)
        let type = TextMeasure.shortened(PlainText.line(type), size: 11.5, width: widest)
        let width = max(TextMeasure.width(name, size: 14.6), TextMeasure.width(type, size: 11.5))
        return Part(
            name: name, type: type, isSection: isSection,
            size: .init(width: max(90, width + 28), height: type.isEmpty ? 36 : 46))
    }

    /// The finished drawing.
    var drawing: SVGDrawing {
        var drawing = SVGDrawing()
        if !parts.isEmpty {
            let layout = LayeredLayout(graph)
            for route in layout.routes { drawing.line(route.path(.right), class: "line") }
            for (index, part) in parts.enumerated() { draw(part, layout.nodes[index], in: &drawing) }
            drawing.size = layout.size
        }
        addOthers(to: &drawing)
        return drawing
    }

    private func draw(_ part: Part, _ middle: Point, in drawing: inout SVGDrawing) {
        let radius = part.isSection ? part.size.height / 2 : 8
        drawing.box(middle, part.size, radius: radius, class: part.isSection ? "section" : "box")
        let top = middle.y - part.size.height / 2
        drawing.text(part.name, Point(x: middle.x, y: top + (part.type.isEmpty ? 23 : 20)), class: "name")
        if !part.type.isEmpty { drawing.text(part.type, Point(x: middle.x, y: top + 36), class: "note") }
    }

    /// Those that stand alone, in rows below.
    private func addOthers(to drawing: inout SVGDrawing) {
        guard !others.isEmpty else { return }
        let width = max(drawing.size.width, 720)
        var place = Point(x: 0, y: drawing.size.height == 0 ? 0 : drawing.size.height + 48)
        if drawing.size.height > 0 {
            drawing.text("refer to no module, and are not referred to", Point(x: 0, y: place.y - 12), class: "legend")
        }
        for part in others {
            if place.x > 0, place.x + part.size.width > width { place = Point(x: 0, y: place.y + 46 + Self.gap) }
            draw(part, Point(x: place.x + part.size.width / 2, y: place.y + part.size.height / 2), in: &drawing)
            place.x += part.size.width + Self.gap
            drawing.size.width = max(drawing.size.width, place.x - Self.gap)
        }
        drawing.size.height = place.y + 46
    }
}
