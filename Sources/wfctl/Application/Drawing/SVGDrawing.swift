import WorkflowCommandLine

/// A drawing as SVG: text stays text, and the colours follow the reader's choice of light or dark.
struct SVGDrawing {
    /// The parts of the drawing, in the order of drawing.
    private(set) var elements: [String] = []
    /// The size of what was drawn.
    var size = LayeredGraph.Size(width: 0, height: 0)

    /// A number as short as it can be.
    static func number(_ value: Double) -> String {
        let tenths = (value * 10).rounded() / 10
        return tenths == tenths.rounded() ? String(Int(tenths)) : String(tenths)
    }

    /// Text without what means something in XML.
    static func escaped(_ text: String) -> String {
        PlainText.line(text).replacing("&", with: "&amp;").replacing("<", with: "&lt;").replacing(">", with: "&gt;")
            .replacing("\"", with: "&quot;")
    }

    /// Adds a box with its middle at a place.
    mutating func box(_ middle: Point, _ size: LayeredGraph.Size, radius: Double, class name: String) {
        let n = Self.number
        elements.append(
            #"<rect class="\#(name)" x="\#(n(middle.x - size.width / 2))" y="\#(n(middle.y - size.height / 2))" "#
                + #"width="\#(n(size.width))" height="\#(n(size.height))" rx="\#(n(radius))"/>"#)
    }

    /// Adds a circle.
    mutating func circle(_ middle: Point, radius: Double, class name: String) {
        let n = Self.number
        elements.append(#"<circle class="\#(name)" cx="\#(n(middle.x))" cy="\#(n(middle.y))" r="\#(n(radius))"/>"#)
    }

    /// Adds text with its baseline at a place.
    mutating func text(_ text: String, _ place: Point, class name: String) {
        let n = Self.number
        elements.append(
            #"<text class="\#(name)" x="\#(n(place.x))" y="\#(n(place.y))">\#(Self.escaped(text))</text>"#)
    }

    /// Adds a line with an arrow at its end.
    mutating func line(_ path: String, class name: String) {
        elements.append(#"<path class="\#(name)" d="\#(path)" marker-end="url(#arrow)"/>"#)
    }

    /// Adds another drawing at a place, with a tooltip for it or without.
    mutating func add(_ other: SVGDrawing, at place: Point) {
        let n = Self.number
        elements.append(#"<g transform="translate(\#(n(place.x)) \#(n(place.y)))">"#)
        elements += other.elements
        elements.append("</g>")
    }

    /// The whole document.
    ///
    /// - Parameter title: What the drawing shows, for those who do not see it.
    func document(title: String) -> String {
        let n = Self.number
        let margin = 24.0
        let (width, height) = (size.width + 2 * margin, size.height + 2 * margin)
        let lines =
            [
                #"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 \#(n(width)) \#(n(height))" "#
                    + #"width="\#(n(width))" height="\#(n(height))" role="img" aria-labelledby="title">"#,
                #"<title id="title">\#(Self.escaped(title))</title>"#, "<style>\n\(SVGStyle.text)</style>",
                #"<defs><marker id="arrow" viewBox="0 0 8 8" refX="7.2" refY="4" markerWidth="8" markerHeight="8" "#
                    + #"orient="auto"><path class="arrow" d="M0.5 0.8 7.5 4 0.5 7.2 2.2 4Z"/></marker></defs>"#,
                #"<rect class="ground" width="100%" height="100%"/>"#,
                #"<g transform="translate(\#(n(margin)) \#(n(margin)))">"#,
            ] + elements + ["</g>", "</svg>"]
        return lines.joined(separator: "\n") + "\n"
    }
}

extension LayeredLayout.Route {
    /// The line as a path: straight where it runs along, and in curves from one place to the next.
    func path(_ direction: LayeredGraph.Direction) -> String {
        let n = SVGDrawing.number
        guard let first = points.first else { return "" }
        var path = "M\(n(first.x)) \(n(first.y))"
        for (from, to) in zip(points, points.dropFirst()) {
            let isStraight = direction == .down ? abs(from.x - to.x) < 0.5 : abs(from.y - to.y) < 0.5
            guard !isStraight else {
                path += " L\(n(to.x)) \(n(to.y))"
                continue
            }
            if direction == .down {
                let middle = (from.y + to.y) / 2
                path += " C\(n(from.x)) \(n(middle)) \(n(to.x)) \(n(middle)) \(n(to.x)) \(n(to.y))"
            } else {
                let middle = (from.x + to.x) / 2
                path += " C\(n(middle)) \(n(from.y)) \(n(middle)) \(n(to.y)) \(n(to.x)) \(n(to.y))"
            }
        }
        return path
    }
}
