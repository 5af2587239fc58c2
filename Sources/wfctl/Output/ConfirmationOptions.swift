import ArgumentParser
import WorkflowCommandLine

/// Whether a command asks before it changes something.
struct ConfirmationOptions: ParsableArguments {
    @Flag(name: .shortAndLong, help: "Do not ask; the answer is yes.")
    var yes = false

    @Flag(help: "Never ask; fail where an answer would be needed.")
    var noInput = false

    /// Asks a person.
    ///
    /// - Parameter question: What would be done, as a question.
    /// - Throws: ``CommandFailure`` when the answer is no, or nobody can be asked.
    func confirm(_ question: String) throws {
        guard !yes else { return }
        guard !noInput, Terminal.input.isInteractive else {
            throw CommandFailure(
                .usage, "\(PlainText.line(question)) There is nobody to ask.", hint: "pass --yes when you are sure")
        }
        Terminal.errors.write("\(PlainText.line(question)) [y/N] ")
        let answer = readLine()?.lowercased() ?? ""
        guard answer == "y" || answer == "yes" else {
            throw CommandFailure(.declined, "Nothing was changed.")
        }
    }
}
