import WorkflowCommandLine

/// Shows the Markdown of reference pages in a terminal: headings, paragraphs, lists, tables of keys and code.
struct MarkdownText {
    let width: Int
    let style: TextStyle

    /// The lines of a page.
    func lines(of page: String) -> [String] {
        var lines: [String] = []
        var isCode = false
        for line in page.split(separator: "\n", omittingEmptySubsequences: false).map(String.init) {
            if line.hasPrefix("```") {
                isCode.toggle()
            } else if isCode {
                lines.append("    \(line)")
            } else if line.hasPrefix("#") {
                let title = String(line.drop { $0 == "#" || $0 == " " })
                lines.append(style.bold(line.hasPrefix("# ") ? title : title.uppercased()))
            } else if line.hasPrefix("|") {
                lines += row(line)
            } else if line.hasPrefix("- ") {
                lines += block(plain(String(line.dropFirst(2))), first: "- ", rest: "  ")
            } else if !line.hasPrefix("<!--") {
                lines += block(plain(line), first: "", rest: "")
            }
        }
        while lines.last?.isEmpty == true { lines.removeLast() }
        return lines
    }

    /// A row `| key | value | default | what it does |` as a heading and a paragraph.
    private func row(_ line: String) -> [String] {
        let mark = "\u{0}"
        let cells = line.replacing("\\|", with: mark).split(separator: "|", omittingEmptySubsequences: false)
            .dropFirst().dropLast()
            .map { plain($0.replacing(mark, with: "|").trimmingPrefix(while: { $0 == " " }).description) }
            .map { cell in
                var cell = cell
                while cell.last == " " { cell.removeLast() }
                return cell
            }
        guard cells.count == 4, cells[0] != "key", !cells[0].hasPrefix("---") else { return [] }
        let fallback = cells[2].isEmpty || cells[2] == "required" ? cells[2] : "default \(cells[2])"
        let facts = [cells[1], fallback].filter { !$0.isEmpty }.joined(separator: "; ")
        let head = PlainText.wrapped("\(cells[0])  \(facts)", width: width - 2)
        let title = head.enumerated().map { index, line -> String in
            guard index == 0, line.hasPrefix(cells[0]) else { return "    \(line)" }
            return "  \(style.green(cells[0]))\(style.dim(String(line.dropFirst(cells[0].count))))"
        }
        return title + block(cells[3], first: "      ", rest: "      ")
    }

    private func block(_ text: String, first: String, rest: String) -> [String] {
        PlainText.wrapped(text, width: width - first.count).enumerated().map { ($0 == 0 ? first : rest) + $1 }
    }

    /// Text without the marks of code, emphasis and links.
    private func plain(_ text: String) -> String {
        text.replacing("**", with: "").replacing("`", with: "")
            .replacing(#/\[([^\]]+)\]\([^)]*\)/#) { String($0.output.1) }
    }
}
