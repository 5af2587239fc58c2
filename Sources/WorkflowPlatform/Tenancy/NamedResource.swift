import HTTPTypes
import WorkflowCore
import WorkflowStore

/// What companies, organizations and projects have in common.
protocol NamedResource: Sendable {
    /// Where its rows are.
    associatedtype Table: NamedResourceTable<Self>

    /// What kind of thing it is.
    static var level: ResourceLevel { get }

    var id: ID<Self> { get }
    /// The company that it belongs to, or is.
    var owningCompany: ID<Company> { get }
    var name: String { get set }
    var slug: String { get set }
    var metadata: JSONObject { get set }
    var revision: Int64 { get set }
    var updatedAt: Timestamp { get set }
    /// How it looks to clients.
    var document: JSONObject { get }

    /// Changes what only this kind of thing has, as a request says.
    mutating func change(_ call: APICall)
    /// The workflows that lie in it, in all their environments.
    static func workflows(of id: ID<Self>, _ connection: any SQLConnection) throws -> [DeploymentKey]
}

/// The rows of companies, organizations or projects.
protocol NamedResourceTable<Resource> {
    associatedtype Resource

    static func find(_ id: ID<Resource>, _ connection: any SQLConnection) throws -> Resource?
    /// Saves a thing, whose revision is one more than that in the table.
    ///
    /// - Returns: Whether nobody else has changed it in between.
    static func update(_ resource: Resource, _ connection: any SQLConnection) throws -> Bool
    /// Removes a thing with all that lies in it.
    static func delete(_ id: ID<Resource>, _ connection: any SQLConnection) throws
}

extension NamedResource {
    mutating func change(_ call: APICall) {}

    /// The thing that a route is about.
    static func id(_ call: APICall) throws -> ID<Self> {
        let path = try call.path
        guard path.level == level else { throw PlatformError.defect("no \(level.rawValue) in the path") }
        return ID(stored: path.resource)
    }

    /// The thing that a route is about, as the database has it now.
    static func find(_ call: APICall, _ connection: any SQLConnection) throws -> Self {
        guard let found = try Table.find(try id(call), connection) else { throw PlatformError.notFound }
        return found
    }

    // MARK: - Handlers

    @Sendable static func show(_ call: APICall) async throws -> APIAnswer {
        let found = try await call.services.database.read { try find(call, $0) }
        return .data(found.document, revision: found.revision)
    }

    @Sendable static func update(_ call: APICall) async throws -> APIAnswer {
        let company = try call.path.company
        let changed = try await call.services.database.write { connection in
            try call.services.audit.lock(company, connection)
            let before = try find(call, connection)
            try call.checkRevision(before.revision)
            var changed = before
            if let name = call.text("name") { changed.name = name }
            if let slug = call.text("slug") { changed.slug = slug }
            if let metadata = call.body["metadata"]?.objectValue { changed.metadata = metadata }
            changed.change(call)
            (changed.revision, changed.updatedAt) = (before.revision + 1, call.now)
            let isSaved = try Companies.unlessTaken(changed.slug) { try Table.update(changed, connection) }
            guard isSaved else { throw PlatformError.preconditionFailed(EntityTag.make(before.revision)) }
            let difference = AuditEvent.difference(before.document, changed.document)
            try changed.record("update", difference, call, connection)
            return changed
        }
        return .data(changed.document, revision: changed.revision)
    }

    @Sendable static func delete(_ call: APICall) async throws -> APIAnswer {
        let company = try call.path.company
        let workflows = try await call.services.database.write { connection in
            try call.services.audit.lock(company, connection)
            let found = try find(call, connection)
            try call.checkRevision(found.revision)
            let workflows = try Self.workflows(of: found.id, connection)
            try Table.delete(found.id, connection)
            try RemovalTable.insert(workflows, connection)
            try found.record("delete", found.document, call, connection)
            return workflows
        }
        await call.services.workflows.remove(workflows)
        return .nothing
    }

    /// Saves a new thing and answers with it.
    ///
    /// - Parameter insert: Saves it, after making sure that what it lies in is still there.
    func create(
        _ call: APICall, _ insert: @escaping @Sendable (any SQLConnection) throws -> Void
    ) async throws -> APIAnswer {
        try await call.services.database.write { connection in
            try call.services.audit.lock(owningCompany, connection)
            try Companies.unlessTaken(slug) { try insert(connection) }
            try record("create", document, call, connection)
        }
        return .data(document, revision: revision)
    }

    private func record(
        _ verb: String, _ details: JSONObject, _ call: APICall, _ connection: any SQLConnection
    ) throws {
        let kind = Self.level.rawValue
        let event = call.event("\(kind).\(verb)", kind, id.text, details)
        try call.services.audit.append(event, to: owningCompany, now: call.now, connection)
    }
}
