/// Draws a state machine from top to bottom.
struct StateMachineDrawing {
    private struct StateText {
        let name: String
        let notes: [String]
        let size: LayeredGraph.Size
    }

    private struct LabelText {
        let name: String
        let condition: String?
        let size: LayeredGraph.Size
    }

    private static let startRadius = 7.0
    private static let widest = 240.0

    private let machine: StateMachineOverview
    private var graph = LayeredGraph(.down, layerGap: 30, gap: 24)
    private var texts: [StateText] = []
    private var labels: [(transition: StateMachineOverview.Transition, text: LabelText)] = []
    private let start: Int?

    init(_ machine: StateMachineOverview) {
        self.machine = machine
        var indices: [String: Int] = [:]
        let radius = Self.startRadius
        let hasStart = machine.states.contains { $0.name == machine.initialState }
        // The first box, so that everything else is found from there.
        start = hasStart ? graph.addNode(.init(width: 2 * radius, height: 2 * radius)) : nil
        for state in machine.states where indices[state.name] == nil {
            let text = Self.text(state)
            texts.append(text)
            indices[state.name] = graph.addNode(text.size)
        }
        if let start, let initial = indices[machine.initialState] { graph.addEdge(from: start, to: initial) }
        for transition in machine.transitions {
            // A state that there is not is for `wfctl validate` to tell.
            guard let from = indices[transition.from], let to = indices[transition.to] else { continue }
            let text = Self.text(transition)
            labels.append((transition, text))
            graph.addEdge(from: from, to: to, label: text.size)
        }
    }

    private static func text(_ state: StateMachineOverview.State) -> StateText {
        let name = TextMeasure.shortened(state.name, size: 14, width: widest)
        let width = TextMeasure.width(name, size: 14.6)
        let notes = TextMeasure.lines(state.description, size: 11.5, width: max(150, width), limit: 2)
        let widest = max(width, notes.map { TextMeasure.width($0, size: 11.5) }.max() ?? 0)
        return StateText(
            name: name, notes: notes,
            size: .init(width: max(84, widest + 30), height: 36 + Double(notes.count) * 15))
    }

    private static func text(_ transition: StateMachineOverview.Transition) -> LabelText {
        let name = TextMeasure.shortened(transition.name, size: 12, width: widest)
        let condition = transition.condition.map {
            "[" + TextMeasure.shortened($0, size: 11, width: widest) + "]"
        }
        let width = max(TextMeasure.width(name, size: 12), TextMeasure.width(condition ?? "", size: 11))
        return LabelText(
            name: name, condition: condition, size: .init(width: width + 10, height: condition == nil ? 18 : 33))
    }

    /// The finished drawing.
    var drawing: SVGDrawing {
        let layout = LayeredLayout(graph)
        var drawing = SVGDrawing()
        let offset = start == nil ? 0 : 1
        if let start {
            drawing.circle(layout.nodes[start], radius: Self.startRadius, class: "start")
            drawing.line(layout.routes[0].path(.down), class: "line")
        }
        for (index, label) in labels.enumerated() {
            draw(label.transition, label.text, layout, index + offset, in: &drawing)
        }
        let states = machine.states.reduce(into: [StateMachineOverview.State]()) { list, state in
            if !list.contains(where: { $0.name == state.name }) { list.append(state) }
        }
        for (index, (state, text)) in zip(states, texts).enumerated() {
            draw(state, text, layout.nodes[index + offset], in: &drawing)
        }
        drawing.size = layout.size
        addLegend(to: &drawing)
        return drawing
    }

    private func draw(
        _ transition: StateMachineOverview.Transition, _ text: LabelText, _ layout: LayeredLayout, _ index: Int,
        in drawing: inout SVGDrawing
    ) {
        let route = layout.routes[index]
        let name = transition.isAutomatic ? "automatic" : "line"
        if route.points.isEmpty {
            let node = graph.edges[index].source
            let edge = layout.nodes[node].x + graph.nodes[node].width / 2
            let y = layout.nodes[node].y
            let n = SVGDrawing.number
            let reach = n(edge + LoopShape.reach - 8)
            drawing.line(
                "M\(n(edge)) \(n(y - 9)) C\(reach) \(n(y - 26)) \(reach) \(n(y + 26)) \(n(edge)) \(n(y + 9))",
                class: name)
        } else {
            drawing.line(route.path(.down), class: name)
        }
        guard let middle = route.label else { return }
        if !route.points.isEmpty { drawing.box(middle, text.size, radius: 4, class: "plate") }
        let top = middle.y - text.size.height / 2
        drawing.text(text.name, Point(x: middle.x, y: top + 13), class: "label")
        if let condition = text.condition {
            drawing.text(condition, Point(x: middle.x, y: top + 28), class: "condition")
        }
    }

    private func draw(
        _ state: StateMachineOverview.State, _ text: StateText, _ middle: Point, in drawing: inout SVGDrawing
    ) {
        drawing.box(middle, text.size, radius: 9, class: state.isError ? "error" : "box")
        if state.isFinal {
            let inner = LayeredGraph.Size(width: text.size.width - 8, height: text.size.height - 8)
            drawing.box(middle, inner, radius: 6, class: state.isError ? "inner-error" : "inner")
        }
        let top = middle.y - text.size.height / 2
        drawing.text(text.name, Point(x: middle.x, y: top + 23), class: "name")
        for (index, note) in text.notes.enumerated() {
            drawing.text(note, Point(x: middle.x, y: top + 40 + Double(index) * 15), class: "note")
        }
    }

    /// Explains the marks that occur.
    private func addLegend(to drawing: inout SVGDrawing) {
        let notes = [
            machine.states.contains(where: \.isFinal) ? "double rim: final" : nil,
            machine.states.contains(where: \.isError) ? "red: an error" : nil,
            machine.transitions.contains(where: \.isAutomatic) ? "dashed: made by itself" : nil,
        ].compactMap(\.self)
        guard !notes.isEmpty else { return }
        let text = notes.joined(separator: "  ·  ")
        drawing.text(text, Point(x: 0, y: drawing.size.height + 32), class: "legend")
        drawing.size.height += 38
        drawing.size.width = max(drawing.size.width, TextMeasure.width(text, size: 11.5))
    }
}
