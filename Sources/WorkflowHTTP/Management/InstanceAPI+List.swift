import HTTPTypes
import WorkflowCore

extension InstanceAPI {
    /// `GET /api/workflow/instances?machine=&state=&completed=&id=&limit=&cursor=`: instances by identifier, page by
    /// page.
    func list(_ request: ServerRequest) async throws -> ServerResponse {
        let parameters = try QueryParameters(request, "machine", "state", "completed", "id", "limit", "cursor")
        var query = InstanceQuery()
        query.workflowType = parameters["machine"]
        query.state = parameters["state"]
        query.completed = try parameters.flag("completed")
        query.limit = try parameters.count("limit", in: 1...1000, otherwise: 100)
        query.after = parameters["cursor"]
        let (store, wanted) = (try generation().store, query)
        let page = try await Self.answering {
            if let id = parameters["id"] {
                let found = try await store.instance(id: id).map { wanted.matches($0) ? [$0] : [] } ?? []
                return InstancePage(instances: found, next: nil)
            }
            guard let listing = store as? any StoreListing else {
                throw HTTPError(.notImplemented, "The state store of this program cannot list its instances.")
            }
            return try await listing.instances(wanted)
        }
        return .json([
            "instances": .array(page.instances.map { .object(InstanceDocument.make($0)) }),
            "next": page.next.map { .string($0) } ?? .null,
        ])
    }
}
