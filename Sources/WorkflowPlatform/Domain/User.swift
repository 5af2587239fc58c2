public import WorkflowCore

/// Somebody who uses the platform: a person, or a program of a company.
public struct User: Sendable {
    /// What kind of user it is.
    public enum Kind: String, Sendable {
        /// A person, who signs in with an e-mail address and a password.
        case person
        /// A program of one company, which has API keys only.
        case service
        /// A program of one company that a provider of the company vouches for.
        case program
    }

    /// The identifier.
    public let id: ID<User>
    /// What kind of user it is.
    public let kind: Kind
    /// The company of a program.
    public let company: ID<Company>?
    /// The e-mail address as it was given; empty for programs.
    public var email: String
    /// Whether the address is known to belong to the user.
    public var isEmailVerified: Bool
    /// The name for people.
    public var displayName: String
    /// Where a picture is.
    public var avatarURL: String
    /// Whether the user may sign in.
    public var isActive: Bool
    /// Whether signing in asks for a second factor.
    public var hasSecondFactor: Bool
    /// Counts the changes, from 1.
    public var revision: Int64
    /// When the user was created.
    public let createdAt: Timestamp
    /// When the user was changed last.
    public var updatedAt: Timestamp
    /// When the user signed in last.
    public var lastLoginAt: Timestamp?
}

/// A sign-in that has not ended: what refresh tokens belong to.
public struct Session: Sendable {
    /// The identifier.
    public let id: ID<Session>
    /// Whose it is.
    public let user: ID<User>
    /// The address that it was begun from.
    public let address: String
    /// What the client called itself.
    public let userAgent: String
    /// When it began.
    public let createdAt: Timestamp
    /// When it was refreshed last.
    public let lastUsedAt: Timestamp
    /// When it ends unless it is refreshed before.
    public let expiresAt: Timestamp
    /// Who vouches for it, if it was not begun with a password.
    public var origin: SessionOrigin?
}
