import ArgumentParser
import WorkflowCommandLine
import WorkflowCore

/// The plan of a configuration that is not saved.
enum PlatformPlan {
    /// Asks what a configuration would change.
    ///
    /// - Returns: The version that it is compared with, and the plan.
    /// - Throws: ``CommandFailure``; `ExitCode` for a configuration with errors, which have been printed.
    static func request(
        _ text: String, _ file: String, _ workflow: PlatformItem, _ client: PlatformClient, seconds: Int
    ) async throws -> JSONValue {
        let answer = try await client.send(
            "POST", "/workflows/\(workflow.id)/plan", ["config_yaml": .string(text)], seconds: seconds)
        try PlatformIssues.check(answer, text, file, "Nothing was changed.")
        return try answer.data("workflow \(workflow.slug)")
    }

    /// The plan in what a platform answers.
    ///
    /// - Throws: ``CommandFailure`` for what is none.
    static func plan(in document: JSONValue) throws -> ReloadPlan {
        do {
            return try ReloadPlan(json: document["plan"] ?? .null)
        } catch {
            throw CommandFailure(
                .protocolMismatch, "The plan of the platform is not understood: \(error)",
                hint: "use the wfctl of the version that the platform has")
        }
    }
}

/// The configuration of a person's folder.
enum PlatformConfigurationFile {
    /// Reads it.
    ///
    /// - Parameter path: The file; `nil` for the one of the project in the folder.
    static func read(_ path: String?) throws -> (text: String, file: String) {
        let file = try path ?? ProjectFile.find(nil)
        let text = try InputFile.text(of: file)
        guard text.contains(where: { !$0.isWhitespace }) else {
            throw CommandFailure(.configuration, "\(file) is empty.")
        }
        return (text, file)
    }
}
