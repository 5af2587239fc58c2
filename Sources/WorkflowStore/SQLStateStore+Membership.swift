import Synchronization
public import WorkflowCore

extension SQLStateStore: StoreMembership {
    public var membership: (any StoreMembership)? { isShared ? self : nil }

    public func register(_ id: String, data: JSONObject) async throws {
        let statements = statements
        try await translated {
            try await database.writeUrgently {
                _ = try $0.execute(statements.registerNode, [.text(id), .json(.object(data))])
            }
        }
        node.withLock { $0 = id }
    }

    public func renew(_ id: String, data: JSONObject) async throws -> Bool {
        let statements = statements
        return try await translated {
            try await database.writeUrgently {
                try $0.execute(statements.renewNode, [.json(.object(data)), .text(id)]) == 1
            }
        }
    }

    public func takeOver(_ id: String, unseenFor duration: Duration) async throws -> TakenOver {
        let statements = statements
        return try await translated {
            try await database.writeUrgently { connection in
                var taken = TakenOver()
                let age = SQLValue.integer(Int64(duration / .nanoseconds(1)))
                try connection.query(statements.removeUnseenNodes, [age, .text(id)]) { taken.nodes.append($0.text(0)) }
                taken.workItems = try connection.execute(statements.releaseWork, [])
                taken.events = try connection.execute(statements.adoptEvents, [.text(id)])
                return taken
            }
        }
    }

    public func leave(_ id: String) async throws {
        let statements = statements
        try await translated {
            try await database.writeUrgently { connection in
                try connection.execute(statements.removeNode, [.text(id)])
                try connection.execute(statements.releaseWork, [])
            }
        }
    }

    public func nodes() async throws -> [ClusterNode] {
        let statements = statements
        return try await translated {
            try await database.read { connection in
                var nodes: [ClusterNode] = []
                try connection.query(statements.nodes, []) { row in
                    let data = try RecordMapping.json(row, 1, "workflow_nodes.data")
                    nodes.append(
                        ClusterNode(
                            id: row.text(0), data: data.objectValue ?? [:],
                            startedAt: Timestamp(nanoseconds: row.integer(2)),
                            unseenFor: .nanoseconds(row.integer(3)), workItems: Int(row.integer(4)),
                            events: Int(row.integer(5))))
                }
                return nodes
            }
        }
    }
}
