public import WorkflowCore

extension SQLStateStore: StoreListing {
    private static let columns = """
        i.id, i.workflow_type, i.current_state, i.previous_state, i.start_time, i.last_updated, i.completed, \
        i.error_msg, i.version
        """

    /// Looks at a stretch of the instances in the order of the primary key.
    ///
    /// No index leads to instances by their state: it would have to change with each transition, which costs all
    /// transitions more than it saves a person who looks for something now and then. Those that are open have an index.
    public func instances(_ query: InstanceQuery) async throws -> InstancePage {
        let isOpen = query.completed == false
        // Word for word the condition of the index.
        let open = isOpen ? "i.completed = 0 AND " : ""
        let stretch = SQLStatement(
            "SELECT i.id FROM workflow_instances i WHERE \(open)i.id > ? ORDER BY i.id LIMIT 1 OFFSET ?")
        let limit = max(1, query.limit)
        let after = SQLValue.text(query.after ?? "")
        return try await translated {
            try await database.read { connection in
                var end: String?
                try connection.query(stretch, [after, .integer(Int64(max(1, query.scanLimit)) - 1)]) {
                    end = $0.text(0)
                }
                var conditions = "\(open)i.id > ?"
                var arguments = [after]
                func add(_ condition: String, _ value: SQLValue?) {
                    guard let value else { return }
                    conditions += " AND \(condition)"
                    arguments.append(value)
                }
                add("i.id <= ?", end.map { .text($0) })
                add("i.workflow_type = ?", query.workflowType.map { .text($0) })
                add("i.current_state = ?", query.state.map { .text($0) })
                if query.completed == true { conditions += " AND i.completed = 1" }
                arguments.append(.integer(Int64(limit)))
                let statement = SQLStatement(
                    "SELECT \(Self.columns) FROM workflow_instances i WHERE \(conditions) ORDER BY i.id LIMIT ?")
                var found: [StateMachineInstance] = []
                try connection.query(statement, arguments) { found.append(Self.instance($0)) }
                return InstancePage(instances: found, next: found.count == limit ? found.last?.id : end)
            }
        }
    }

    public func latestValues(
        namespace: String, from lower: String, before upper: String, limit: Int, now: Timestamp
    ) async throws -> [(key: String, value: JSONValue)] {
        let statement = SQLStatement(
            """
            SELECT key, value FROM key_values WHERE namespace = ? AND key >= ? AND key < ? \
            AND (expires_at IS NULL OR expires_at > ?) ORDER BY key DESC LIMIT ?
            """)
        return try await translated {
            try await database.read { connection in
                var values: [(key: String, value: JSONValue)] = []
                try connection.query(
                    statement,
                    [.text(namespace), .text(lower), .text(upper), .time(now), .integer(Int64(max(0, limit)))]
                ) { values.append(($0.text(0), try RecordMapping.json($0, 1, "key_values.value"))) }
                return values
            }
        }
    }

    private static func instance(_ row: any SQLRow) -> StateMachineInstance {
        StateMachineInstance(
            id: row.text(0), workflowType: row.text(1), currentState: row.text(2), previousState: row.text(3),
            startTime: Timestamp(nanoseconds: row.integer(4)), lastUpdated: Timestamp(nanoseconds: row.integer(5)),
            completed: row.integer(6) != 0, error: row.isNull(7) ? nil : row.text(7), version: row.integer(8))
    }
}
