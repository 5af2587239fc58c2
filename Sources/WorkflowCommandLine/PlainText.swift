/// Makes text from files and servers safe to show: a line stays one, and a terminal is told nothing.
public enum PlainText {
    /// The text with `U+FFFD` for line ends, control characters and the like.
    public static func line(_ text: String) -> String {
        guard text.unicodeScalars.contains(where: { !isShown($0) }) else { return text }
        return String(String.UnicodeScalarView(text.unicodeScalars.map { isShown($0) ? $0 : "\u{FFFD}" }))
    }

    /// The same for several lines.
    public static func lines(_ text: String) -> String {
        text.split(separator: "\n", omittingEmptySubsequences: false).map { line(String($0)) }.joined(separator: "\n")
    }

    private static func isShown(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator: false
        default: true
        }
    }

    /// Breaks text at spaces so that lines are no longer than `width`; words that are longer are broken too.
    ///
    /// - Parameters:
    ///   - text: One paragraph.
    ///   - width: The greatest length of a line in characters.
    ///   - indent: How many blanks all lines but the first begin with.
    /// - Returns: At least one line.
    public static func wrapped(_ text: String, width: Int, indent: Int = 0) -> [String] {
        let width = max(1 + indent, width)
        guard text.count > width else { return [text] }
        let lines = broken(text) { $0 == 0 ? width : width - indent }
        let margin = String(repeating: " ", count: indent)
        return lines.prefix(1) + lines.dropFirst().map { margin + $0 }
    }

    /// The lines of a text, with the room for each of them by its number.
    private static func broken(_ text: String, room: (Int) -> Int) -> [String] {
        var lines: [String] = []
        var current = ""
        for word in text.split(separator: " ") {
            if !current.isEmpty, current.count + 1 + word.count <= room(lines.count) {
                current += " \(word)"
                continue
            }
            if !current.isEmpty { lines.append(current) }
            var rest = word
            while case let width = room(lines.count), rest.count > width {
                lines.append(String(rest.prefix(width)))
                rest = rest.dropFirst(width)
            }
            current = String(rest)
        }
        if !current.isEmpty || lines.isEmpty { lines.append(current) }
        return lines
    }
}
