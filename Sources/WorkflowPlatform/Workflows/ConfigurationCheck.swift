import HTTPTypes
import WorkflowCore
import WorkflowStore

/// Checks configurations as their deployment would, and compares them.
enum ConfigurationCheck {
    private static let missingSecret = "there is no secret "

    /// Makes sure that a configuration can run; secrets that are not set yet are no error before it is deployed.
    ///
    /// - Throws: ``HTTPError`` 422 with everything that is wrong.
    static func check(_ configuration: String, of workflow: Workflow, _ call: APICall) async throws {
        let deployments = call.services.workflows
        let secrets = try await call.services.database.read {
            try deployments.vault.values(of: workflow, in: .production, $0)
        }
        let deployment = try deployments.deployment(
            configuration, version: workflow.version + 1, of: workflow, secrets: secrets)
        do {
            try await deployments.engines.validate(deployment)
        } catch let error as DeploymentError {
            let issues = error.issues.filter { !$0.message.hasPrefix(missingSecret) }
            if error.code == .invalid, issues.isEmpty { return }
            throw refusal(error, issues)
        }
    }

    /// The answer to an error of a deployment in an environment: 409, 422 or 503.
    static func answer(to error: any Error, in environment: EnvironmentName) -> any Error {
        guard let error = error as? DeploymentError else { return error }
        return refusal(error, error.issues.map { naming(environment, $0) })
    }

    /// An issue that says in which environment a secret is missing: each has its own.
    private static func naming(_ environment: EnvironmentName, _ issue: ConfigurationIssue) -> ConfigurationIssue {
        guard issue.message.hasPrefix(missingSecret) else { return issue }
        return ConfigurationIssue(
            location: issue.location, path: issue.path,
            message: "\(issue.message) in the environment \(environment.text)",
            suggestion: "set it there, or name the environment that has it")
    }

    private static func refusal(_ error: DeploymentError, _ issues: [ConfigurationIssue]) -> HTTPError {
        switch error.code {
        case .invalid where issues.contains { $0.location.file == ReloadMapping.file }:
            return PlatformError.problem(
                .unprocessableContent, "invalid-mapping",
                "The mapping does not fit the version: \(issues.map(\.description).joined(separator: "; ").prefix(2000))",
                details: ["errors": .array(issues.prefix(100).map(json))])
        case .invalid:
            let first = issues.first.map { ": \($0.path.isEmpty ? "" : "\($0.path): ")\($0.message)" } ?? ""
            let rest = issues.count > 1 ? " (and \(issues.count - 1) more)" : ""
            return PlatformError.problem(
                .unprocessableContent, "invalid-configuration",
                "The configuration is not valid\(first.prefix(2000))\(rest)",
                details: ["errors": .array(issues.prefix(100).map(json))])
        case .conflict where !error.stranded.isEmpty:
            return PlatformError.problem(
                .conflict, "stranded-instances",
                "The version was not deployed: \(error.message). Say where they go with mapping, such as "
                    + "\(example(error.stranded[0])), or leave them there with force.",
                details: ["stranded": .array(error.stranded.map(\.json))])
        case .conflict:
            return PlatformError.conflict("deployment-conflict", "The version was not deployed: \(error.message)")
        default:
            return PlatformError.problem(
                .serviceUnavailable, "deployment-unavailable", "The version was not deployed: \(error.message)")
        }
    }

    private static func example(_ group: StrandedInstances) -> String {
        JSONValue.object([group.definition: [group.state: "…"]]).jsonString()
    }

    private static func json(_ issue: ConfigurationIssue) -> JSONValue {
        if issue.location.file == ReloadMapping.file {
            let pointer = "/" + issue.path.replacing(".", with: "/")
            return SchemaProblem(pointer: pointer, detail: Suggestion.sentence(issue.message, issue.suggestion)).json
        }
        var json: JSONObject = [
            "pointer": "/config_yaml", "detail": .string(String(issue.message.prefix(10_000))),
            "path": .string(String(issue.path.prefix(1000))), "line": .integer(Int64(issue.location.line)),
            "column": .integer(Int64(issue.location.column)),
        ]
        if let suggestion = issue.suggestion { json["hint"] = .string(String(suggestion.prefix(10_000))) }
        return .object(json)
    }

    /// What the deployment of one version in place of another changes. Secrets stand in it by their names only.
    ///
    /// - Throws: ``HTTPError`` 422 when one of them cannot be read.
    static func difference(
        _ old: WorkflowVersion, _ new: WorkflowVersion, registry: ModuleRegistry
    ) throws -> ReloadPlan {
        do {
            return ReloadPlan(
                from: try read(old.configuration), to: try read(new.configuration), registry: registry)
        } catch let error as ConfigurationError {
            throw refusal(DeploymentError(.invalid, "", issues: error.issues), error.issues)
        }
    }

    private static func read(_ configuration: String) throws -> ApplicationConfiguration {
        var secrets: [String: String] = [:]
        for match in configuration.matches(of: /\$\{secret\.([A-Za-z_][A-Za-z0-9_]*)/) {
            secrets[String(match.1)] = "${secret.\(match.1)}"
        }
        return try ApplicationConfiguration(yaml: configuration, file: Deployment.file, secrets: secrets)
    }
}
