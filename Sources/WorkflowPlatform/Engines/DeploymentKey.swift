import WorkflowCore

/// A workflow in an environment: what is deployed, has a state and runs apart from the same workflow elsewhere.
public struct DeploymentKey: Sendable, Hashable, Comparable, CustomStringConvertible {
    /// The workflow.
    public let workflow: ID<Workflow>
    /// Where it runs.
    public let environment: EnvironmentName

    /// Creates a key.
    ///
    /// - Parameters:
    ///   - workflow: The workflow.
    ///   - environment: Where it runs.
    public init(_ workflow: ID<Workflow>, in environment: EnvironmentName = .production) {
        self.workflow = workflow
        self.environment = environment
    }

    /// The name for folders and addresses: the identifier, for other environments than ``EnvironmentName/production``
    /// with a dot and the environment behind it.
    public var description: String {
        environment == .production ? workflow.text : "\(workflow).\(environment)"
    }

    /// The name for places that take letters, digits and underscores only, such as a schema of a database.
    public var namespace: String {
        environment == .production
            ? workflow.namespace : "\(workflow.namespace)_\(environment.text.replacing("-", with: "_"))"
    }

    public static func < (left: DeploymentKey, right: DeploymentKey) -> Bool {
        (left.workflow, left.environment) < (right.workflow, right.environment)
    }
}
