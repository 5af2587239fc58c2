import ArgumentParser
import WorkflowCommandLine
import WorkflowCore

/// `wfctl validate`: checks a configuration without starting anything.
struct ValidateCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "validate", abstract: "Shows everything that is wrong with a configuration.",
        discussion: """
            Nothing is started. ${NAME} stands for the variable of this shell's environment. Several files are the parts \
            of one configuration: they are merged and checked together. Ends with 65 when there are errors.
            """)

    @Argument(
        help: "Configuration files or folders; several are merged. By default workflow.yaml or app.yaml.",
        completion: .file(extensions: ["yaml", "yml"]))
    var files: [String] = []

    @OptionGroup var output: OutputOptions

    func run() async throws {
        let files = try ProjectFile.find(files)
        do {
            let configuration = try ConfigurationCheck.load(files)
            try await ConfigurationCheck.validate(configuration)
            output.write(document(configuration)) { _, style in [summary(of: configuration, files, style)] }
        } catch let error as ConfigurationError {
            let report = IssueReport(error.issues)
            output.write([
                "valid": false, "errors": .integer(Int64(error.issues.count)), "issues": report.json,
            ]) { width, style in
                [report.text(width: width, style: style), "", "\(report.counts)."]
            }
            throw ExitCode(ExitStatus.configuration.rawValue)
        }
    }

    private func document(_ configuration: ApplicationConfiguration) -> JSONValue {
        [
            "valid": true, "errors": 0, "issues": [], "files": .array(configuration.files.map(JSONValue.string)),
            "modules": .integer(Int64(configuration.modules.count)),
            "workflows": .integer(Int64(configuration.workflows.count)),
            "triggers": .integer(Int64(configuration.triggers.count)),
        ]
    }

    private func summary(
        of configuration: ApplicationConfiguration, _ files: [String], _ style: TextStyle
    ) -> String {
        let counts = [
            (configuration.modules.count, "module"), (configuration.workflows.count, "workflow section"),
            (configuration.triggers.count, "trigger section"),
        ].filter { $0.0 > 0 }.map { IssueReport.count($0.0, $0.1) }
        let name = PlainText.line(files.joined(separator: ", "))
        return "\(name) \(style.green("is valid")): \(counts.isEmpty ? "empty" : counts.joined(separator: ", "))."
    }
}
