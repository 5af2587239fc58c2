import HTTPTypes
import WorkflowCore
import WorkflowStore

/// Finds the account of somebody whom a provider vouches for.
///
/// A provider of the platform is trusted about everybody: an account with the verified address is theirs, if the account
/// is known to belong to whoever has the address. A provider of a company is in the hands of that company, and may say
/// anything about anybody. So it only finds accounts that have a role in the company, or that hold an invitation to it;
/// the sessions that it vouches for work for the company only.
struct SignOnAccounts: Sendable {
    let provider: SignOnProvider
    /// The token of an invitation.
    let invitation: String?
    let call: APICall

    /// The account; made when there is none and there may be one.
    ///
    /// - Throws: ``SignOnFailure``.
    func user(for proven: ProvenIdentity, _ connection: any SQLConnection) throws -> ID<User> {
        if let identity = try IdentityTable.find(provider, subject: proven.subject, connection) {
            guard let user = try UserTable.find(identity.user, connection), user.isActive else { throw unknown }
            try accept(as: user, connection)
            guard try isKnown(user.id, connection) else { throw unknown }
            try IdentityTable.noteUse(of: identity.id, at: call.now, connection)
            return user.id
        }
        guard let email = proven.verifiedEmail, Schema.email.problems(with: .string(email)).isEmpty else {
            throw SignOnFailure(
                .unverified, "The provider has not verified your e-mail address; confirm it there, and try again.")
        }
        let found = try UserTable.find(email: email, connection)?.user
        let user = try found ?? make(email, proven, connection)
        guard user.isActive, ASCIIText.isSame(user.email, email) else { throw unknown }
        if found != nil { try accept(as: user, connection) }
        guard try isKnown(user.id, connection) else { throw unknown }
        // Otherwise somebody could make an account with the address of another and wait for them to come.
        guard user.isEmailVerified else {
            throw SignOnFailure(
                .unconfirmed,
                "There is an account with your e-mail address that has not been confirmed; sign in to it and confirm it."
            )
        }
        try link(user, proven, email, connection)
        return user.id
    }

    /// Whether the provider may vouch for somebody.
    private func isKnown(_ user: ID<User>, _ connection: any SQLConnection) throws -> Bool {
        guard let company = provider.company else { return true }
        return try MembershipTable.grants(of: user, connection).contains { $0.company == company }
    }

    /// The same for everybody, so that a company does not learn who has an account.
    private var unknown: SignOnFailure {
        provider.company == nil
            ? SignOnFailure(.unknown, "There is no account for you, and accounts are made by invitation.")
            : SignOnFailure(.unknown, "You have no role in this company; ask for an invitation, and use its link.")
    }

    /// Makes an account for somebody new.
    private func make(_ email: String, _ proven: ProvenIdentity, _ connection: any SQLConnection) throws -> User {
        let isOpen = provider.company == nil && call.services.configuration.registration == .open
        guard isOpen || invitation != nil else { throw unknown }
        let name = proven.name.flatMap { Schema.name.problems(with: .string($0)).isEmpty ? $0 : nil }
        var user = Accounts.newPerson(email: email, name: name ?? email, call)
        // A provider of the platform has verified the address; who holds an invitation has read what was sent to it.
        user.isEmailVerified = true
        try UserTable.insert(user, passwordHash: nil, connection)
        try accept(as: user, connection)
        try record("auth.register", "user", user.id.text, [:], user.id, connection)
        return user
    }

    /// Accepts the invitation that the sign-in began with.
    private func accept(as user: User, _ connection: any SQLConnection) throws {
        guard let invitation else { return }
        do {
            let found = try Invitations.find(invitation, for: user.email, call, connection)
            guard provider.company == nil || provider.company == found.company else { throw unknown }
            try Invitations.accept(invitation, by: user, call, connection)
        } catch let error as HTTPError {
            throw SignOnFailure(.unknown, error.message)
        }
    }

    private func link(
        _ user: User, _ proven: ProvenIdentity, _ email: String, _ connection: any SQLConnection
    ) throws {
        let identity = Identity(
            id: call.services.newID(), user: user.id, provider: provider.key, company: provider.company,
            issuer: provider.issuer, subject: proven.subject, email: email, createdAt: call.now, lastUsedAt: call.now)
        try IdentityTable.insert(identity, connection)
        try record("identity.link", "identity", identity.id.text, Documents.make(identity), user.id, connection)
    }

    private func record(
        _ action: String, _ type: String, _ resource: String, _ details: JSONObject, _ user: ID<User>,
        _ connection: any SQLConnection
    ) throws {
        var event = call.event(action, type, resource, details)
        event.user = user
        try SignOnRecord.append(event, of: user, provider.origin, call, connection)
    }
}
