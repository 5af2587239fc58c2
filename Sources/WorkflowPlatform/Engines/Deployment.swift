public import WorkflowCore

/// A version of a workflow, with everything that it needs to run.
public struct Deployment: Sendable {
    /// The workflow.
    public let workflow: ID<Workflow>
    /// Where it runs.
    public let environment: EnvironmentName
    /// Which version of it.
    public let version: Int
    /// The configuration in YAML.
    public let configuration: String
    /// What the configuration names beside itself, such as scripts: the texts by their relative paths.
    public var files: [String: String]
    /// The values of `${NAME}`. Variables of the process are never visible.
    public var variables: [String: String]
    /// The values of `${secret.NAME}`.
    public var secrets: [String: SecretString]
    /// Where its requests arrive.
    public var mount: DeploymentMount
    /// What it may use.
    public var limits: DeploymentLimits
    /// Decides whether its requests are taken; `nil` when they always are.
    public var gate: RequestGate?
    /// What is deployed.
    public var key: DeploymentKey { DeploymentKey(workflow, in: environment) }
    /// Tells deployments of one workflow apart, also those of the same version.
    var number = 0

    /// Creates a deployment.
    ///
    /// - Parameters:
    ///   - workflow: The workflow.
    ///   - environment: Where it runs.
    ///   - version: Which version of it.
    ///   - configuration: The configuration in YAML.
    ///   - files: What the configuration names beside itself.
    ///   - variables: The values of `${NAME}`.
    ///   - secrets: The values of `${secret.NAME}`.
    ///   - mount: Where its requests arrive.
    ///   - limits: What it may use.
    ///   - gate: Decides whether its requests are taken.
    public init(
        workflow: ID<Workflow>, environment: EnvironmentName = .production, version: Int, configuration: String,
        files: [String: String] = [:], variables: [String: String] = [:], secrets: [String: SecretString] = [:],
        mount: DeploymentMount, limits: DeploymentLimits = DeploymentLimits(), gate: RequestGate? = nil
    ) {
        self.workflow = workflow
        self.environment = environment
        self.version = version
        self.configuration = configuration
        self.files = files
        self.variables = variables
        self.secrets = secrets
        self.mount = mount
        self.limits = limits
        self.gate = gate
    }
}
