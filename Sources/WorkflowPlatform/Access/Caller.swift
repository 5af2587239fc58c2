/// A role that somebody has been given on something.
public struct Grant: Sendable, Hashable {
    /// The company that the thing belongs to, or is.
    public let company: ID<Company>
    /// What kind of thing it is.
    public let level: ResourceLevel
    /// The identifier of the thing.
    public let resource: String
    /// The role.
    public let role: Role

    /// Creates a grant.
    public init(company: ID<Company>, level: ResourceLevel, resource: String, role: Role) {
        self.company = company
        self.level = level
        self.resource = resource
        self.role = role
    }

    /// A role on the thing that a path leads to.
    public init(_ role: Role, on path: ResourcePath) {
        self.init(company: path.company, level: path.level, resource: path.resource, role: role)
    }
}

/// Who calls the API, and with which rights.
public struct Caller: Sendable {
    /// What the caller has shown.
    public enum Credential: Sendable, Hashable {
        /// An access token of a session.
        case session(ID<Session>)
        /// An API key, which works for one company only.
        case key(ID<APIKey>, company: ID<Company>, scopes: Scopes)
    }

    /// Who calls.
    public let user: ID<User>
    /// How people call them.
    public let name: String
    /// What was shown.
    public let credential: Credential
    /// The roles of the user.
    public let grants: [Grant]

    /// Creates a caller.
    public init(user: ID<User>, name: String, credential: Credential, grants: [Grant]) {
        self.user = user
        self.name = name
        self.credential = credential
        self.grants = grants
    }

    /// The session; `nil` for API keys.
    public var session: ID<Session>? {
        guard case .session(let id) = credential else { return nil }
        return id
    }
}
