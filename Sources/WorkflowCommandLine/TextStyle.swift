/// Colours of a terminal; or none of them.
public struct TextStyle: Sendable {
    /// No colours.
    public static let plain = TextStyle(isColoured: false)

    private let isColoured: Bool

    /// Creates a style.
    ///
    /// - Parameter isColoured: Whether there are colours.
    public init(isColoured: Bool) {
        self.isColoured = isColoured
    }

    /// Titles.
    public func bold(_ text: String) -> String { wrap(text, "1") }
    /// What matters less.
    public func dim(_ text: String) -> String { wrap(text, "2") }
    /// What is wrong, or goes away.
    public func red(_ text: String) -> String { wrap(text, "31") }
    /// What is right, or new.
    public func green(_ text: String) -> String { wrap(text, "32") }
    /// What deserves a look, or changes.
    public func yellow(_ text: String) -> String { wrap(text, "33") }

    /// The lines of a plan by their signs: `+` green, `-` red, `~` and `!` yellow.
    public func plan(_ text: String) -> String {
        guard isColoured else { return text }
        return text.split(separator: "\n", omittingEmptySubsequences: false).map { line in
            switch line.drop(while: { $0 == " " }).prefix(2) {
            case "+ ": green(String(line))
            case "- ": red(String(line))
            case "~ ", "! ": yellow(String(line))
            default: String(line)
            }
        }.joined(separator: "\n")
    }

    private func wrap(_ text: String, _ code: String) -> String {
        isColoured && !text.isEmpty ? "\u{1B}[\(code)m\(text)\u{1B}[0m" : text
    }
}
