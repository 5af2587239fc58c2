import WorkflowCore

/// One run of one test.
struct TestRun {
    private static let logLines = 10

    let file: TestFile
    let test: TestCase
    let configuration: ApplicationConfiguration
    let surroundings: TestApplication.Surroundings

    static func skipped(_ test: TestCase, in file: TestFile) -> TestResult {
        TestResult(
            file: file.path, name: test.name.value, location: test.name.location, outcome: .skipped, reason: test.skip,
            failures: [], log: [], duration: .zero)
    }

    /// Runs the test.
    ///
    /// - Parameter look: Gets the application after the last step, before it stops.
    /// - Throws: ``ConfigurationError`` when the application is wrong, or what the test names is not there.
    func run(_ look: (TestApplication) -> Void) async throws -> TestResult {
        let began = ContinuousClock.now
        let log = TestLog()
        let application: TestApplication
        do {
            application = try await TestApplication.start(
                configuration, clock: test.clock?.timestamp ?? file.content.clock?.timestamp,
                mocks: test.mocks.merging(file.content.mocks), log: log, surroundings)
        } catch let error as ConfigurationError {
            throw error
        } catch {
            let failure = TestFailure(
                location: test.name.location, step: "start", path: "", expected: "", actual: "\(error)")
            return result([failure], log, since: began)
        }
        do {
            try await application.add(file.content.given + test.given)
            let failures = await steps(of: application)
            let refused = application.recorder.refused.map {
                "nothing leaves a test, and no mock answers \($0); add it to mocks.hosts"
            }
            let lines = failures.isEmpty ? [] : log.last(Self.logLines) + refused
            look(application)
            await application.stop()
            return result(failures, lines, since: began)
        } catch {
            await application.stop()
            guard !(error is ConfigurationError) else { throw error }
            let failure = TestFailure(
                location: test.name.location, step: "given", path: "", expected: "", actual: "\(error)")
            return result([failure], log, since: began)
        }
    }

    /// Does one step after the other; those after one that fails are left out.
    private func steps(of application: TestApplication) async -> [TestFailure] {
        for (index, step) in test.steps.enumerated() {
            let name = "step \(index + 1): \(step.value.title)"
            do {
                let result = try await application.perform(step.value)
                var check = ExpectationCheck(
                    step.value.expect ?? Expectation(), of: application, after: result, at: step.location)
                try await check.run()
                guard check.mismatches.isEmpty else {
                    return check.mismatches.map { mismatch in
                        TestFailure(
                            location: mismatch.location, step: name, path: mismatch.path, expected: mismatch.expected,
                            actual: mismatch.actual)
                    }
                }
            } catch {
                let text = (error as? WorkflowError)?.message ?? "\(error)"
                return [TestFailure(location: step.location, step: name, path: "", expected: "", actual: text)]
            }
        }
        return []
    }

    private func result(_ failures: [TestFailure], _ log: TestLog, since began: ContinuousClock.Instant) -> TestResult {
        result(failures, log.last(Self.logLines), since: began)
    }

    private func result(
        _ failures: [TestFailure], _ lines: [String], since began: ContinuousClock.Instant
    ) -> TestResult {
        TestResult(
            file: file.path, name: test.name.value, location: test.name.location,
            outcome: failures.isEmpty ? .passed : .failed, reason: "", failures: failures, log: lines,
            duration: ContinuousClock.now - began)
    }
}

extension TestStep {
    /// What it does, in a few words.
    var title: String {
        if !name.isEmpty { return name }
        if let request { return "\(request.method) \(request.path.text)" }
        if let publish { return "publish \(publish.topic.text)" }
        if let invoke { return "invoke \(invoke.workflow) \(invoke.action)" }
        if let fire { return "fire \(fire.transition)" }
        if let execute { return "execute \(execute.component.value)" }
        if let advance { return "advance \(advance.configurationValue?.stringValue ?? "\(advance)")" }
        if let advanceTo { return "advance to \(advanceTo.timestamp)" }
        return "expect"
    }
}
