public import WorkflowCore

/// A workflow of a project: what people call it, and which of its versions is wanted to run.
public struct Workflow: Sendable {
    /// What is wanted of it; what it really does is for ``DeploymentStatus`` to say.
    public enum Status: String, Sendable, CaseIterable {
        /// It was never deployed.
        case draft
        /// It is to run.
        case active
        /// It was stopped.
        case stopped
    }

    /// The identifier.
    public let id: ID<Workflow>
    /// The company that it belongs to.
    public let company: ID<Company>
    /// The organization that it belongs to.
    public let organization: ID<Organization>
    /// The project that it belongs to.
    public let project: ID<Project>
    /// The name for people.
    public var name: String
    /// The name for addresses, unique in its project; it never changes.
    public let slug: String
    /// What it is for.
    public var description: String
    /// What people find it by.
    public var labels: [String: String] = [:]
    /// The newest version of the configuration; 0 while there is none.
    public var version: Int
    /// What is wanted of it.
    public var status: Status
    /// The version that is to run; `nil` when none is.
    public var deployedVersion: Int?
    /// Who created it.
    public let createdBy: ID<User>
    /// Who changed it last.
    public var updatedBy: ID<User>
    /// Counts the changes, from 1.
    public var revision: Int64
    /// When it was created.
    public let createdAt: Timestamp
    /// When it was changed last.
    public var updatedAt: Timestamp

    /// Where it is among all that has roles.
    public var path: ResourcePath {
        ResourcePath(company: company).appending(organization).appending(project).appending(id)
    }
}

/// A configuration that a workflow has, or had; it never changes.
public struct WorkflowVersion: Sendable {
    /// The workflow.
    public let workflow: ID<Workflow>
    /// Its number, from 1.
    public let number: Int
    /// The configuration in YAML.
    public let configuration: String
    /// Who made it.
    public let createdBy: ID<User>
    /// When it was made.
    public let createdAt: Timestamp
}

/// That a version of a workflow ran, or is to run.
public struct DeploymentRecord: Sendable {
    /// The workflow, and where it ran.
    public let key: DeploymentKey
    /// Counts the deployments of the workflow, from 1.
    public let number: Int
    /// The version.
    public let version: Int
    /// Who deployed it.
    public let deployedBy: ID<User>
    /// When it was deployed.
    public let createdAt: Timestamp
    /// When another version took its place, or it was stopped; `nil` for the one that is to run.
    public let endedAt: Timestamp?
}

/// A secret of a workflow, without its value.
public struct WorkflowSecret: Sendable {
    /// The name in `${secret.NAME}`.
    public let name: String
    /// How often it was set.
    public let revision: Int64
    /// Who set it last.
    public let updatedBy: ID<User>
    /// When it was made.
    public let createdAt: Timestamp
    /// When it was set last.
    public let updatedAt: Timestamp
}
