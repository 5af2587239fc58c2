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
    /// - Returns: At least one line.
    public static func wrapped(_ text: String, width: Int) -> [String] {
        let width = max(1, width)
        guard text.count > width else { return [text] }
        var lines: [String] = []
        var current = ""
        for word in text.split(separator: " ") {
            if !current.isEmpty, current.count + 1 + word.count <= width {
                current += " \(word)"
                continue
            }
            if !current.isEmpty { lines.append(current) }
            var rest = word
            while rest.count > width {
                lines.append(String(rest.prefix(width)))
                rest = rest.dropFirst(width)
            }
            current = String(rest)
        }
        if !current.isEmpty || lines.isEmpty { lines.append(current) }
        return lines
    }
}
