/// The reference of the expression language's functions.
package enum ExpressionReference {
    /// The functions by group, in Markdown.
    package static var markdown: String {
        ExpressionFunction.Group.allCases.map { group in
            let rows = ExpressionFunction.all.filter { $0.group == group }.map { function in
                "| `\(function.signature)` | \(function.summary) | "
                    + "`\(function.example.expression)` → `\(function.example.result)` |"
            }
            return (["### \(group.rawValue)", "", "| function | result | example |", "|---|---|---|"] + rows)
                .joined(separator: "\n") + "\n"
        }.joined(separator: "\n")
    }
}
