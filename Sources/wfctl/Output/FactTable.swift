import WorkflowCommandLine

/// Names and values below each other.
struct FactTable {
    private var facts: [(name: String, value: String)] = []

    /// Adds a fact; one without a value is left out.
    mutating func add(_ name: String, _ value: String?) {
        if let value, !value.isEmpty { facts.append((name, PlainText.line(value))) }
    }

    /// The lines, of a width if it is given.
    func lines(width: Int?, style: TextStyle) -> [String] {
        let column = (facts.map(\.name.count).max() ?? 0) + 2
        let margin = String(repeating: " ", count: column)
        return facts.flatMap { fact in
            let parts = width.map { PlainText.wrapped(fact.value, width: $0 - column) } ?? [fact.value]
            let title = style.dim(fact.name) + margin.dropFirst(fact.name.count)
            return parts.enumerated().map { ($0 == 0 ? title : margin) + $1 }
        }
    }
}
