import WorkflowCore

/// Keeps the state of an application in memory, and tells of every transition.
struct RecordingStore: StateStore {
    let recorder: TestRecorder
    private let store = InMemoryStateStore()

    init(_ recorder: TestRecorder) {
        self.recorder = recorder
    }

    var isShared: Bool { false }

    func commit(_ transaction: StoreTransaction) async throws {
        try await store.commit(transaction)
        recorder.add(transaction)
    }

    func instance(id: String) async throws -> StateMachineInstance? { try await store.instance(id: id) }

    func history(instanceID: String, limit: Int) async throws -> [TransitionRecord] {
        try await store.history(instanceID: instanceID, limit: limit)
    }

    func openInstances(after: String?, limit: Int) async throws -> [StateMachineInstance] {
        try await store.openInstances(after: after, limit: limit)
    }

    func openInstanceCounts() async throws -> [String: Int] { try await store.openInstanceCounts() }

    func openInstanceStates() async throws -> [OpenInstanceState] { try await store.openInstanceStates() }

    func claimWork(owner: String, now: Timestamp, leaseUntil: Timestamp, limit: Int) async throws -> [WorkItem] {
        try await store.claimWork(owner: owner, now: now, leaseUntil: leaseUntil, limit: limit)
    }

    func nextWorkDue() async throws -> Timestamp? { try await store.nextWorkDue() }

    func workItem(id: String) async throws -> WorkItem? { try await store.workItem(id: id) }

    func leasedWork(owner: String) async throws -> [String: Int64] { try await store.leasedWork(owner: owner) }

    func outbox(limit: Int) async throws -> [OutboxEvent] { try await store.outbox(limit: limit) }

    func resource(type: String, id: String) async throws -> ResourceSnapshot? {
        try await store.resource(type: type, id: id)
    }

    func resources(type: String, owner: String?, limit: Int, after: Int64) async throws -> [ResourceSnapshot] {
        try await store.resources(type: type, owner: owner, limit: limit, after: after)
    }

    func resourceCount(type: String) async throws -> Int { try await store.resourceCount(type: type) }

    func user(email: String) async throws -> UserRecord? { try await store.user(email: email) }

    func user(id: String) async throws -> UserRecord? { try await store.user(id: id) }

    func value(namespace: String, key: String, now: Timestamp) async throws -> JSONValue? {
        try await store.value(namespace: namespace, key: key, now: now)
    }

    func values(
        namespace: String, prefix: String, limit: Int, now: Timestamp
    ) async throws -> [(key: String, value: JSONValue)] {
        try await store.values(namespace: namespace, prefix: prefix, limit: limit, now: now)
    }

    func removeExpiredValues(now: Timestamp, limit: Int) async throws -> Bool {
        try await store.removeExpiredValues(now: now, limit: limit)
    }

    func checkHealth() async throws { try await store.checkHealth() }

    func close() async { await store.close() }
}
