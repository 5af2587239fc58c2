import HTTPTypes
import WorkflowCore
import WorkflowStore

/// Makes and finds companies.
enum Companies {
    /// A company that has not been saved yet.
    static func new(
        name: String, slug: String? = nil, metadata: JSONObject = [:], createdBy user: ID<User>, _ call: APICall
    ) throws -> Company {
        Company(
            id: call.services.newID(), name: name, slug: try shortName(slug, orFrom: name), createdBy: user,
            metadata: metadata, revision: 1, createdAt: call.now, updatedAt: call.now)
    }

    /// Saves a new company with its first owner.
    ///
    /// - Throws: ``HTTPError`` 409 when the short name is taken.
    static func insert(
        _ company: Company, ownedBy user: ID<User>, _ call: APICall, _ connection: any SQLConnection
    ) throws {
        try unlessTaken(company.slug) { try CompanyTable.insert(company, connection) }
        let membership = Membership(
            id: call.services.newID(), user: user, company: company.id, level: .company,
            resource: company.id.text, role: .owner, revision: 1, createdAt: call.now, updatedAt: call.now)
        try MembershipTable.insert(membership, connection)
        var event = call.event("company.create", "company", company.id.text, Documents.make(company))
        event.user = user
        try call.services.audit.append(event, to: company.id, now: call.now, connection)
    }

    /// A short name that was given, else one made of the name for people.
    ///
    /// - Throws: ``HTTPError`` 400 when none can be made.
    static func shortName(_ slug: String?, orFrom name: String) throws -> String {
        if let slug { return slug }
        guard let slug = Slug.make(from: name) else {
            let detail = "No short name can be made of the name; give one."
            throw PlatformError.invalid([SchemaProblem(pointer: "/slug", detail: detail)])
        }
        return slug
    }

    /// A short name that no company has: the one that is wanted, or with some letters behind it.
    static func freeShortName(
        like slug: String, _ call: APICall, _ connection: any SQLConnection
    ) throws -> String {
        guard try CompanyTable.isTaken(slug, connection) else { return slug }
        // Not a number, which would tell how many companies there are with the name.
        let letters = Array("bcdfghjkmnpqrstvwxz")
        let ending = String(call.services.secrets.bytes(6).map { letters[Int($0) % letters.count] })
        return "\(slug.prefix(Slug.longest - ending.count - 1))-\(ending)".replacing("--", with: "-")
    }

    /// Runs a statement that needs a short name to be free.
    ///
    /// - Throws: ``HTTPError`` 409 when it is not.
    static func unlessTaken<Result>(_ slug: String, _ body: () throws -> Result) throws -> Result {
        do {
            return try body()
        } catch let error as SQLError where error.kind == .uniqueViolation {
            throw PlatformError.conflict("slug-taken", "The short name \"\(slug)\" is taken.")
        }
    }
}
