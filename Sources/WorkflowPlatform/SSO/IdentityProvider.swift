public import WorkflowCore

/// A provider with which people sign in to one company.
public struct IdentityProvider: Sendable {
    /// The identifier.
    public let id: ID<IdentityProvider>
    /// The company.
    public let company: ID<Company>
    /// The name for people.
    public var name: String
    /// What it speaks.
    public let kind: ProviderKind
    /// Who vouches for people.
    public var issuer: String
    /// What the platform is called there.
    public var clientID: String
    /// What is asked for.
    public var scopes: [String]
    /// Whether people can sign in with it.
    public var isEnabled: Bool
    /// Whether the company takes only sessions that it, or another of the company's providers, has vouched for.
    public var isEnforced: Bool
    /// Counts the changes, from 1.
    public var revision: Int64
    /// When it was made.
    public let createdAt: Timestamp
    /// When it was changed last.
    public var updatedAt: Timestamp
}

/// That somebody at a provider is a user of the platform.
public struct Identity: Sendable {
    /// The identifier.
    public let id: ID<Identity>
    /// The user.
    public let user: ID<User>
    /// The name or identifier of the provider, as in its address.
    public let provider: String
    /// The company whose provider it is; `nil` for a provider of the platform.
    public let company: ID<Company>?
    /// Who vouches for them.
    public let issuer: String
    /// Who they are there.
    public let subject: String
    /// The e-mail address by which they were found.
    public let email: String
    /// When it was linked.
    public let createdAt: Timestamp
    /// When they signed in with it last.
    public let lastUsedAt: Timestamp
}

/// Who has vouched for a session that was not begun with a password.
public struct SessionOrigin: Sendable, Hashable {
    /// The name or identifier of the provider, as in its address.
    public let provider: String
    /// The company whose provider it is: the session works for it only. `nil` for a provider of the platform.
    public let company: ID<Company>?
}

/// A provider as a sign-in needs it, whoever has named it.
struct SignOnProvider: Sendable {
    /// The name or identifier, as in its address.
    let key: String
    /// The company whose provider it is; `nil` for a provider of the platform.
    let company: ID<Company>?
    let kind: ProviderKind
    let issuer: String
    let clientID: String
    let clientSecret: SecretString
    let scopes: [String]

    var origin: SessionOrigin { SessionOrigin(provider: key, company: company) }
}

/// What a provider has proved about somebody.
struct ProvenIdentity: Sendable {
    /// Who they are there; never changes.
    let subject: String
    /// Their e-mail address, if the provider has verified it.
    let verifiedEmail: String?
    /// How people call them.
    let name: String?
}
