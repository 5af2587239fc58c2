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
        let (statements, locks) = (statements, locks)
        return try await translated {
            try await database.writeUrgently { connection in
                var taken = TakenOver()
                let age = SQLValue.integer(Int64(duration / .nanoseconds(1)))
                try connection.query(statements.removeUnseenNodes, [age, .text(id)]) { taken.nodes.append($0.text(0)) }
                taken.workItems = try connection.execute(statements.releaseWork, [])
                taken.events = try connection.execute(statements.adoptEvents, [.text(id)])
                if taken.workItems > 0 { try locks.tell(.freeWork, on: connection) }
                return taken
            }
        }
    }

    public func leave(_ id: String) async throws {
        let (statements, locks) = (statements, locks)
        try await translated {
            try await database.writeUrgently { connection in
                try connection.execute(statements.removeNode, [.text(id)])
                guard try connection.execute(statements.releaseWork, []) > 0 else { return }
                try locks.tell(.freeWork, on: connection)
            }
        }
    }

    public func tell(_ notice: StoreNotice) async throws {
        let locks = locks
        try await translated { try await database.writeUrgently { try locks.tell(notice, on: $0) } }
    }

    public func notices() -> AsyncStream<StoreNews>? {
        let (news, continuation) = AsyncStream.makeStream(of: StoreNews.self)
        let stop = database.listen { notification in
            switch notification {
            case .connected: continuation.yield(.connected)
            case .disconnected: continuation.yield(.disconnected)
            case .text(let text): if let notice = StoreNotice(text: text) { continuation.yield(.notice(notice)) }
            }
        }
        guard let stop else { return nil }
        continuation.onTermination = { _ in stop() }
        return news
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
