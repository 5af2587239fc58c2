import WorkflowCore

extension StateStoreConformance {
    static let start = Timestamp(seconds: 1_700_000_000)

    static func expect(
        _ condition: Bool, _ message: @autoclosure () -> String, file: String = #fileID, line: Int = #line
    ) throws {
        guard condition else { throw ConformanceFailure("\(message()) (\(file):\(line))") }
    }

    static func expectEqual<Value: Equatable>(
        _ value: Value, _ expected: Value, _ what: String = "value", file: String = #fileID, line: Int = #line
    ) throws {
        guard value == expected else {
            throw ConformanceFailure("\(what) is \(value), expected \(expected) (\(file):\(line))")
        }
    }

    /// Expects a commit to be refused as a conflict at an operation.
    static func expectConflict(
        _ store: any StateStore, at operation: Int = 0, _ operations: [StoreTransaction.Operation],
        file: String = #fileID, line: Int = #line
    ) async throws {
        do {
            try await store.commit(StoreTransaction(operations))
        } catch let error as StoreError where error.code == .conflict {
            try expectEqual(error.operation, operation, "the failing operation", file: file, line: line)
            return
        }
        throw ConformanceFailure("the commit succeeded, expected a conflict (\(file):\(line))")
    }

    static func makeInstance(_ id: String, state: String = "new", completed: Bool = false) -> StateMachineInstance {
        StateMachineInstance(
            id: id, workflowType: "order", currentState: state, data: ["amount": 12, "note": "für \"Ünal\""],
            startTime: start, lastUpdated: start, completed: completed)
    }

    static func makeRecord(_ id: String, version: Int64, from: String = "a", to: String = "b") -> TransitionRecord {
        TransitionRecord(
            instanceID: id, version: version, transition: "go", fromState: from, toState: to, data: ["n": 1],
            timestamp: start, actor: version == 2 ? "operator" : nil)
    }

    static func makeWork(_ id: String, instance: String = "i1", due: Timestamp = start) -> WorkItem {
        WorkItem(
            id: id, instanceID: instance, engine: "orders", transition: "go", fromState: "a", toState: "b",
            handlers: ["first", "second"], input: ["x": [1, 2]], notBefore: due, createdAt: start,
            trace: "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01 a=1")
    }

    static func makeEvent(_ id: String) -> OutboxEvent {
        OutboxEvent(
            id: id, broker: "events", topic: "orders.changed", payload: ["id": .string(id)], key: "k", createdAt: start,
            trace: "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01")
    }

    static func makeResource(
        _ id: String, type: String = "orders", owner: String? = nil, instance: String? = nil
    ) -> Resource {
        Resource(
            type: type, id: id, data: ["id": .string(id), "total": 3], state: "new", owner: owner, instanceID: instance,
            createdAt: start, updatedAt: start)
    }

    static func makeUser(_ id: String, email: String) -> UserRecord {
        UserRecord(id: id, email: email, name: "Name of \(id)", passwordHash: "$scrypt$…", createdAt: start)
    }
}

extension StateStore {
    /// Commits operations given one by one.
    func commit(_ operations: StoreTransaction.Operation...) async throws {
        try await commit(StoreTransaction(operations))
    }
}
