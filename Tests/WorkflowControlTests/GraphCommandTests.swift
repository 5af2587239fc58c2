import Foundation
import Testing
import WorkflowCore

#if canImport(FoundationXML)
import FoundationXML
#endif

@Suite("wfctl graph --format svg")
struct GraphCommandTests {
    private let fixture: ControlFixture

    init() throws {
        fixture = try ControlFixture()
        try fixture.write(Self.tickets, "tickets.yaml")
    }

    private func draw(_ arguments: String...) async throws -> Picture {
        let program = try Program(
            "wfctl", ["graph"] + arguments + ["--format", "svg"], in: fixture.folder,
            environment: ["JWT_SECRET": "only-for-tests-0123456789"])
        let status = try await program.exitStatus()
        try #require(status == 0, "\(program.standardError)")
        return try Picture(program.standardOutput)
    }

    @Test("draws each state and transition once, as text, and marks the initial, final and failed ones")
    func states() async throws {
        let picture = try await draw("tickets.yaml", "--of", "states")
        let texts = picture.texts.map(\.text)
        for name in ["open", "look", "wait", "again", "closed", "shut", "remark"] {
            #expect(texts.count { $0 == name } == 1, "\(name)")
        }
        #expect(texts.first == #"the "life" of <tickets> & more"#)
        #expect(texts.contains("[data.urgent && true]"))
        #expect(texts.contains("Somebody looks at it"))
        #expect(picture.elements.count { $0.name == "circle" && $0.classes == "start" } == 1)
        #expect(picture.elements.count { $0.classes == "inner" } == 1, "the rim of the final state")
        #expect(picture.elements.count { $0.classes == "error" } == 1)
        #expect(picture.elements.count { $0.classes == "automatic" } == 1)
        // One from the start, and one for each transition.
        #expect(picture.elements.count { $0.name == "path" && $0.hasArrow } == 7)
        #expect(picture.text.contains("@media (prefers-color-scheme: dark)"))
    }

    @Test("no label and no box covers another", arguments: ["tickets", "store", "order-pipeline", "state-machine-api"])
    func overlaps(_ name: String) async throws {
        let isExample = name != "tickets"
        let file = isExample ? "\(Program.packageFolder)/Examples/\(name)/workflow.yaml" : "tickets.yaml"
        for subject in isExample ? ["states", "modules"] : ["states"] {
            let boxes = try await draw(file, "--of", subject).boxes
            #expect(boxes.count > 1)
            for (index, box) in boxes.enumerated() {
                for other in boxes[(index + 1)...] {
                    #expect(!box.frame.intersects(other.frame), "\(subject): \(box.frame) and \(other.frame)")
                }
            }
        }
    }

    @Test("everything is within the picture, and the same every time")
    func frame() async throws {
        let file = "\(Program.packageFolder)/Examples/store/workflow.yaml"
        let picture = try await draw(file)
        let again = try await draw(file)
        #expect(picture.text == again.text)
        let size = try #require(
            picture.elements.first?.attributes["viewBox"]?.split(separator: " ").compactMap { Double($0) })
        for box in picture.boxes {
            #expect(box.frame.minX >= 0 && box.frame.maxX <= size[2], "\(box.frame)")
            #expect(box.frame.minY >= 0 && box.frame.maxY <= size[3], "\(box.frame)")
        }
    }

    @Test("draws modules with what refers to them, and those that stand alone")
    func modules() async throws {
        try fixture.write(ControlFixture.application, "app.yaml")
        let picture = try await draw("app.yaml", "--of", "modules")
        let texts = picture.texts.map(\.text)
        for name in ["workflows.http", "hello", "http.handler", "tickets", "greeter", "dynamic.component"] {
            #expect(texts.contains(name), "\(name)")
        }
        #expect(picture.elements.count { $0.hasArrow } == 2)
    }

    @Test("an unfinished configuration is drawn as far as it goes, and an unknown machine is told of")
    func mistakes() async throws {
        try fixture.write(
            """
            workflows:
              statemachine:
                definitions:
                  - name: half
                    initialState: nowhere
                    states: {a: {}, b: }
                    transitions: {lost: {fromState: a, toState: c}, found: {fromState: a, toState: b}}
                  - {name: empty}
            """, "half.yaml")
        let texts = try await draw("half.yaml", "--of", "states").texts.map(\.text)
        #expect(texts.contains("found") && !texts.contains("lost"))
        let unknown = try await fixture.run("graph", "half.yaml", "--machine", "hlaf", "--format", "svg")
        #expect(unknown.status == 5)
        #expect(unknown.output.isEmpty)
        #expect(unknown.errors.contains("did you mean \"half\"?"))
    }

    private static let tickets = """
        workflows:
          statemachine:
            definitions:
              - name: the "life" of <tickets> & more
                initialState: open
                states:
                  open: {description: Somebody looks at it}
                  waiting: {isError: true}
                  closed: {isFinal: true}
                transitions:
                  look: {fromState: open, toState: open}
                  remark: {fromState: open, toState: open}
                  wait: {fromState: open, toState: waiting, condition: data.urgent && true}
                  again: {fromState: waiting, toState: open}
                  shut: {fromState: open, toState: closed, autoTransform: true}
                  give-up: {fromState: waiting, toState: closed}

        """
}

/// An SVG document, taken apart by a parser of XML.
private final class Picture: NSObject, XMLParserDelegate {
    struct Element {
        let name: String
        let attributes: [String: String]
        let offset: CGPoint
        var text = ""

        var classes: String { attributes["class"] ?? "" }
        var hasArrow: Bool { attributes["marker-end"] != nil }
        var frame: CGRect {
            func number(_ key: String) -> Double { attributes[key].flatMap(Double.init) ?? 0 }
            return CGRect(
                x: number("x") + offset.x, y: number("y") + offset.y, width: number("width"), height: number("height"))
        }
    }

    let text: String
    private(set) var elements: [Element] = []
    private var offsets: [CGPoint] = [.zero]
    private var open: [Int] = []

    init(_ text: String) throws {
        self.text = text
        super.init()
        let parser = XMLParser(data: Data(text.utf8))
        parser.delegate = self
        try #require(parser.parse(), "\(text)")
    }

    /// What takes room: states, modules and labels.
    var boxes: [Element] { elements.filter { ["box", "error", "plate", "section"].contains($0.classes) } }
    var texts: [Element] { elements.filter { $0.name == "text" } }

    func parser(
        _ parser: XMLParser, didStartElement name: String, namespaceURI: String?, qualifiedName: String?,
        attributes: [String: String]
    ) {
        let last = offsets.last ?? .zero
        var offset = last
        if let match = attributes["transform"]?.firstMatch(of: #/translate\((\S+) (\S+)\)/#),
            let x = Double(match.1), let y = Double(match.2)
        {
            offset = CGPoint(x: last.x + x, y: last.y + y)
        }
        offsets.append(offset)
        elements.append(Element(name: name, attributes: attributes, offset: last))
        open.append(elements.count - 1)
    }

    func parser(_ parser: XMLParser, foundCharacters string: String) {
        if let index = open.last { elements[index].text += string }
    }

    func parser(_ parser: XMLParser, didEndElement name: String, namespaceURI: String?, qualifiedName: String?) {
        offsets.removeLast()
        open.removeLast()
    }
}
