import ArgumentParser
import Foundation
import Logging
import WorkflowCommandLine
import WorkflowCore
import WorkflowHTTP
import WorkflowServer

/// `wfctl dev`: runs a project, shows what happens in it, and applies what is saved.
struct DevCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "dev",
        abstract: "Runs the application of a project, shows what happens, and applies what you save.",
        usage: "wfctl dev [<file>] [<options>]",
        discussion: """
            Shows requests, transitions, scheduled runs, reloads, scripts that were replaced, and errors with their lines. \
            A configuration that does not work is not taken, and what ran before goes on. The state is kept in .workflow \
            beside the configuration, so that it is there after a restart. Ctrl-C stops.
            """)

    @Argument(
        help: "The configuration; by default workflow.yaml or app.yaml in the folder you are in.",
        completion: .file(extensions: ["yaml", "yml"]))
    var file: String?

    @Option(help: "Folder for the state, or none to begin with nothing each time.")
    var state: String?

    @Option(help: "Address of the management API, or none; by default 127.0.0.1:8081, or a free port.")
    var managementAddress: String?

    @Flag(name: .shortAndLong, help: "Also show scripts, messages, requests to other hosts, and what modules log.")
    var verbose = false

    func validate() throws {
        guard let managementAddress, managementAddress != "none" else { return }
        do {
            _ = try ListenAddress(managementAddress)
        } catch {
            throw ValidationError("--management-address: \(error)")
        }
    }

    func run() async throws {
        let file = try ProjectFile.find(file)
        let console = DevelopmentConsole(isVerbose: verbose)
        var process = ApplicationProcess(files: [file])
        process.state = state
        process.managementAddress = managementAddress
        process.isWatching = true
        process.endsWithTerminal = true
        process.drain = .seconds(1)
        process.stopLimit = .seconds(2)
        process.onStopLimit = {
            console.write([console.style.dim("Stopped; what was still under way was cut off.")])
            console.flush()
        }
        let logs = LogRecords()
        process.logs = logs
        process.logger = Logger(label: "workflow") { _ in DevelopmentLogHandler(console: console, records: logs) }
        process.tracer = DevelopmentTracer { console.show($0) }
        process.watchObserver = console
        defer { console.flush() }
        try await run(process, console)
        console.write([console.style.dim("Stopped.")])
    }

    /// Runs the application; with a person in front of it, one that cannot be started is tried again when a file is
    /// saved.
    private func run(_ process: ApplicationProcess, _ console: DevelopmentConsole) async throws {
        var process = process
        while true {
            let began = ContinuousClock.now
            process.onReady = { [file = process.files[0]] summary, notes in
                let took = ContinuousClock.now - began
                console.write(
                    DevelopmentStart(file: file, summary: summary, notes: notes, took: took).lines(style: console.style)
                )
            }
            do {
                return try await process.run()
            } catch let error as ConfigurationError where console.terminal.isInteractive {
                console.write(
                    console.lines(error) + [console.style.dim("Save a file to try again. Ctrl-C stops."), ""])
                let files = process.files + error.issues.map(\.location.file)
                guard await ChangeWait.wait(for: files, logger: process.logger) else { return }
            }
        }
    }
}
