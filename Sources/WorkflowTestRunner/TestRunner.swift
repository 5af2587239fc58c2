public import WorkflowCore

/// Runs the tests that stand beside an application's configuration.
///
/// Each test has an application of its own, in this process, without network or services: the state is in memory, time
/// passes only when a test says so, and what would go to other hosts is answered by mocks.
///
/// During a run all tasks of the process run on one thread, which is what makes tests repeatable.
///
/// ```swift
/// let runner = TestRunner(registry: StandardCatalog.registry, scriptRuntime: runtime)
/// let report = try await runner.run(["workflow.test.yaml"])
/// ```
public struct TestRunner: Sendable {
    private let registry: ModuleRegistry
    private let scriptRuntime: (any ScriptRuntime)?
    private let databaseDrivers: [any DatabaseDriver]
    private let brokerProviders: [String: any BrokerProvider.Type]

    /// Creates a runner.
    ///
    /// - Parameters:
    ///   - registry: The module types that applications may use; some get stand-ins.
    ///   - scriptRuntime: Runs components that are not mocked.
    ///   - databaseDrivers: The kinds of databases; only those of SQLite are opened, in memory.
    ///   - brokerProviders: The brokers that modules may name; all of them are in memory.
    public init(
        registry: ModuleRegistry, scriptRuntime: (any ScriptRuntime)? = nil,
        databaseDrivers: [any DatabaseDriver] = [], brokerProviders: [String: any BrokerProvider.Type] = [:]
    ) {
        self.registry = StandIns.registry(registry)
        self.scriptRuntime = scriptRuntime
        self.databaseDrivers = databaseDrivers
        self.brokerProviders = brokerProviders
    }

    /// Runs the tests of some files, one after the other.
    ///
    /// - Parameters:
    ///   - paths: Test files.
    ///   - filter: Runs only tests whose names have this text in them, in upper or lower case.
    ///   - onResult: Gets each result as soon as it is there.
    /// - Returns: All results, and what is wrong with files and applications.
    /// - Throws: An error when this program cannot run tests at all.
    @concurrent
    public func run(
        _ paths: [String], filter: String? = nil, onResult: @Sendable (TestResult) -> Void = { _ in }
    ) async throws -> TestReport {
        let thread = TaskThread.take()
        defer { thread.release() }
        return try await run(paths, filter, on: thread, onResult)
    }

    private func run(
        _ paths: [String], _ filter: String?, on thread: TaskThread, _ onResult: @Sendable (TestResult) -> Void
    ) async throws -> TestReport {
        let began = ContinuousClock.now
        let surroundings = TestApplication.Surroundings(
            registry: registry, scriptRuntime: scriptRuntime, databaseDrivers: databaseDrivers,
            brokerProviders: brokerProviders, thread: thread)
        var report = TestReport()
        var applications = ApplicationCache()
        var coverage = CoverageCollection()
        for path in paths {
            do {
                let file = try TestFile(path: path)
                try await run(file, filter, surroundings, &applications, &coverage) { result in
                    report.results.append(result)
                    onResult(result)
                }
            } catch let error as ConfigurationError {
                report.issues += error.issues.filter { !report.issues.contains($0) }
            }
        }
        report.coverage = coverage.all
        report.duration = ContinuousClock.now - began
        return report
    }

    private func run(
        _ file: TestFile, _ filter: String?, _ surroundings: TestApplication.Surroundings,
        _ applications: inout ApplicationCache, _ coverage: inout CoverageCollection,
        _ onResult: (TestResult) -> Void
    ) async throws {
        var isChecked = false
        for test in file.content.tests {
            if let filter, !test.name.value.lowercased().contains(filter.lowercased()) { continue }
            guard test.skip.isEmpty else {
                onResult(TestRun.skipped(test, in: file))
                continue
            }
            let variables = file.content.variables.merging(test.variables) { $1 }
            let configuration = try applications.configuration(file.application, variables)
            if !isChecked { try NameChecks.check(file, against: configuration) }
            isChecked = true
            let run = TestRun(file: file, test: test, configuration: configuration, surroundings: surroundings)
            onResult(try await run.run { coverage.add($0, files: file.application) })
        }
    }
}

/// The applications that have been read, so that each is read once.
struct ApplicationCache {
    private struct Key: Hashable {
        let files: [String]
        let variables: [String: String]
    }

    private var known: [Key: ApplicationConfiguration] = [:]

    /// - Throws: ``ConfigurationError``.
    mutating func configuration(_ files: [String], _ variables: [String: String]) throws -> ApplicationConfiguration {
        let key = Key(files: files, variables: variables)
        if let configuration = known[key] { return configuration }
        let configuration = try ConfigurationLoader(environment: variables).load(files)
        known[key] = configuration
        return configuration
    }
}

/// The coverage of each application.
struct CoverageCollection {
    private(set) var all: [TestCoverage] = []

    mutating func add(_ application: TestApplication, files: [String]) {
        let index =
            all.firstIndex { $0.application == files }
            ?? {
                all.append(TestCoverage(application: files))
                return all.count - 1
            }()
        all[index].add(application)
    }
}
