/// Writes JSON for people: indented, or with keys in a fixed order, or both.
struct JSONFormattedWriter {
    private(set) var buffer: [UInt8] = []
    private let pretty: Bool
    private let sortedKeys: Bool
    private var depth = 0

    init(pretty: Bool, sortedKeys: Bool) {
        self.pretty = pretty
        self.sortedKeys = sortedKeys
    }

    /// Appends a value.
    mutating func write(_ value: JSONValue) {
        switch value {
        case .array(let elements):
            writeContainer(elements, "[", "]") { writer, element in writer.write(element) }
        case .object(let object):
            let entries =
                sortedKeys
                ? object.entries.sorted { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }
                : object.entries
            writeContainer(entries, "{", "}") { writer, entry in
                JSONWriter.writeString(entry.key, to: &writer.buffer)
                writer.buffer.append(UInt8(ascii: ":"))
                if writer.pretty { writer.buffer.append(UInt8(ascii: " ")) }
                writer.write(entry.value)
            }
        default:
            JSONWriter.writeScalar(value, to: &buffer)
        }
    }

    private mutating func writeContainer<Element>(
        _ elements: [Element],
        _ open: Unicode.Scalar,
        _ close: Unicode.Scalar,
        _ writeElement: (inout JSONFormattedWriter, Element) -> Void
    ) {
        buffer.append(UInt8(ascii: open))
        depth += 1
        for (position, element) in elements.enumerated() {
            if position > 0 { buffer.append(UInt8(ascii: ",")) }
            breakLine()
            writeElement(&self, element)
        }
        depth -= 1
        if !elements.isEmpty { breakLine() }
        buffer.append(UInt8(ascii: close))
    }

    private mutating func breakLine() {
        guard pretty else { return }
        buffer.append(UInt8(ascii: "\n"))
        buffer.append(contentsOf: repeatElement(UInt8(ascii: " "), count: depth * 2))
    }
}
