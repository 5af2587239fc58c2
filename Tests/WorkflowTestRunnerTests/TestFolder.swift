import Foundation
import WorkflowCatalog
import WorkflowCore
import WorkflowTestRunner

/// A folder with an application and its tests, which is removed in the end.
struct TestFolder: ~Copyable {
    let path: String

    /// - Parameter application: The text of `workflow.yaml`.
    init(_ application: String) throws {
        path = "\(NSTemporaryDirectory())/runner-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        try write(application, to: "workflow.yaml")
    }

    deinit {
        // What cannot be removed is in the folder for temporary files anyway.
        try? FileManager.default.removeItem(atPath: path)
    }

    func write(_ text: String, to name: String) throws {
        try Data(text.utf8).write(to: URL(fileURLWithPath: "\(path)/\(name)"))
    }

    /// Runs tests of the application.
    ///
    /// - Parameter tests: The text of the test file.
    func run(_ tests: String, filter: String? = nil) async throws -> TestReport {
        try write(tests, to: "workflow.test.yaml")
        let runner = TestRunner(
            registry: StandardCatalog.registry, scriptRuntime: EchoRuntime(),
            databaseDrivers: StandardCatalog.databaseDrivers, brokerProviders: StandardCatalog.brokerProviders)
        return try await runner.run(["\(path)/workflow.test.yaml"], filter: filter)
    }
}

/// Runs every script as one that returns its input, and fails for `{"fail": true}`.
struct EchoRuntime: ScriptRuntime {
    struct Echo: ScriptComponent {
        let name: String
        var contract: ScriptContract { ScriptContract() }

        func start() async throws {}
        func stop() async throws {}

        func execute(_ input: JSONValue) async throws -> JSONValue {
            guard input["fail"] != true else { throw ScriptError(.thrown, "told to fail") }
            return ["echo": input]
        }
    }

    func load(
        _ source: ScriptSource, limits: ScriptLimits, host: any ScriptHost, configuration: JSONValue
    ) async throws -> any ScriptComponent {
        Echo(name: source.name)
    }

    func shutdown() async {}
}

extension TestReport {
    /// Every failure as `line:column path: expected/actual`, without the file.
    var failures: [String] {
        results.flatMap(\.failures).map { failure in
            let place = "\(failure.location.line):\(failure.location.column)"
            guard !failure.expected.isEmpty else { return "\(place) \(failure.actual)" }
            return "\(place) \(failure.path): \(failure.expected) / \(failure.actual)"
        }
    }

    /// Every issue as `line:column message | suggestion`, without the file.
    var complaints: [String] {
        issues.map { issue in
            "\(issue.location.line):\(issue.location.column) \(issue.message)"
                + (issue.suggestion.map { " | \($0)" } ?? "")
        }
    }
}
