public import WorkflowCore

/// A key with which a program calls the API in the name of a user.
public struct APIKey: Sendable {
    /// The identifier.
    public let id: ID<APIKey>
    /// The company that it works for.
    public let company: ID<Company>
    /// In whose name it calls.
    public let user: ID<User>
    /// The name for people.
    public let name: String
    /// The beginning of the key, by which people recognise it.
    public let prefix: String
    /// What it may do at most.
    public let scopes: Scopes
    /// Who made it.
    public let createdBy: ID<User>
    /// When it was made.
    public let createdAt: Timestamp
    /// When it ends; `nil` for never.
    public let expiresAt: Timestamp?
    /// When it was used last, to the minute.
    public let lastUsedAt: Timestamp?
    /// When it was withdrawn.
    public let revokedAt: Timestamp?
}

/// An offer of a role to whoever has an e-mail address.
public struct Invitation: Sendable {
    /// The identifier.
    public let id: ID<Invitation>
    /// The company.
    public let company: ID<Company>
    /// What kind of resource the role is on.
    public let level: ResourceLevel
    /// The identifier of the resource.
    public let resource: String
    /// Whom it was sent to.
    public let email: String
    /// The role.
    public let role: Role
    /// Who offers it.
    public let invitedBy: ID<User>
    /// When it was made.
    public let createdAt: Timestamp
    /// When it ends.
    public let expiresAt: Timestamp
    /// When it was accepted.
    public let acceptedAt: Timestamp?
    /// When it was withdrawn.
    public let revokedAt: Timestamp?
}
