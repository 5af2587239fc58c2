import Synchronization
public import WorkflowCore

extension SQLStateStore: OrderedOutbox {
    public var outboxOwner: String { node.withLock { $0 } }

    public func orderedOutbox(limit: Int) async throws -> [OrderedOutboxEvent] {
        let statement = statements.orderedOutbox
        let owner = SQLValue.text(outboxOwner)
        return try await translated {
            try await database.read { connection in
                var events: [OrderedOutboxEvent] = []
                try connection.query(statement, [owner, owner, .integer(Int64(max(0, limit)))]) { row in
                    events.append(OrderedOutboxEvent(try RecordMapping.event(row), mustWait: row.integer(7) != 0))
                }
                return events
            }
        }
    }
}
