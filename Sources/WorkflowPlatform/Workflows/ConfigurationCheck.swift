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

    /// Runs a deployment, whose errors become answers.
    ///
    /// - Throws: ``HTTPError`` 409, 422 or 503.
    static func translating<Result>(
        in environment: EnvironmentName, _ body: () async throws -> Result
    ) async throws -> Result {
        do {
            return try await body()
        } catch let error as DeploymentError {
            throw refusal(error, error.issues.map { naming(environment, $0) })
        }
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
        case .invalid:
            let first = issues.first.map { ": \($0.path.isEmpty ? "" : "\($0.path): ")\($0.message)" } ?? ""
            let rest = issues.count > 1 ? " (and \(issues.count - 1) more)" : ""
            return PlatformError.problem(
                .unprocessableContent, "invalid-configuration",
                "The configuration is not valid\(first.prefix(2000))\(rest)",
                details: ["errors": .array(issues.prefix(100).map(json))])
        case .conflict:
            return PlatformError.conflict("deployment-conflict", "The version was not deployed: \(error.message)")
        default:
            return PlatformError.problem(
                .serviceUnavailable, "deployment-unavailable", "The version was not deployed: \(error.message)")
        }
    }

    private static func json(_ issue: ConfigurationIssue) -> JSONValue {
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
    ) throws -> JSONObject {
        do {
            let plan = ReloadPlan(
                from: try read(old.configuration), to: try read(new.configuration), registry: registry)
            return [
                "from": .integer(Int64(old.number)), "to": .integer(Int64(new.number)), "plan": plan.json,
            ]
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
