public import WorkflowCore

/// A tenant: what belongs to it is seen by its members only.
public struct Company: Sendable {
    /// The identifier.
    public let id: ID<Company>
    /// The name for people.
    public var name: String
    /// The name for addresses, unique among companies.
    public var slug: String
    /// Who created it.
    public let createdBy: ID<User>
    /// What clients keep with it.
    public var metadata: JSONObject
    /// Counts the changes, from 1.
    public var revision: Int64
    /// When it was created.
    public let createdAt: Timestamp
    /// When it was changed last.
    public var updatedAt: Timestamp
}

/// A part of a company that has projects.
public struct Organization: Sendable {
    /// The identifier.
    public let id: ID<Organization>
    /// The company that it belongs to.
    public let company: ID<Company>
    /// The name for people.
    public var name: String
    /// The name for addresses, unique in its company.
    public var slug: String
    /// What clients keep with it.
    public var metadata: JSONObject
    /// Counts the changes, from 1.
    public var revision: Int64
    /// When it was created.
    public let createdAt: Timestamp
    /// When it was changed last.
    public var updatedAt: Timestamp
}

/// A part of an organization that has workflows.
public struct Project: Sendable {
    /// The identifier.
    public let id: ID<Project>
    /// The company that it belongs to.
    public let company: ID<Company>
    /// The organization that it belongs to.
    public let organization: ID<Organization>
    /// The name for people.
    public var name: String
    /// The name for addresses, unique in its organization.
    public var slug: String
    /// What it is for.
    public var description: String
    /// What clients keep with it.
    public var metadata: JSONObject
    /// Counts the changes, from 1.
    public var revision: Int64
    /// When it was created.
    public let createdAt: Timestamp
    /// When it was changed last.
    public var updatedAt: Timestamp
}
