import ArgumentParser
import Foundation
import Logging
import WorkflowCommandLine
import WorkflowCore

/// `wfctl component run`
struct RunComponent: AsyncParsableCommand {
    /// How much of a script's log is shown.
    enum LogLevel: String, ExpressibleByArgument, CaseIterable {
        case debug, info, warn, error

        var level: Logger.Level {
            switch self {
            case .debug: .debug
            case .info: .info
            case .warn: .warning
            case .error: .error
            }
        }
    }

    static let configuration = CommandConfiguration(
        commandName: "run", abstract: "Executes a component with an input.",
        usage: "wfctl component run <file> [<options>]",
        discussion: """
            The script runs in the sandbox of the server, with its limits. The result is printed as JSON, log lines go \
            to standard error. Without --config the component gets no configuration and is granted nothing.

            With --config its module says what its init gets, what it may use and what it is granted. The state is an \
            empty one in memory, and what is published is shown; requests of workflow.fetch are real.

            Ends with 1 when the script fails, 64 when the input is wrong, 65 when the script is no component, 66 when \
            a file cannot be read, and 75 when it takes longer than it may.
            """)

    @Argument(help: "The file with JavaScript.", completion: .file(extensions: ["js"]))
    var file: String

    @Option(
        name: .shortAndLong,
        help: "A file with the input as JSON, or - for standard input; by default an empty object.",
        completion: .file(extensions: ["json"]))
    var input: String?

    @Option(
        name: .shortAndLong, help: "A configuration with a dynamic.component for the file.",
        completion: .file(extensions: ["yaml", "yml"]))
    var config: [String] = []

    @Option(help: ArgumentHelp("The module of the configuration, when several have the file.", valueName: "name"))
    var module: String?

    @Option(
        help: ArgumentHelp("The least severe lines of the log to show: debug, info, warn or error.", valueName: "level")
    )
    var logLevel: LogLevel = .info

    func validate() throws {
        if module != nil, config.isEmpty { throw ValidationError("--module needs --config.") }
    }

    func run() async throws {
        let text = try InputFile.text(of: file)
        let value = try input.map { try Self.value(of: $0) } ?? [:]
        let application = try ComponentApplication(file: file, configurations: config, module: module)
        let runtime = try ScriptSandbox.runtime()
        do {
            let result = try await application.execute(value, runtime: runtime, logLevel: logLevel.level)
            await runtime.shutdown()
            Terminal.output.write(result.jsonString(pretty: true) + "\n")
        } catch {
            await runtime.shutdown()
            throw failure(error, text)
        }
    }

    /// What a person is told, and how the program ends.
    private func failure(_ error: any Error, _ text: String) -> any Error {
        let (width, style) = (Terminal.errors.width, Terminal.errors.style)
        switch error {
        case let error as ConfigurationError:
            Terminal.errors.write(IssueReport(error.issues).text(width: width, style: style) + "\n")
            return ExitCode(ExitStatus.configuration.rawValue)
        case let error as ScriptError:
            let lines = ScriptFailureText.lines(error, file: file, text: text, width: width, style: style)
            Terminal.errors.write(lines.map { $0 + "\n" }.joined())
            return ExitCode(Self.status(of: error).rawValue)
        default: return error
        }
    }

    private static func status(of error: ScriptError) -> ExitStatus {
        switch error.code {
        case .syntax, .contract: .configuration
        case .timeLimit: .timeout
        case .invalidInput: .usage
        case .thrown, .invalidValue, .memoryLimit: .problem
        default: .unavailable
        }
    }

    private static func value(of input: String) throws -> JSONValue {
        let name = input == "-" ? "standard input" : input
        do {
            return try JSONValue(parsing: try InputFile.text(of: input))
        } catch let error as JSONParsingError {
            throw CommandFailure(
                .usage, "\(name):\(error.line):\(error.column): the input is not JSON: \(error.message)",
                hint: "for example {\"id\": \"1\"}")
        }
    }
}
