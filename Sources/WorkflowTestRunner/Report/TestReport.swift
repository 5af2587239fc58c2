public import WorkflowCore

/// What the run of some test files has led to.
public struct TestReport: Sendable {
    /// The tests in the order in which they ran.
    public internal(set) var results: [TestResult] = []
    /// What is wrong with test files or applications, whose tests did not run.
    public internal(set) var issues: [ConfigurationIssue] = []
    /// Which parts of the applications the tests have used, by the files of the application.
    public internal(set) var coverage: [TestCoverage] = []
    /// How long it took, in real time.
    public internal(set) var duration = Duration.zero

    /// How many tests ended in some way.
    public func count(_ outcome: TestResult.Outcome) -> Int {
        results.count { $0.outcome == outcome }
    }

    /// Whether every test that ran has passed and every file could be read.
    public var isSuccess: Bool { issues.isEmpty && count(.failed) == 0 }
}

/// What one test has led to.
public struct TestResult: Sendable {
    /// How a test ended.
    public enum Outcome: String, Sendable {
        case passed, failed, skipped
    }

    /// The file as it was named.
    public let file: String
    /// The name.
    public let name: String
    /// Where it stands.
    public let location: SourceLocation
    /// How it ended.
    public let outcome: Outcome
    /// Why it was skipped.
    public let reason: String
    /// What is not as expected; empty when it has not failed.
    public let failures: [TestFailure]
    /// The last lines of the log, for a test that has failed.
    public let log: [String]
    /// How long it took, in real time.
    public let duration: Duration
}

/// Something that is not as expected.
public struct TestFailure: Sendable {
    /// Where the expectation stands.
    public let location: SourceLocation
    /// The step, such as `step 2: POST /api/orders`.
    public let step: String
    /// What was compared, such as `body.items[0].id`; empty when a step could not be done.
    public let path: String
    /// What was expected; empty when a step could not be done.
    public let expected: String
    /// What there is, or what went wrong.
    public let actual: String
}
