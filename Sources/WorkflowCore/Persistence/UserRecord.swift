/// A user who can log in.
public struct UserRecord: Sendable, Hashable {
    /// The stable identifier.
    public var id: String
    /// The e-mail address as the user typed it.
    public var email: String
    /// The name to show.
    public var name: String
    /// The password hash in PHC string format, such as `$scrypt$ln=15,r=8,p=1$…`.
    public var passwordHash: String
    /// When the user was created.
    public var createdAt: Timestamp

    /// Creates a user.
    public init(id: String, email: String, name: String, passwordHash: String, createdAt: Timestamp) {
        self.id = id
        self.email = email
        self.name = name
        self.passwordHash = passwordHash
        self.createdAt = createdAt
    }
}
