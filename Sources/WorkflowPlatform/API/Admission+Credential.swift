import WorkflowCore
import WorkflowStore

extension Admission {
    /// Who calls with a credential that was shown before, with the roles of now.
    ///
    /// - Returns: `nil` when the session has ended, or the key or token does not work any more.
    static func caller(
        _ credential: Caller.Credential, of user: ID<User>, now: Timestamp, _ connection: any SQLConnection
    ) throws -> Caller? {
        switch credential {
        case .session(let session):
            guard let owner = try SessionTable.owner(of: session, now: now, connection), owner.user == user else {
                return nil
            }
            let grants = try MembershipTable.grants(of: user, connection)
            var closed = try IdentityProviderTable.companies(enforcing: user, connection)
            if let company = owner.company { closed.remove(company) }
            return Caller(
                user: user, name: owner.name, credential: credential,
                grants: owner.company.map { company in grants.filter { $0.company == company } } ?? grants,
                company: owner.company, closed: closed)
        case .program(_, _, _, let hash):
            return try IAMTokenTable.caller(hash: hash, now: now, connection)
        case .key(let id, _, _):
            guard let (key, name) = try APIKeyTable.working(id, connection), key.expiresAt ?? now >= now else {
                return nil
            }
            return Caller(
                user: key.user, name: name, credential: .key(key.id, company: key.company, scopes: key.scopes),
                grants: try MembershipTable.grants(of: key.user, connection))
        }
    }
}
