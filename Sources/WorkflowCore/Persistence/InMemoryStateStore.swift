import Synchronization

/// A state store that keeps everything in this process's memory and loses it with the process.
///
/// It behaves like the durable stores in everything else, so it serves tests, examples and applications that configure
/// no database.
///
/// ```swift
/// let store = InMemoryStateStore()
/// var transaction = StoreTransaction()
/// transaction.append(.setValue(namespace: "app", key: "colour", value: "blue", expiresAt: nil))
/// try await store.commit(transaction)
/// ```
public final class InMemoryStateStore: StateStore {
    private struct State {
        var tables = InMemoryTables()
        var isClosed = false
    }

    private let state = Mutex(State())

    /// Creates an empty store.
    public init() {}

    public var isShared: Bool { false }

    public func commit(_ transaction: StoreTransaction) async throws {
        try withTables { try $0.apply(transaction) }
    }

    public func instance(id: String) async throws -> StateMachineInstance? {
        try withTables { $0.instances[ExactString(id)] }
    }

    public func history(instanceID: String, limit: Int) async throws -> [TransitionRecord] {
        try withTables { Array($0.history[ExactString(instanceID), default: []].prefix(max(0, limit))) }
    }

    public func removeHistory(
        of workflowType: String, completedBefore time: Timestamp, after: Int64, limit: Int
    ) async throws -> HistoryRemoval {
        try withTables { $0.removeHistory(of: workflowType, completedBefore: time, after: after, limit: limit) }
    }

    public func alignCompletion(
        of workflowType: String, finalStates: Set<String>, openStates: Set<String>
    ) async throws -> Int {
        try withTables {
            $0.alignCompletion(of: workflowType, finalStates: finalStates, openStates: openStates)
        }
    }

    public func openInstances(after: String?, limit: Int) async throws -> [StateMachineInstance] {
        try withTables { tables in
            tables.openInstances.elements(after: ExactString(after ?? ""), limit: limit)
                .compactMap { tables.instances[$0] }
        }
    }

    public func openInstanceCounts() async throws -> [String: Int] {
        try withTables { tables in
            let types = tables.openInstances.elements.compactMap { tables.instances[$0]?.workflowType }
            return Dictionary(types.map { ($0, 1) }, uniquingKeysWith: +)
        }
    }

    public func openInstanceStates() async throws -> [OpenInstanceState] {
        try withTables { tables in
            OpenInstanceState.count(
                tables.openInstances.elements.compactMap { id in
                    tables.instances[id].map { (workflowType: $0.workflowType, state: $0.currentState, count: 1) }
                })
        }
    }

    public func removeExpiredValues(now: Timestamp, limit: Int) async throws -> Bool {
        try withTables { $0.removeExpiredValues(now, limit: limit) }
    }

    public func claimWork(owner: String, now: Timestamp, leaseUntil: Timestamp, limit: Int) async throws -> [WorkItem] {
        try withTables { $0.claimWork(owner: owner, now: now, leaseUntil: leaseUntil, limit: limit) }
    }

    public func nextWorkDue() async throws -> Timestamp? {
        try withTables { $0.availableWork.first?.availableAt }
    }

    public func workItem(id: String) async throws -> WorkItem? {
        try withTables { $0.work[ExactString(id)] }
    }

    public func leasedWork(owner: String) async throws -> [String: Int64] {
        try withTables { tables in
            let leased = tables.work.values.filter { $0.leaseOwner == owner }
            return Dictionary(leased.map { ($0.id, $0.fencingToken) }) { max($0, $1) }
        }
    }

    public func outbox(limit: Int) async throws -> [OutboxEvent] {
        try withTables { tables in
            tables.outboxOrder.elements.prefix(max(0, limit)).compactMap { tables.outbox[$0] }
        }
    }

    public func resource(type: String, id: String) async throws -> ResourceSnapshot? {
        try withTables { tables in
            tables.resources[InMemoryTables.ResourceKey(type, id)].map(tables.snapshot)
        }
    }

    public func resources(type: String, owner: String?, limit: Int, after: Int64) async throws -> [ResourceSnapshot] {
        try withTables { tables in
            tables.resourceOrder[InMemoryTables.ResourceOrderKey(type, owner)]?.elements(after: after, limit: limit)
                .compactMap { tables.resourceKeys[$0].flatMap { tables.resources[$0] }.map(tables.snapshot) } ?? []
        }
    }

    public func resourceCount(type: String) async throws -> Int {
        try withTables { $0.resourceOrder[InMemoryTables.ResourceOrderKey(type, nil)]?.count ?? 0 }
    }

    public func user(email: String) async throws -> UserRecord? {
        try withTables { tables in
            tables.userIDs[ExactString(UserRecord.emailKey(email))].flatMap { tables.users[$0] }
        }
    }

    public func user(id: String) async throws -> UserRecord? {
        try withTables { $0.users[ExactString(id)] }
    }

    public func value(namespace: String, key: String, now: Timestamp) async throws -> JSONValue? {
        try withTables { $0.value(namespace: namespace, key: key, now: now) }
    }

    public func values(
        namespace: String, prefix: String, limit: Int, now: Timestamp
    ) async throws -> [(key: String, value: JSONValue)] {
        try withTables { $0.values(namespace: namespace, prefix: prefix, limit: limit, now: now) }
    }

    public func checkHealth() async throws {
        try withTables { _ in }
    }

    public func close() async {
        state.withLock { state in
            state.isClosed = true
            state.tables = InMemoryTables()
        }
    }

    func withTables<Result: Sendable>(_ body: (inout InMemoryTables) throws -> Result) throws -> Result {
        try state.withLock { state in
            guard !state.isClosed else { throw StoreError(.unavailable, "the store is closed") }
            return try body(&state.tables)
        }
    }
}
