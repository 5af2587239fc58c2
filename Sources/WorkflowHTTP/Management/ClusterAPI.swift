import HTTPTypes
import WorkflowCore

/// The requests of the management API that concern the processes which share the state.
struct ClusterAPI: Sendable {
    let application: ManagedApplication

    /// `GET /api/workflow/cluster`: the processes, what they run and what they hold.
    func show() async throws -> ServerResponse {
        let engine = application.engine
        guard let generation = engine.runningGeneration else {
            throw HTTPError(.serviceUnavailable, "The engine is not running.")
        }
        guard let membership = generation.store.membership else {
            return .json(["shared": false, "nodes": []])
        }
        let own = engine.nodeIdentifier
        let nodes: [ClusterNode]
        do {
            nodes = try await membership.nodes()
        } catch let error as StoreError {
            throw HTTPError(.serviceUnavailable, error.message)
        }
        return .json([
            "shared": true, "node": own.map(JSONValue.string) ?? .null,
            "nodes": .array(nodes.map { Self.document($0, isOwn: $0.id == own) }),
        ])
    }

    private static func document(_ node: ClusterNode, isOwn: Bool) -> JSONValue {
        var document = node.data
        document["id"] = .string(node.id)
        document["self"] = .bool(isOwn)
        document["startedAt"] = .string(node.startedAt.description)
        document["unseenMilliseconds"] = .integer(Int64(node.unseenFor / .milliseconds(1)))
        document["workItems"] = .integer(Int64(node.workItems))
        document["pendingEvents"] = .integer(Int64(node.events))
        return .object(document)
    }
}
