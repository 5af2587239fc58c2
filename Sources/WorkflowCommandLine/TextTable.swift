/// A table for people, without lines between cells.
///
/// ```text
/// NAME    TYPE         STATE
/// web     http.server  running
/// ```
public struct TextTable: Sendable {
    private static let gap = 2
    private static let narrowest = 6

    private let header: [String]
    private var rows: [[String]] = []

    /// Creates an empty table.
    ///
    /// - Parameter header: The titles of the columns.
    public init(_ header: String...) {
        self.header = header.map { $0.uppercased() }
    }

    /// Whether there are no rows.
    public var isEmpty: Bool { rows.isEmpty }

    /// Adds a row; one cell per column.
    public mutating func add(_ cells: String...) {
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

    /// The widths of the columns: what they need, and when that is too much, the widest give.
    private func widths(within limit: Int?) -> [Int] {
        var widths = header.indices.map { column in
            rows.reduce(header[column].count) { max($0, column < $1.count ? $1[column].count : 0) }
        }
        guard let limit else { return widths }
        var excess = widths.reduce(0, +) + Self.gap * (widths.count - 1) - limit
        while excess > 0, let widest = widths.indices.max(by: { widths[$0] < widths[$1] }),
            widths[widest] > Self.narrowest
        {
            let second = widths.indices.filter { $0 != widest }.map { widths[$0] }.max() ?? 0
            let step = max(1, min(excess, widths[widest] - max(second, Self.narrowest)))
            widths[widest] -= step
            excess -= step
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
