import HTTPTypes
import Logging
import Testing
import WorkflowCore
import WorkflowStore

@testable import WorkflowPlatform

extension TestPlatform {
    /// Has a workflow log lines, and returns when they are written.
    ///
    /// - Parameter lines: The levels and messages.
    func log(
        _ lines: [(level: Logger.Level, message: String)], module: String = "shop", execution: String? = nil,
        of workflow: ID<Workflow>
    ) async throws {
        let before = try await logTotal(of: workflow)
        for line in lines { record(line.level, line.message, module: module, execution: execution, of: workflow) }
        try await until { try await logTotal(of: workflow) == before + lines.count }
    }

    /// Has a workflow log a line.
    func record(
        _ level: Logger.Level, _ message: String, module: String = "shop", execution: String? = nil,
        of workflow: ID<Workflow>
    ) {
        var metadata: Logger.Metadata = ["module": "\(module)", "place": "here"]
        if let execution { metadata["execution.id"] = "\(execution)" }
        let event = LogEvent(
            level: level, message: "\(message)", metadata: nil, source: nil, file: "", function: "", line: 1)
        services.logs.record(event, metadata, of: DeploymentKey(workflow), in: LogLine.Task())
    }

    /// How many lines a workflow has, as its counts say.
    func logTotal(of workflow: ID<Workflow>) async throws -> Int {
        Int(try await services.database.read { try LogCountTable.find(workflow, $0)?.counts.total } ?? 0)
    }

    /// The messages of a list of lines.
    func messages(_ path: String, token: String) async throws -> [String] {
        let answer = try await send(.get, path, token: token)
        return try answer.data.arrayValue?.compactMap { $0["message"]?.stringValue } ?? [answer.text]
    }
}
