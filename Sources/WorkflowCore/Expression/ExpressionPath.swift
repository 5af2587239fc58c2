/// A path to a part of a value, given as text to functions such as `pluck`: `price`, `address.lines[0]`.
struct ExpressionPath {
    private let steps: [JSONValue]

    /// Reads a path; `nil` if the text is none.
    init?(_ text: String) {
        var steps: [JSONValue] = []
        for part in text.split(separator: ".", omittingEmptySubsequences: false) {
            var pieces = part.split(separator: "[", omittingEmptySubsequences: false)
            let name = pieces.removeFirst()
            guard !part.isEmpty, !name.contains("]") else { return nil }
            if !name.isEmpty { steps.append(.string(String(name))) }
            for piece in pieces {
                guard piece.last == "]", let index = Int64(piece.dropLast()), index >= 0 else { return nil }
                steps.append(.integer(index))
            }
        }
        self.steps = steps
    }

    /// The part of a value that the path leads to; `null` when there is none.
    func value(
        in value: JSONValue, _ evaluator: inout ExpressionEvaluator, at span: ExpressionSpan
    ) throws(ExpressionFailure) -> JSONValue {
        var current = value
        for step in steps {
            try evaluator.charge(1, at: span)
            current = try evaluator.element(step, of: current, at: span)
        }
        return current
    }
}
