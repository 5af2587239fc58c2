import WorkflowCommandLine

/// How much room text takes. Which font a viewer has is not known, so this is about that of a wide one.
enum TextMeasure {
    /// The width in pixels.
    ///
    /// - Parameters:
    ///   - text: One line.
    ///   - size: The size of the font in pixels.
    static func width(_ text: String, size: Double) -> Double {
        text.unicodeScalars.reduce(0) { $0 + factor($1) } * size
    }

    private static func factor(_ scalar: Unicode.Scalar) -> Double {
        switch scalar {
        case "i", "j", "l", "I", "'", "|", ".", ",", ":", ";", "!", " ": 0.34
        case "f", "t", "r", "(", ")", "[", "]", "{", "}", "/", "\\", "-", "\"": 0.43
        case "m", "w", "M", "W", "@", "%": 0.98
        case "A"..."Z", "=", "<", ">", "+", "&", "#", "~": 0.78
        case "\u{20}"..."\u{24F}": 0.64
        case "\u{300}"..."\u{36F}": 0
        default: 1.05
        }
    }

    /// Text in lines that are no wider than `width`, at most `limit` of them; the last one ends in `…` when there is
    /// more.
    static func lines(_ text: String, size: Double, width: Double, limit: Int) -> [String] {
        var lines: [String] = []
        for word in PlainText.line(text).split(separator: " ") {
            let longer = lines.last.map { "\($0) \(word)" } ?? String(word)
            if !lines.isEmpty, Self.width(longer, size: size) <= width {
                lines[lines.count - 1] = longer
            } else {
                lines.append(String(word))
            }
        }
        let isCut = lines.count > limit
        var shown = lines.prefix(limit).map { shortened($0, size: size, width: width) }
        if isCut, let last = shown.last, !last.hasSuffix("…") { shown[shown.count - 1] = last + " …" }
        return shown
    }

    /// Text that is cut when it is wider than `width`.
    static func shortened(_ text: String, size: Double, width: Double) -> String {
        guard Self.width(text, size: size) > width else { return text }
        var cut = text
        while !cut.isEmpty, Self.width(cut + "…", size: size) > width { cut.removeLast() }
        return cut + "…"
    }
}
