import HTTPTypes
import WorkflowCore
import WorkflowStore

/// Finds and accepts invitations.
enum Invitations {
    private static let refusal =
        "The invitation does not work: it was used, withdrawn, has ended, or is for another address."

    /// What an invitation offers, as whoever has read the e-mail sees it.
    ///
    /// - Throws: ``HTTPError`` 403 when it cannot be accepted.
    static func offer(_ token: String, _ call: APICall, _ connection: any SQLConnection) throws -> JSONObject {
        let hash = SecretTokens.hash(token)
        guard let invitation = try InvitationTable.find(hash: hash, now: call.now, connection),
            let company = try CompanyTable.find(invitation.company, connection),
            let resource = try name(of: invitation, connection)
        else { throw PlatformError.forbidden(refusal) }
        let hasAccount = try UserTable.find(email: invitation.email, connection) != nil
        return Documents.offer(invitation, company: company.name, resource: resource, hasAccount: hasAccount)
    }

    /// What people call the thing that an invitation offers a role on.
    private static func name(of invitation: Invitation, _ connection: any SQLConnection) throws -> String? {
        switch invitation.level {
        case .company: try CompanyTable.find(ID(stored: invitation.resource), connection)?.name
        case .organization: try OrganizationTable.find(ID(stored: invitation.resource), connection)?.name
        case .project: try ProjectTable.find(ID(stored: invitation.resource), connection)?.name
        case .workflow: try WorkflowTable.find(ID(stored: invitation.resource), connection)?.name
        }
    }

    /// The invitation that a token belongs to.
    ///
    /// - Throws: ``HTTPError`` 403 when there is none for this e-mail address that can be accepted.
    static func find(
        _ token: String, for email: String, _ call: APICall, _ connection: any SQLConnection
    ) throws -> Invitation {
        let hash = SecretTokens.hash(token)
        guard let invitation = try InvitationTable.find(hash: hash, now: call.now, connection),
            UserTable.key(invitation.email) == UserTable.key(email)
        else { throw PlatformError.forbidden(refusal) }
        return invitation
    }

    /// Gives a user the role of an invitation.
    ///
    /// Whoever invited must still be allowed to give it. Who has a greater role there keeps it.
    ///
    /// - Throws: ``HTTPError`` 403.
    @discardableResult
    static func accept(
        _ token: String, by user: User, _ call: APICall, _ connection: any SQLConnection
    ) throws -> Invitation {
        let invitation = try find(token, for: user.email, call, connection)
        try call.services.audit.lock(invitation.company, connection)
        guard let path = try ResourceFinder.path(invitation.level, invitation.resource, connection),
            path.company == invitation.company, try mayInvite(invitation, path, connection),
            try InvitationTable.accept(invitation.id, at: call.now, connection)
        else { throw PlatformError.forbidden(refusal) }
        let held = try MembershipTable.find(user.id, on: path.resource, connection)
        if var held, held.role < invitation.role {
            held.role = invitation.role
            (held.revision, held.updatedAt) = (held.revision + 1, call.now)
            _ = try MembershipTable.update(held, connection)
        } else if held == nil {
            let membership = Membership(
                id: call.services.newID(), user: user.id, company: path.company, level: path.level,
                resource: path.resource, role: invitation.role, revision: 1, createdAt: call.now,
                updatedAt: call.now)
            try MembershipTable.insert(membership, connection)
        }
        var event = call.event(
            "invitation.accept", "invitation", invitation.id.text, Documents.record(invitation))
        event.user = user.id
        try call.services.audit.append(event, to: path.company, now: call.now, connection)
        return invitation
    }

    /// Whether who invited may still give the role.
    private static func mayInvite(
        _ invitation: Invitation, _ path: ResourcePath, _ connection: any SQLConnection
    ) throws -> Bool {
        guard let inviter = try UserTable.find(invitation.invitedBy, connection), inviter.isActive else { return false }
        let caller = Caller(
            user: inviter.id, name: "", credential: .session(ID(stored: "")),
            grants: try MembershipTable.grants(of: inviter.id, connection))
        let action = Action(.admin, in: .members, concerning: [invitation.role])
        if case .allowed = AccessPolicy.decide(caller, action, on: path) { return true }
        return false
    }
}
