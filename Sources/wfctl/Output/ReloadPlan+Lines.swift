import WorkflowCommandLine
import WorkflowCore

extension ReloadPlan {
    /// The plan in lines for a terminal, of a width if it is given.
    func lines(width: Int?, style: TextStyle) -> [String] {
        let width = width ?? 1000
        var lines = text(width: width).split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        if lines.last == "" { lines.removeLast() }
        // The last line sums the plan up, and is never cut.
        let summary = PlainText.wrapped(lines.popLast() ?? "", width: width)
        return lines.map(style.plan) + summary
    }
}
