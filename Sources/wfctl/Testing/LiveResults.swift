import Synchronization
import WorkflowCommandLine
import WorkflowTestRunner

/// Shows results as they come.
final class LiveResults: Sendable {
    private let isShown: Bool
    private let lastFile = Mutex("")

    init(isShown: Bool) {
        self.isShown = isShown
    }

    func show(_ result: TestResult) {
        guard isShown else { return }
        let text = TestText(style: Terminal.output.style.test)
        var lines: [String] = []
        let isFirst = lastFile.withLock { last in
            defer { last = result.file }
            return last != result.file
        }
        if isFirst { lines.append(PlainText.line(result.file)) }
        lines.append(text.line(result))
        lines += text.failure(of: result)
        Terminal.output.write(lines.map { $0 + "\n" }.joined())
    }
}

extension TextStyle {
    /// The style of results.
    var test: TestText.Style {
        var style = TestText.Style()
        style.good = { green(PlainText.line($0)) }
        style.bad = { red(PlainText.line($0)) }
        style.dim = { dim(PlainText.line($0)) }
        style.bold = { bold(PlainText.line($0)) }
        return style
    }
}
