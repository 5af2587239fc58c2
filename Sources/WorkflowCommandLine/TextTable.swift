/// A table for people, without lines between cells.
///
/// ```text
/// NAME    TYPE         STATE
/// web     http.server  running
/// ```
public struct TextTable: Sendable {
    private static let gap = 2
    /// The least width of a column of words that are broken.
    private static let narrowest = 12
    /// The longest word that is kept in one piece; identifiers that are longer may be broken.
    private static let longestWord = 25

    private let header: [String]
    private var rows: [[String]] = []

    /// Creates an empty table.
    ///
    /// - Parameter header: The titles of the columns.
    public init(_ header: String...) {
        self.init(header)
    }

    /// Creates an empty table.
    ///
    /// - Parameter header: The titles of the columns.
    public init(_ header: [String]) {
        self.header = header.map { $0.uppercased() }
    }

    /// Whether there are no rows.
    public var isEmpty: Bool { rows.isEmpty }

    /// Adds a row; one cell per column.
    public mutating func add(_ cells: String...) {
        add(cells)
    }

    /// Adds a row; one cell per column.
    public mutating func add(_ cells: [String]) {
        rows.append(cells.map(PlainText.line))
    }

    /// The lines.
    ///
    /// - Parameters:
    ///   - width: The greatest length of a line in characters, for which cells are wrapped; `nil` for no limit.
    ///   - style: How titles look.
    public func lines(width: Int?, style: TextStyle = .plain) -> [String] {
        let widths = widths(within: width)
        var lines = line(header, widths).map { style.dim($0) }
        for row in rows { lines += line(row, widths) }
        return lines
    }

    /// The widths of the columns: what they need. When that is too much, columns of sentences give first, then the
    /// others, and at last those of words that have to be broken anyway; words of a usual length stay in one piece.
    private func widths(within limit: Int?) -> [Int] {
        let columns = header.indices.map { column in rows.compactMap { column < $0.count ? $0[column] : nil } }
        var widths = zip(header, columns).map { title, cells in cells.reduce(title.count) { max($0, $1.count) } }
        guard let limit else { return widths }
        let words = zip(header, columns).map { title, cells in
            ([title] + cells).flatMap { $0.split(separator: " ") }.map(\.count)
        }
        let whole = words.map { min($0.max() ?? 0, Self.longestWord) }
        let broken = words.map { max($0.filter { $0 <= Self.longestWord }.max() ?? 0, Self.narrowest) }
        let all = Array(columns.indices)
        let sentences = all.filter { columns[$0].contains { $0.contains(" ") } }
        var excess = widths.reduce(0, +) + Self.gap * (widths.count - 1) - limit
        for (giving, least) in [(sentences, whole), (all, whole), (all, broken)] {
            while excess > 0,
                let widest = giving.filter({ widths[$0] > least[$0] }).max(by: { widths[$0] < widths[$1] })
            {
                widths[widest] -= 1
                excess -= 1
            }
        }
        return widths
    }

    private func line(_ cells: [String], _ widths: [Int]) -> [String] {
        let columns = zip(cells, widths).map { PlainText.wrapped($0, width: $1) }
        let height = columns.map(\.count).max() ?? 1
        return (0..<height).map { row in
            var text = ""
            for (column, cell) in columns.enumerated() {
                let part = row < cell.count ? cell[row] : ""
                text += part
                guard column < columns.count - 1 else { break }
                text += String(repeating: " ", count: widths[column] - part.count + Self.gap)
            }
            while text.last == " " { text.removeLast() }
            return text
        }
    }
}
