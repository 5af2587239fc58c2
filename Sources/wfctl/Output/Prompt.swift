import Foundation
import WorkflowCommandLine

/// Asks a person for a line, or reads one from a pipe.
enum Prompt {
    /// A line of text.
    ///
    /// - Parameters:
    ///   - question: What a person sees.
    ///   - what: What is wanted, for the message when nothing comes.
    /// - Throws: ``CommandFailure`` when nothing comes.
    static func line(_ question: String, _ what: String) throws -> String {
        if Terminal.input.isInteractive { Terminal.errors.write(question) }
        return try checked(readLine(), what)
    }

    /// A line of text that is not shown while it is typed.
    static func secret(_ question: String, _ what: String) throws -> String {
        guard Terminal.input.isInteractive else { return try checked(readLine(), what) }
        // The echo is off before the question is there, so that an early answer is not shown either.
        let text = withoutEcho {
            Terminal.errors.write(question)
            return readLine()
        }
        Terminal.errors.write("\n")
        return try checked(text, what)
    }

    private static func checked(_ text: String?, _ what: String) throws -> String {
        guard let text, !text.isEmpty else {
            guard Terminal.input.isInteractive else {
                throw CommandFailure(.noInput, "There is no \(what) on standard input.")
            }
            throw CommandFailure(.declined, "Nothing was changed.")
        }
        return text
    }

    /// Runs `body` while the terminal does not show what is typed.
    private static func withoutEcho<Result>(_ body: () -> Result) -> Result {
        var settings = termios()
        guard tcgetattr(STDIN_FILENO, &settings) == 0 else { return body() }
        let before = settings
        settings.c_lflag &= ~tcflag_t(ECHO)
        tcsetattr(STDIN_FILENO, TCSAFLUSH, &settings)
        defer {
            var restored = before
            tcsetattr(STDIN_FILENO, TCSAFLUSH, &restored)
        }
        return body()
    }
}
