import HTTPTypes
import WorkflowCore
import WorkflowStore

/// A request that has passed all checks in front of its handler.
struct APICall: Sendable {
    let request: ServerRequest
    /// Who calls; `nil` only where anybody may.
    let optionalCaller: Caller?
    /// The thing that the route is about, with all that it lies in; `nil` for routes without one.
    let optionalPath: ResourcePath?
    /// The role that the caller has on it.
    let role: Role?
    /// The body, which is as the route says.
    let body: JSONObject
    /// The values of the query, which are as the route says.
    let query: QueryValues
    let services: PlatformServices
    /// The time of the request.
    let now: Timestamp

    /// Who calls.
    var caller: Caller {
        get throws {
            guard let optionalCaller else { throw PlatformError.defect("a handler needs a caller on an open route") }
            return optionalCaller
        }
    }

    /// The thing that the route is about.
    var path: ResourcePath {
        get throws {
            guard let optionalPath else { throw PlatformError.defect("a handler needs a resource its route lacks") }
            return optionalPath
        }
    }

    /// Where the request comes from, for the record.
    var origin: AuditEntry.Origin {
        AuditEntry.Origin(
            address: request.remoteAddress, userAgent: String((request.headers[.userAgent] ?? "").prefix(256)),
            requestID: request.id ?? "")
    }

    /// An identifier in the path that is not the route's resource.
    ///
    /// - Throws: ``HTTPError`` 404 when it is no identifier, since nothing has it then.
    func id<Entity>(_ parameter: String) throws -> ID<Entity> {
        guard let id = request.parameters[parameter].flatMap(ID<Entity>.init) else { throw PlatformError.notFound }
        return id
    }

    /// A value in the path that is no identifier, which is as the route says.
    ///
    /// - Throws: ``HTTPError`` 404 when it is not, since nothing has it then.
    func parameter(_ name: String, _ schema: Schema) throws -> String {
        let text = request.parameters[name] ?? ""
        let number: Int64? = if case .integer = schema { Int64(text) } else { nil }
        let value = number.map { JSONValue.integer($0) } ?? .string(text)
        guard schema.problems(with: value).isEmpty else { throw PlatformError.notFound }
        return text
    }

    /// A text of the body, `nil` when it was left out.
    func text(_ member: String) -> String? { body[member]?.stringValue }

    /// A text that the body must have.
    func requiredText(_ member: String) throws -> String {
        guard let text = text(member) else { throw PlatformError.defect("the body lacks \(member)") }
        return text
    }

    /// What part of a list is wanted.
    ///
    /// - Throws: ``HTTPError`` 400 when the cursor was not made here.
    var page: PageRequest {
        get throws {
            var page = PageRequest(cursor: .start, limit: query["page_size"].flatMap(Int.init) ?? 50)
            if let text = query["cursor"] {
                guard let cursor = Cursor(text: text) else {
                    throw PlatformError.invalid([SchemaProblem(pointer: "cursor", detail: "This is not a cursor.")])
                }
                page.cursor = cursor
            }
            return page
        }
    }

    /// Makes sure that the caller may do something more than the route asks for.
    ///
    /// - Throws: ``HTTPError`` 403 or 404.
    func authorize(_ action: Action) throws {
        try PlatformError.check(AccessPolicy.decide(optionalCaller, action, on: try path))
    }

    /// Decides again in a transaction: with the credential as it works now, and the roles as they are now. Where the
    /// audit log of the company is locked, nobody else can change the roles until the transaction ends.
    ///
    /// - Throws: ``HTTPError`` 401, 403 or 404.
    func authorize(_ action: Action, on path: ResourcePath, _ connection: any SQLConnection) throws {
        let caller = try caller
        let current = try Admission.caller(caller.credential, of: caller.user, now: now, connection)
        try PlatformError.check(AccessPolicy.decide(current, action, on: path))
    }

    /// Makes sure that the client knows the state of what it changes, if it says what it knows.
    ///
    /// - Throws: ``HTTPError`` 412 with the tag in place.
    func checkRevision(_ revision: Int64) throws {
        let tag = EntityTag.make(revision)
        guard let field = request.headers[.ifMatch], !EntityTag.isNamed(tag, in: field) else { return }
        throw PlatformError.preconditionFailed(tag)
    }

    /// An event of this call for the record.
    func event(
        _ action: String, _ resourceType: String, _ resource: String, _ details: JSONObject = [:]
    ) -> AuditEvent {
        AuditEvent(
            action: action, resourceType: resourceType, resource: resource, details: details,
            user: optionalCaller?.user, actor: optionalCaller?.actor ?? [:], origin: origin)
    }
}

extension Caller {
    /// With what it was done, for the record. Names are no part of it, since it outlives accounts.
    var actor: JSONObject {
        switch credential {
        case .session(let id): ["session_id": .string(id.text)]
        case .key(let id, _, _): ["api_key_id": .string(id.text)]
        case .program(let id, _, _, _): ["name": .string(name), "iam_provider_id": .string(id.text)]
        }
    }
}
