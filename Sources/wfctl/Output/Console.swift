import WorkflowCommandLine
import WorkflowCore

/// Messages for people, on standard error.
enum Console {
    /// Writes a message.
    static func note(_ text: String) {
        Terminal.errors.write(PlainText.lines(text) + "\n")
    }

    /// Writes a message that deserves attention.
    static func warn(_ text: String) {
        Terminal.errors.write("\(Terminal.errors.style.yellow("warning")): \(PlainText.lines(text))\n")
    }

    /// Writes what is known about an error.
    ///
    /// - Returns: How the program ends.
    static func report(_ error: any Error) -> ExitStatus {
        let (width, style) = (Terminal.errors.width, Terminal.errors.style)
        let report = FailureReport(error, consequence: nil) { error in
            IssueReport(error.issues).text(width: width, style: style)
        }
        if error is ConfigurationError {
            Terminal.errors.write(report.text + "\n")
        } else {
            let text = PlainText.lines(report.text)
            Terminal.errors.write(text.replacing(#/^error/#, with: style.red("error")) + "\n")
        }
        return report.status
    }
}
