import HTTPTypes
import WorkflowCore
import WorkflowStore

/// Gives, changes and takes away roles. The rules that need the database are here; the others are in ``AccessPolicy``.
struct Members: Sendable {
    let call: APICall
    let path: ResourcePath

    init(_ call: APICall) throws {
        self.call = call
        path = try call.path
    }

    /// Decides again, with the roles as they are now, that nobody else can change until the transaction ends.
    ///
    /// - Parameter roles: The roles that are given, changed or taken away.
    /// - Throws: ``HTTPError`` 401, 403 or 404.
    func authorize(_ roles: [Role], _ connection: any SQLConnection) throws {
        try call.authorize(Action(.admin, in: .members, concerning: roles), on: path, connection)
    }

    /// Gives somebody a role who is known in the company.
    ///
    /// - Throws: ``HTTPError`` 404 for others, who have to be invited; 409 for who has a role on it.
    func add(_ user: ID<User>, _ role: Role, _ connection: any SQLConnection) throws -> Membership {
        try call.services.audit.lock(path.company, connection)
        try authorize([role], connection)
        guard try isKnown(user, connection) else {
            throw PlatformError.problem(
                .notFound, "not-a-member", "There is no such user in this company; invite them by e-mail.")
        }
        guard try MembershipTable.find(user, on: path.resource, connection) == nil else {
            throw PlatformError.conflict("already-member", "The user has a role on it already; change that.")
        }
        let membership = new(user, role)
        try MembershipTable.insert(membership, connection)
        try record("member.add", membership, Documents.make(membership), connection)
        return membership
    }

    /// Gives somebody another role.
    func change(_ user: ID<User>, to role: Role, _ connection: any SQLConnection) throws -> Membership {
        try call.services.audit.lock(path.company, connection)
        guard var membership = try MembershipTable.find(user, on: path.resource, connection) else {
            throw PlatformError.notFound
        }
        let before = membership
        try call.checkRevision(before.revision)
        try authorize([before.role, role], connection)
        if role != .owner { try keepOwner(before, connection) }
        membership.role = role
        (membership.revision, membership.updatedAt) = (before.revision + 1, call.now)
        guard try MembershipTable.update(membership, connection) else {
            throw PlatformError.preconditionFailed(EntityTag.make(before.revision))
        }
        let difference = AuditEvent.difference(Documents.make(before), Documents.make(membership))
        try record("member.update", membership, difference, connection)
        return membership
    }

    /// Takes a role away; on a company, all roles on anything in it.
    func remove(_ user: ID<User>, _ connection: any SQLConnection) throws {
        try call.services.audit.lock(path.company, connection)
        if path.level == .company {
            let held = try MembershipTable.grants(of: user, connection).filter { $0.company == path.company }
            guard !held.isEmpty else { throw PlatformError.notFound }
            if let membership = try MembershipTable.find(user, on: path.resource, connection) {
                try call.checkRevision(membership.revision)
            }
            try authorize(held.map(\.role), connection)
            try removeEverywhere(user, "member.remove", connection)
        } else {
            guard let membership = try MembershipTable.find(user, on: path.resource, connection) else {
                throw PlatformError.notFound
            }
            try call.checkRevision(membership.revision)
            try authorize([membership.role], connection)
            try MembershipTable.delete(membership.id, connection)
            try record("member.remove", membership, Documents.make(membership), connection)
        }
    }

    /// Takes away all roles that somebody has in the company.
    ///
    /// - Throws: ``HTTPError`` 409 for the last owner.
    func removeEverywhere(_ user: ID<User>, _ action: String, _ connection: any SQLConnection) throws {
        let ofCompany = try MembershipTable.find(user, on: path.company.text, connection)
        if let ofCompany { try keepOwner(ofCompany, connection) }
        let held = try MembershipTable.grants(of: user, connection).filter { $0.company == path.company }
        try MembershipTable.deleteAll(of: user, in: path.company, connection)
        let details: JSONObject = [
            "user_id": .string(user.text), "roles": .array(held.map { .object(Documents.make($0)) }),
        ]
        let event = call.event(action, "membership", user.text, details)
        try call.services.audit.append(event, to: path.company, now: call.now, connection)
    }

    /// Makes sure that the company keeps an owner when one ceases to be.
    private func keepOwner(_ membership: Membership, _ connection: any SQLConnection) throws {
        guard membership.level == .company, membership.role == .owner,
            try !MembershipTable.hasOwner(path.company, besides: membership.user, connection)
        else { return }
        throw PlatformError.conflict(
            "last-owner", "This is the last owner of the company; make somebody else an owner before.")
    }

    /// Whether somebody has a role anywhere in the company, or is a program of it. Others are not told of.
    private func isKnown(_ user: ID<User>, _ connection: any SQLConnection) throws -> Bool {
        if try MembershipTable.grants(of: user, connection).contains(where: { $0.company == path.company }) {
            return true
        }
        return try UserTable.find(user, connection)?.company == path.company
    }

    private func new(_ user: ID<User>, _ role: Role) -> Membership {
        Membership(
            id: call.services.newID(), user: user, company: path.company, level: path.level,
            resource: path.resource, role: role, revision: 1, createdAt: call.now, updatedAt: call.now)
    }

    private func record(
        _ action: String, _ membership: Membership, _ details: JSONObject, _ connection: any SQLConnection
    ) throws {
        let event = call.event(action, "membership", membership.user.text, details)
        try call.services.audit.append(event, to: path.company, now: call.now, connection)
    }
}
