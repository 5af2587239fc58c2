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
        /// A token of a program that a provider of a company vouches for; the hash is that of the token.
        case program(ID<IAMProvider>, company: ID<Company>, identities: [String], hash: String)
    }

    /// Who calls.
    public let user: ID<User>
    /// How people call them.
    public let name: String
    /// What was shown.
    public let credential: Credential
    /// The roles of the user, as far as the credential reaches them.
    public let grants: [Grant]
    /// The only company that the session works for, since that company's provider vouches for it.
    public let company: ID<Company>?
    /// The companies that ask for their own single sign-on, which the session has not gone through.
    public let closed: Set<ID<Company>>

    /// Creates a caller.
    public init(
        user: ID<User>, name: String, credential: Credential, grants: [Grant], company: ID<Company>? = nil,
        closed: Set<ID<Company>> = []
    ) {
        self.user = user
        self.name = name
        self.credential = credential
        self.grants = grants
        self.company = company
        self.closed = closed
    }

    /// The only company that the credential works for; `nil` when it works for all.
    var onlyCompany: ID<Company>? {
        switch credential {
        case .key(_, let company, _), .program(_, let company, _, _): company
        case .session: company
        }
    }

    /// The session; `nil` for API keys and programs.
    public var session: ID<Session>? {
        guard case .session(let id) = credential else { return nil }
        return id
    }
}
