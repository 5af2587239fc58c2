public import WorkflowCore

/// A state store that leaves to another one what it does not do itself: one that fails, is slow or tells what happens, for
/// tests.
///
/// Of a store that nodes share it forwards what ``StateStore`` asks for only; what such stores can do besides, such as
/// keeping the order of events among nodes, is not used through it.
public protocol ForwardingStateStore: StateStore {
    /// The store that does it.
    var base: any StateStore { get }
}

extension ForwardingStateStore {
    public var isShared: Bool { base.isShared }
    public var membership: (any StoreMembership)? { base.membership }

    public func commit(_ transaction: StoreTransaction) async throws { try await base.commit(transaction) }

    public func instance(id: String) async throws -> StateMachineInstance? { try await base.instance(id: id) }

    public func history(instanceID: String, limit: Int) async throws -> [TransitionRecord] {
        try await base.history(instanceID: instanceID, limit: limit)
    }

    public func removeHistory(
        of workflowType: String, completedBefore time: Timestamp, after: Int64, limit: Int
    ) async throws -> HistoryRemoval {
        try await base.removeHistory(of: workflowType, completedBefore: time, after: after, limit: limit)
    }

    public func alignCompletion(
        of workflowType: String, finalStates: Set<String>, openStates: Set<String>
    ) async throws -> Int {
        try await base.alignCompletion(of: workflowType, finalStates: finalStates, openStates: openStates)
    }

    public func openInstances(after: String?, limit: Int) async throws -> [StateMachineInstance] {
        try await base.openInstances(after: after, limit: limit)
    }

    public func openInstanceCounts() async throws -> [String: Int] { try await base.openInstanceCounts() }

    public func openInstanceStates() async throws -> [OpenInstanceState] { try await base.openInstanceStates() }

    public func claimWork(
        owner: String, now: Timestamp, leaseUntil: Timestamp, limit: Int
    ) async throws -> [WorkItem] {
        try await base.claimWork(owner: owner, now: now, leaseUntil: leaseUntil, limit: limit)
    }

    public func nextWorkDue() async throws -> Timestamp? { try await base.nextWorkDue() }

    public func workItem(id: String) async throws -> WorkItem? { try await base.workItem(id: id) }

    public func leasedWork(owner: String) async throws -> [String: Int64] {
        try await base.leasedWork(owner: owner)
    }

    public func outbox(limit: Int) async throws -> [OutboxEvent] { try await base.outbox(limit: limit) }

    public func resource(type: String, id: String) async throws -> ResourceSnapshot? {
        try await base.resource(type: type, id: id)
    }

    public func resources(
        type: String, owner: String?, limit: Int, after: Int64
    ) async throws -> [ResourceSnapshot] {
        try await base.resources(type: type, owner: owner, limit: limit, after: after)
    }

    public func resourceCount(type: String) async throws -> Int { try await base.resourceCount(type: type) }

    public func user(email: String) async throws -> UserRecord? { try await base.user(email: email) }

    public func user(id: String) async throws -> UserRecord? { try await base.user(id: id) }

    public func value(namespace: String, key: String, now: Timestamp) async throws -> JSONValue? {
        try await base.value(namespace: namespace, key: key, now: now)
    }

    public func values(
        namespace: String, prefix: String, limit: Int, now: Timestamp
    ) async throws -> [(key: String, value: JSONValue)] {
        try await base.values(namespace: namespace, prefix: prefix, limit: limit, now: now)
    }

    public func removeExpiredValues(now: Timestamp, limit: Int) async throws -> Bool {
        try await base.removeExpiredValues(now: now, limit: limit)
    }

    public func enterSection(
        _ name: String, within timeout: Duration, lost: @escaping @Sendable () -> Void
    ) async throws -> (@Sendable () async -> Void)? {
        try await base.enterSection(name, within: timeout, lost: lost)
    }

    public func checkHealth() async throws { try await base.checkHealth() }

    public func close() async { await base.close() }
}
