import Synchronization
public import WorkflowCore

extension SQLStateStore {
    public func instance(id: String) async throws -> StateMachineInstance? {
        if let instance = cache?.instance(id: id) { return instance }
        let ticket = cache?.begin()
        let instance = try await first(statements.instance, [.text(id)]) { try RecordMapping.instance($0) }
        if let instance, let ticket { cache?.fill([.instance(instance)], since: ticket) }
        return instance
    }

    public func history(instanceID: String, limit: Int) async throws -> [TransitionRecord] {
        try await all(statements.history, [.text(instanceID), Self.limit(limit)], RecordMapping.transition)
    }

    public func openInstances(after: String?, limit: Int) async throws -> [StateMachineInstance] {
        try await all(statements.openInstances, [.text(after ?? ""), Self.limit(limit)]) {
            try RecordMapping.instance($0)
        }
    }

    public func openInstanceCounts() async throws -> [String: Int] {
        let counts = try await all(statements.openInstanceCounts, []) { ($0.text(0), Int($0.integer(1))) }
        return Dictionary(counts, uniquingKeysWith: +)
    }

    public func openInstanceStates() async throws -> [OpenInstanceState] {
        let counts = try await all(statements.openInstanceStates, []) { row in
            (workflowType: row.text(0), state: row.text(1), count: Int(row.integer(2)))
        }
        // Databases have orders of their own.
        return OpenInstanceState.count(counts)
    }

    public func nextWorkDue() async throws -> Timestamp? {
        try await first(statements.nextWorkDue, []) { Timestamp(nanoseconds: $0.integer(0)) }
    }

    public func workItem(id: String) async throws -> WorkItem? {
        try await first(statements.workItem, [.text(id)]) { try RecordMapping.work($0) }
    }

    public func leasedWork(owner: String) async throws -> [String: Int64] {
        let tokens = try await all(statements.leasedWork, [.text(owner)]) { ($0.text(0), $0.integer(1)) }
        return Dictionary(tokens) { max($0, $1) }
    }

    public func outbox(limit: Int) async throws -> [OutboxEvent] {
        try await all(statements.outbox, [.text(node.withLock { $0 }), Self.limit(limit)], RecordMapping.event)
    }

    public func resource(type: String, id: String) async throws -> ResourceSnapshot? {
        if let snapshot = cache?.snapshot(type: type, id: id) { return snapshot }
        let ticket = cache?.begin()
        let snapshot = try await first(statements.resource, [.text(type), .text(id)], RecordMapping.snapshot)
        if let snapshot, let ticket { cache?.fill(snapshot.cachedRecords, since: ticket) }
        return snapshot
    }

    public func resources(
        type: String, owner: String?, limit: Int, after: Int64
    ) async throws -> [ResourceSnapshot] {
        let ticket = cache?.begin()
        let snapshots =
            if let owner {
                try await all(
                    statements.resourcesOfOwner, [.text(type), .text(owner), .integer(after), Self.limit(limit)],
                    RecordMapping.snapshot)
            } else {
                try await all(
                    statements.resources, [.text(type), .integer(after), Self.limit(limit)], RecordMapping.snapshot)
            }
        if let ticket { cache?.fill(snapshots.flatMap(\.cachedRecords), since: ticket, onlyKnown: true) }
        return snapshots
    }

    public func resourceCount(type: String) async throws -> Int {
        try await first(statements.resourceCount, [.text(type)]) { Int($0.integer(0)) } ?? 0
    }

    public func user(email: String) async throws -> UserRecord? {
        if let user = cache?.user(email: email) { return user }
        let ticket = cache?.begin()
        let user = try await first(statements.userByEmail, [.text(UserRecord.emailKey(email))], RecordMapping.user)
        if let user, let ticket { cache?.fill([.user(user)], since: ticket) }
        return user
    }

    public func user(id: String) async throws -> UserRecord? {
        if let user = cache?.user(id: id) { return user }
        let ticket = cache?.begin()
        let user = try await first(statements.userByID, [.text(id)], RecordMapping.user)
        if let user, let ticket { cache?.fill([.user(user)], since: ticket) }
        return user
    }

    public func value(namespace: String, key: String, now: Timestamp) async throws -> JSONValue? {
        try await first(statements.value, [.text(namespace), .text(key), .time(now)]) {
            try RecordMapping.json($0, 0, "key_values.value")
        }
    }

    public func values(
        namespace: String, prefix: String, limit: Int, now: Timestamp
    ) async throws -> [(key: String, value: JSONValue)] {
        let row: @Sendable (any SQLRow) throws -> (key: String, value: JSONValue) = {
            ($0.text(0), try RecordMapping.json($0, 1, "key_values.value"))
        }
        if let bound = StoreTransaction.upperBound(ofPrefix: prefix) {
            return try await all(
                statements.valuesInRange,
                [.text(namespace), .text(prefix), .text(bound), .time(now), Self.limit(limit)], row)
        }
        return try await all(
            statements.values, [.text(namespace), .text(prefix), .time(now), Self.limit(limit)], row)
    }

    private static func limit(_ limit: Int) -> SQLValue { .integer(Int64(max(0, limit))) }

    /// Returns the first row of a query.
    private func first<Record: Sendable>(
        _ statement: SQLStatement, _ arguments: [SQLValue], _ map: @escaping @Sendable (any SQLRow) throws -> Record
    ) async throws -> Record? {
        try await translated {
            try await database.read { connection in
                var record: Record?
                try connection.query(statement, arguments) { row in
                    if record == nil { record = try map(row) }
                }
                return record
            }
        }
    }

    /// Returns all rows of a query.
    private func all<Record: Sendable>(
        _ statement: SQLStatement, _ arguments: [SQLValue], _ map: @escaping @Sendable (any SQLRow) throws -> Record
    ) async throws -> [Record] {
        try await translated {
            try await database.read { connection in
                var records: [Record] = []
                try connection.query(statement, arguments) { records.append(try map($0)) }
                return records
            }
        }
    }
}

extension ResourceSnapshot {
    /// The rows that the snapshot is made of.
    fileprivate var cachedRecords: [CachedRecord] {
        if let instance { [.resource(resource), .instance(instance)] } else { [.resource(resource)] }
    }
}
