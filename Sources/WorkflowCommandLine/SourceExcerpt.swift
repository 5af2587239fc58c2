import Foundation
public import WorkflowCore

/// Shows the lines of a file that issues are about, each with a caret below its column.
///
/// ```text
///   3 |     type: http.sever
///     |     ^
/// ```
public struct SourceExcerpt {
    private static let mark = "…"

    private var texts: [String: [Substring]?] = [:]
    private let width: Int?
    private let replacement: String?

    /// Creates a reader.
    ///
    /// - Parameters:
    ///   - width: The greatest length of a line in characters; `nil` for no limit.
    ///   - text: What stands in the file, when it is not to be read.
    public init(width: Int?, text: String? = nil) {
        self.width = width
        replacement = text
    }

    /// The line of a place with its caret; empty when the place is not known or the file cannot be read.
    public mutating func lines(at location: SourceLocation) -> [String] {
        guard location.line > 0, let text = text(of: location.file), location.line <= text.count else { return [] }
        let number = String(location.line)
        let line = Self.withoutSecret(PlainText.line(String(text[location.line - 1]).replacing("\t", with: " ")))
        let shown = window(line, around: location.column, margin: number.count + 5)
        var lines = ["  \(number) | \(shown.text)"]
        if shown.column > 0 {
            let margin = String(repeating: " ", count: number.count)
            lines.append("  \(margin) | \(String(repeating: " ", count: shown.column - 1))^")
        }
        return lines
    }

    /// The part of a long line that is around a column.
    private func window(_ line: String, around column: Int, margin: Int) -> (text: String, column: Int) {
        guard let width else { return (line, column) }
        let room = max(20, width - margin)
        guard line.count > room else { return (line, min(column, line.count + 1)) }
        guard column > room - 10 else { return (line.prefix(room - 1) + Self.mark, column) }
        let start = min(column - room / 2, line.count - room + 1)
        let part = line.dropFirst(start).prefix(room - 2)
        let end = start + part.count < line.count ? Self.mark : ""
        return (Self.mark + part + end, min(column - start + 1, room))
    }

    /// The line with `…` for the value of a key that sounds secret.
    private static func withoutSecret(_ line: String) -> String {
        line.replacing(#/(?<key>[A-Za-z_][\w-]*)"?: +(?<value>"[^"]*"|'[^']*'|[^\s,{}\[\]#][^,}#]*)/#) { match in
            let value = match.output.value
            guard ConfigurationRedactor.soundsSecret(String(match.output.key)), !value.contains("${") else {
                return String(match.output.0)
            }
            return match.output.0.dropLast(value.count) + mark
        }
    }

    private mutating func text(of file: String) -> [Substring]? {
        if let known = texts[file] { return known }
        let text = replacement ?? Self.read(file)
        let lines = text?.split(separator: "\n", omittingEmptySubsequences: false)
        texts[file] = lines
        return lines
    }

    /// A file that is gone again has no excerpt, which is all that there is to it.
    private static func read(_ file: String) -> String? {
        FileManager.default.contents(atPath: file).map { String(decoding: $0, as: UTF8.self) }
    }
}
