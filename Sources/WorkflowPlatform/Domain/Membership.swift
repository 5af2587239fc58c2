public import WorkflowCore

/// That somebody has a role on a company, an organization, a project or a workflow.
public struct Membership: Sendable {
    /// The identifier.
    public let id: ID<Membership>
    /// Who has the role.
    public let user: ID<User>
    /// The company that the resource belongs to, or is.
    public let company: ID<Company>
    /// What kind of resource it is.
    public let level: ResourceLevel
    /// The identifier of the resource.
    public let resource: String
    /// The role.
    public var role: Role
    /// Counts the changes, from 1.
    public var revision: Int64
    /// When it was created.
    public let createdAt: Timestamp
    /// When it was changed last.
    public var updatedAt: Timestamp
}

/// A membership with who has it, as lists show it.
struct Member: Sendable {
    let membership: Membership
    let email: String
    let displayName: String
    let kind: User.Kind
}
