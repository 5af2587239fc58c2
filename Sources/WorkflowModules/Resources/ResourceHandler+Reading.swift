import HTTPTypes
import WorkflowCore

extension ResourceHandler {
    static var notFound: ErrorAnswer { ErrorAnswer(.notFound, "Resource not found") }

    /// Who makes the request; `nil` when the route does not ask.
    func viewer(_ request: ServerRequest) -> String? { request.principal?.id }

    /// The resource with this identifier.
    ///
    /// - Throws: ``ErrorAnswer`` 404 when there is none, or when it belongs to somebody else.
    func find(_ id: String, for request: ServerRequest) async throws -> ResourceSnapshot {
        guard ResourceID.isValid(id),
            let snapshot = try await context.store.resource(type: configuration.resourceName, id: id),
            snapshot.resource.isVisible(to: viewer(request))
        else { throw Self.notFound }
        return snapshot
    }

    func show(_ request: ServerRequest, id: String) async throws -> ServerResponse {
        let snapshot = try await find(id, for: request)
        if request.method == .get, Self.wantsEvents(request) {
            return events(of: snapshot.resource.id, viewer: viewer(request))
        }
        let entry = rendered.entry(for: snapshot, renderer)
        if let field = request.headers.value(of: .ifNoneMatch), entry.tag.isNamed(in: field, weakly: true) {
            return ServerResponse(status: .notModified, headers: [.eTag: entry.tag.text])
        }
        var response = ServerResponse.json(bytes: entry.bytes)
        response.headers[.eTag] = entry.tag.text
        return response
    }

    func answer(_ snapshot: ResourceSnapshot, status: HTTPResponse.Status = .ok) -> ServerResponse {
        var response = ServerResponse.json(.object(renderer.document(snapshot)), status: status)
        response.headers[.eTag] = EntityTag(snapshot).text
        return response
    }

    func list(_ request: ServerRequest) async throws -> ServerResponse {
        let (limit, after) = try page(request)
        let viewer = viewer(request)
        let key = ResourcePageCache.Key(viewer: viewer.map(ExactString.init), limit: limit, after: after)
        let mayCache = !context.store.isShared
        let change = changes.count
        let now = context.clock.now
        if mayCache, let page = pages.page(key, change: change, now: now) { return Self.answer(page, request, limit) }

        let found = try await resources(visibleTo: viewer, limit: limit + 1, after: after)
        let shown = Array(found.prefix(limit))
        let next = found.count > limit ? shown.last?.resource.sequence : nil
        let page = ResourcePageCache.Page(bytes: renderer.list(shown), next: next)
        if mayCache, !shown.contains(where: { $0.resource.instanceID != nil }) {
            pages.keep(page, key, change: change, now: now)
        }
        return Self.answer(page, request, limit)
    }

    private static func answer(
        _ page: ResourcePageCache.Page, _ request: ServerRequest, _ limit: Int
    ) -> ServerResponse {
        var response = ServerResponse.json(bytes: page.bytes)
        if let next = page.next {
            response.headers[.link] = "<\(request.path)?limit=\(limit)&after=\(next)>; rel=\"next\""
        }
        return response
    }

    /// A viewer sees their own resources and those that belong to nobody, in the order of creation.
    private func resources(visibleTo viewer: String?, limit: Int, after: Int64) async throws -> [ResourceSnapshot] {
        let (store, type) = (context.store, configuration.resourceName)
        guard let viewer, !viewer.isEmpty else {
            let owner = viewer == nil ? nil : Resource.nobody
            return try await store.resources(type: type, owner: owner, limit: limit, after: after)
        }
        async let common = store.resources(type: type, owner: Resource.nobody, limit: limit, after: after)
        let own = try await store.resources(type: type, owner: viewer, limit: limit, after: after)
        let both = try await own + common
        return Array(both.sorted { $0.resource.sequence < $1.resource.sequence }.prefix(limit))
    }

    private func page(_ request: ServerRequest) throws -> (limit: Int, after: Int64) {
        var limit = configuration.pageSize
        var after: Int64 = 0
        guard request.query?.isEmpty == false else { return (limit, after) }
        for (name, value) in request.queryItems {
            switch name {
            case "limit":
                guard let number = Int(value), number > 0 else {
                    throw ErrorAnswer(.badRequest, "limit must be a number greater than 0")
                }
                limit = min(number, configuration.pageSize)
            case "after":
                guard let number = Int64(value), number >= 0 else {
                    throw ErrorAnswer(.badRequest, "after must be taken from the link to the next page")
                }
                after = number
            default: break
            }
        }
        return (limit, after)
    }

    private static func wantsEvents(_ request: ServerRequest) -> Bool {
        guard let accept = request.headers.value(of: .accept), accept.utf8.count >= "text/event-stream".utf8.count
        else {
            return false
        }
        return accept.split(separator: ",").contains { part in
            let type = part.prefix { $0 != ";" }.filter { $0 != " " }
            return type.lowercased() == "text/event-stream"
        }
    }
}

extension HTTPField.Name {
    /// Links to other pages (RFC 8288).
    static let link = HTTPField.Name("Link") ?? .location
}
