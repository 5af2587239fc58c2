import ArgumentParser
import WorkflowCommandLine
import WorkflowCore

/// `wfctl doctor`: what is wrong with this machine, or with a configuration on it.
struct DoctorCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "doctor", abstract: "Finds out what is wrong with this machine, or with a configuration on it.",
        discussion: """
            Nothing is changed: ports are bound for a moment and left, databases are only connected to. Run it as the user \
            that runs the server, and not while it runs. Ends with 1 when something would keep an application from running.
            """)

    @Argument(help: "Configuration files or folders to look at too.", completion: .file(extensions: ["yaml", "yml"]))
    var files: [String] = []

    @OptionGroup var output: OutputOptions

    func run() async throws {
        var findings = MachineChecks.run()
        if !files.isEmpty { findings += try await ApplicationChecks(files: files).run() }
        let failures = findings.count { $0.level == .problem }
        let documents = findings.map { finding -> JSONValue in
            var document: JSONObject = [
                "check": .string(finding.name), "result": .string(finding.level.rawValue),
                "message": .string(finding.message),
            ]
            if let hint = finding.hint { document["hint"] = .string(hint) }
            return .object(document)
        }
        output.write(["healthy": .bool(failures == 0), "checks": .array(documents)]) { width, style in
            findings.flatMap { $0.lines(width: width, style: style) }
                + ["", failures == 0 ? "Nothing is wrong." : "\(IssueReport.count(failures, "problem"))."]
        }
        if failures > 0 { throw ExitCode(ExitStatus.problem.rawValue) }
    }
}

/// What a check has found.
struct Finding {
    /// How bad it is.
    enum Level: String {
        case good, note, problem
    }

    let name: String
    let level: Level
    let message: String
    var hint: String?

    /// The lines, of a width if it is given.
    func lines(width: Int?, style: TextStyle) -> [String] {
        let mark =
            switch level {
            case .good: style.green("ok     ")
            case .note: style.yellow("note   ")
            case .problem: style.red("problem")
            }
        let title = name.count < 14 ? name + String(repeating: " ", count: 14 - name.count) : name + " "
        let margin = String(repeating: " ", count: 24)
        let text = PlainText.wrapped(PlainText.line(message), width: width.map { $0 - 24 } ?? 10_000)
        let hints = hint.map {
            PlainText.wrapped("hint: \(PlainText.line($0))", width: width.map { $0 - 24 } ?? 10_000)
        }
        return text.enumerated().map { $0 == 0 ? "\(mark)  \(title) \($1)" : margin + $1 }
            + (hints ?? []).map { margin + $0 }
    }
}
