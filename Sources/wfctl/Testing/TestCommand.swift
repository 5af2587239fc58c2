import ArgumentParser
import Foundation
import Logging
import WorkflowCatalog
import WorkflowCommandLine
import WorkflowCore
import WorkflowTestRunner

#if JavaScript
import WorkflowJavaScript
#endif

/// `wfctl test`: runs the tests that stand beside a configuration.
struct TestCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "test", abstract: "Runs the tests that stand beside a configuration.",
        usage: "wfctl test [<files> ...] [<options>]",
        discussion: """
            Each test runs an application of its own in this process, without network or services, and with a clock that \
            only the test moves; docs/testing.md describes the files. Ends with 1 when a test fails, and with 65 when a \
            file or an application is wrong. With --watch it goes on until Ctrl-C.
            """)

    @Argument(
        help: "Test files, or folders that are searched for *.test.yaml; by default the folder you are in.",
        completion: .file(extensions: ["yaml", "yml"]))
    var files: [String] = ["."]

    @Option(name: .shortAndLong, help: "Run only tests whose names have this text in them.")
    var filter: String?

    @Flag(help: "Show which states, transitions, routes and steps the tests have used.")
    var coverage = false

    @Option(help: "Also write the results to this file, in the form of JUnit.", completion: .file())
    var junit: String?

    @Flag(help: "Run tests again when they change, or their configuration or a file that it names; Ctrl-C stops.")
    var watch = false

    @OptionGroup var output: OutputOptions

    func validate() throws {
        guard !watch || output.output == .table else {
            throw ValidationError("--watch is for people; leave --output out, or use --junit FILE.")
        }
    }

    func run() async throws {
        let paths = TestFile.find(files)
        guard !paths.isEmpty else {
            throw CommandFailure(
                .noInput, "There are no tests in \(files.joined(separator: ", ")).",
                hint: "a test file ends in .test.yaml; see docs/testing.md")
        }
        if watch {
            await TestWatch(named: files, paths: paths, logger: Logger(label: "wfctl") { _ in MessageLogHandler() })
                .run(paths) { _ = try await show($0) }
            return
        }
        let report = try await show(paths)
        guard report.issues.isEmpty else { throw ExitCode(ExitStatus.configuration.rawValue) }
        guard report.isSuccess else { throw ExitCode(ExitStatus.problem.rawValue) }
        guard filter == nil || !report.results.isEmpty else {
            throw CommandFailure(.problem, "No test has \"\(filter ?? "")\" in its name.")
        }
    }

    /// Runs the tests of some files, and shows what came of it.
    private func show(_ paths: [String]) async throws -> TestReport {
        let live = LiveResults(isShown: output.output == .table)
        let report = try await report(paths, live)
        if let junit { try write(JUnitReport(report).text, to: junit) }
        output.write(report.json(showsCoverage: coverage)) { width, style in
            lines(report, width: width, style: style)
        }
        return report
    }

    private func report(_ paths: [String], _ live: LiveResults) async throws -> TestReport {
        #if JavaScript
        // Scripts of the person who runs the tests; threads of this process answer quickest.
        let runtime: (any ScriptRuntime)? = try JavaScriptRuntime(isolation: .inProcess())
        #else
        let runtime: (any ScriptRuntime)? = nil
        #endif
        let runner = TestRunner(
            registry: StandardCatalog.registry, scriptRuntime: runtime,
            databaseDrivers: StandardCatalog.databaseDrivers, brokerProviders: StandardCatalog.brokerProviders)
        do {
            let report = try await runner.run(paths, filter: filter) { live.show($0) }
            await runtime?.shutdown()
            return report
        } catch {
            await runtime?.shutdown()
            throw error
        }
    }

    private func lines(_ report: TestReport, width: Int?, style: TextStyle) -> [String] {
        let text = TestText(style: style.test)
        var lines: [String] = []
        if !report.issues.isEmpty {
            let issues = IssueReport(report.issues)
            lines += ["", issues.text(width: width, style: style), "", "\(issues.counts); tests were left out."]
        }
        if coverage { lines += report.coverage.flatMap { [""] + text.coverage($0) } }
        return lines + ["", text.summary(report)]
    }

    private func write(_ text: String, to file: String) throws {
        do {
            try Data(text.utf8).write(to: URL(fileURLWithPath: file), options: .atomic)
        } catch {
            throw CommandFailure(.cannotWrite, "\(file) cannot be written: \(error.localizedDescription)")
        }
    }
}
