import ArgumentParser
import Foundation
import Synchronization
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
            file or an application is wrong.
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

    @OptionGroup var output: OutputOptions

    func run() async throws {
        let paths = TestFile.find(files)
        guard !paths.isEmpty else {
            throw CommandFailure(
                .noInput, "There are no tests in \(files.joined(separator: ", ")).",
                hint: "a test file ends in .test.yaml; see docs/testing.md")
        }
        let live = LiveResults(isShown: output.output == .table)
        let report = try await report(paths, live)
        if let junit { try write(JUnitReport(report).text, to: junit) }
        output.write(report.json(showsCoverage: coverage)) { width, style in
            lines(report, width: width, style: style)
        }
        guard report.issues.isEmpty else { throw ExitCode(ExitStatus.configuration.rawValue) }
        guard report.isSuccess else { throw ExitCode(ExitStatus.problem.rawValue) }
        guard filter == nil || !report.results.isEmpty else {
            throw CommandFailure(.problem, "No test has \"\(filter ?? "")\" in its name.")
        }
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

/// Shows results as they come.
private final class LiveResults: Sendable {
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
    fileprivate var test: TestText.Style {
        var style = TestText.Style()
        style.good = { green(PlainText.line($0)) }
        style.bad = { red(PlainText.line($0)) }
        style.dim = { dim(PlainText.line($0)) }
        style.bold = { bold(PlainText.line($0)) }
        return style
    }
}
