import WorkflowCore

/// Who vouches for programs of a company that have an identity elsewhere.
public struct IAMProvider: Sendable {
    /// How identities are proved.
    enum Kind: String, Sendable, CaseIterable {
        /// Requests that are signed with a key of Amazon Web Services.
        case aws = "aws_iam"
        /// Tokens of service accounts.
        case kubernetes
        /// ID tokens of OpenID Connect.
        case openIDConnect = "oidc"
        case saml, ldap, custom

        /// Whether the platform can check such proofs.
        var isSupported: Bool {
            switch self {
            case .aws, .kubernetes, .openIDConnect: true
            case .saml, .ldap, .custom: false
            }
        }
    }

    /// The identifier.
    public let id: ID<IAMProvider>
    /// The company.
    public let company: ID<Company>
    let kind: Kind
    var name: String
    var settings: IAMSettings
    var isEnabled: Bool
    var revision: Int64
    let createdBy: ID<User>
    let createdAt: Timestamp
    var updatedAt: Timestamp
}

/// The role that an identity of a provider has on something.
struct IAMMapping: Sendable {
    let id: ID<IAMMapping>
    let provider: ID<IAMProvider>
    /// The company of the provider, and of the thing.
    let company: ID<Company>
    let identity: String
    let level: ResourceLevel
    let resource: String
    let role: Role
    let createdBy: ID<User>
    let createdAt: Timestamp
}

/// What a provider has proved about a program.
struct ProvenProgram: Sendable, Hashable {
    /// Who it is; never changes.
    let subject: String
    /// Everything by which roles may be given to it; the subject is among them.
    let identities: [String]
    /// What is accepted once only; `nil` when the proof may be shown again.
    var proof: String?

    /// How many identities count.
    static let mostIdentities = 50
}

/// A token that was given to a program.
struct IAMToken: Sendable {
    let hash: String
    let provider: ID<IAMProvider>
    let user: ID<User>
    let program: ProvenProgram
    let createdAt: Timestamp
    let expiresAt: Timestamp
}
