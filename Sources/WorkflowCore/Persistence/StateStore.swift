/// Keeps everything the engine must not forget: state-machine instances and their history, durable work, outgoing
/// events, resources, users and small values.
///
/// What implementations promise:
/// - ``commit(_:)`` is atomic and durable: it returns only after the whole transaction would survive `kill -9` and power
///   loss (as far as the medium can promise that), and changes nothing when it throws.
/// - Transactions are serializable with respect to each other. A read that starts after a commit returned sees it.
/// - Callers that are cancelled while a commit is under way may or may not have committed.
public protocol StateStore: Sendable {
    /// Whether other processes write to the same data. When `false`, callers may cache what they read and wrote.
    var isShared: Bool { get }
    /// How the processes that share the data know of each other; `nil` when it is not shared.
    var membership: (any StoreMembership)? { get }

    /// Applies all operations of the transaction, or none.
    ///
    /// - Throws: ``StoreError``: `.conflict` when a version, token or uniqueness condition does not hold, `.storageFull`,
    ///   `.unavailable`.
    func commit(_ transaction: StoreTransaction) async throws

    /// Applies what is decided about an instance while nobody else can change it, in one transaction.
    ///
    /// - Parameters:
    ///   - id: The identifier of the instance.
    ///   - decide: Gets the instance, or `nil`, and returns the changes. It runs on any thread while others wait, and
    ///     once more when the transaction had to be undone: it must be quick and must not use the store.
    /// - Throws: ``StoreError`` as for ``commit(_:)``; what `decide` throws, and nothing is changed then.
    func commit(
        locking id: String, _ decide: @escaping @Sendable (StateMachineInstance?) throws -> StoreTransaction
    ) async throws

    /// Returns the instance with this identifier, or `nil`.
    func instance(id: String) async throws -> StateMachineInstance?
    /// Returns the transitions an instance has made, oldest first.
    func history(instanceID: String, limit: Int) async throws -> [TransitionRecord]
    /// Removes the history of instances that were completed before a time, whole instances in the course of several calls.
    ///
    /// - Parameters:
    ///   - workflowType: The definition of the instances.
    ///   - time: When they were completed at the latest.
    ///   - after: Where an earlier call says to go on; 0 for the beginning.
    ///   - limit: The greatest number of rows to look at.
    func removeHistory(
        of workflowType: String, completedBefore time: Timestamp, after: Int64, limit: Int
    ) async throws -> HistoryRemoval
    /// Has ``StateMachineInstance/completed`` of instances agree with the states that they are in. Versions and times stay.
    ///
    /// - Parameters:
    ///   - workflowType: The definition of the instances.
    ///   - finalStates: The states whose instances are completed.
    ///   - openStates: The states whose instances are not. Instances in any other state stay as they are.
    /// - Returns: How many more instances are open than before.
    func alignCompletion(
        of workflowType: String, finalStates: Set<String>, openStates: Set<String>
    ) async throws -> Int
    /// Returns instances that are not completed, for counting and recovery; ordered by identifier.
    ///
    /// - Parameters:
    ///   - after: The identifier after which to go on; `nil` for the beginning.
    ///   - limit: The greatest number of instances to return.
    func openInstances(after: String?, limit: Int) async throws -> [StateMachineInstance]
    /// Returns how many instances of each definition are not completed.
    func openInstanceCounts() async throws -> [String: Int]
    /// Returns how many instances that are not completed are in which state; ordered by definition and state, comparing
    /// bytes.
    func openInstanceStates() async throws -> [OpenInstanceState]

    /// Takes up to `limit` work items that are due and not leased to a living owner, and leases them.
    ///
    /// - Parameters:
    ///   - owner: Who takes them; unique to this run of the process.
    ///   - now: The time to compare with `notBefore` and with leases.
    ///   - leaseUntil: When the lease ends unless it is renewed.
    ///   - limit: The greatest number of items.
    /// - Returns: The items that could be claimed for longest, with their new ``WorkItem/fencingToken``, in order of
    ///   `notBefore`.
    func claimWork(owner: String, now: Timestamp, leaseUntil: Timestamp, limit: Int) async throws -> [WorkItem]
    /// Returns when the next work item can be claimed, or `nil` when there is no work.
    ///
    /// A leased item can be claimed when its lease ends, so that work of an owner that died is not forgotten.
    func nextWorkDue() async throws -> Timestamp?
    /// Returns a work item, or `nil`.
    func workItem(id: String) async throws -> WorkItem?
    /// Returns the identifiers and fencing tokens of the work that is leased to an owner.
    func leasedWork(owner: String) async throws -> [String: Int64]

    /// Returns outgoing events in the order in which they were committed.
    func outbox(limit: Int) async throws -> [OutboxEvent]

    /// Returns one resource with the instance that is linked to it.
    func resource(type: String, id: String) async throws -> ResourceSnapshot?
    /// Returns resources with their linked instances in the order of creation.
    ///
    /// - Parameters:
    ///   - type: The resource type.
    ///   - owner: Only resources of this owner; `nil` for all.
    ///   - limit: The greatest number of resources.
    ///   - after: The ``Resource/sequence`` after which to go on; 0 for the beginning.
    func resources(type: String, owner: String?, limit: Int, after: Int64) async throws -> [ResourceSnapshot]
    /// Returns how many resources of a type there are.
    func resourceCount(type: String) async throws -> Int

    /// Returns the user with this e-mail address (compared without case), or `nil`.
    func user(email: String) async throws -> UserRecord?
    /// Returns the user with this identifier, or `nil`.
    func user(id: String) async throws -> UserRecord?

    /// Returns a small value, or `nil` when it is absent or has expired at `now`.
    func value(namespace: String, key: String, now: Timestamp) async throws -> JSONValue?
    /// Returns the keys and values of a namespace whose keys begin with `prefix`, in key order.
    func values(namespace: String, prefix: String, limit: Int, now: Timestamp) async throws -> [(
        key: String, value: JSONValue
    )]

    /// Removes small values that have expired at `now`, up to `limit`.
    ///
    /// - Returns: Whether there may be more.
    func removeExpiredValues(now: Timestamp, limit: Int) async throws -> Bool

    /// Enters a critical section that one caller at a time, of all processes on the data, can be in.
    ///
    /// Callers of one process that want to be in the same section come one after the other.
    ///
    /// - Parameters:
    ///   - name: The name of the section.
    ///   - timeout: How long to wait for it.
    ///   - lost: Called when the section is free for others although it was not left.
    /// - Returns: Leaves the section; `nil` when it did not become free in time.
    /// - Throws: ``StoreError``; `CancellationError`.
    func enterSection(
        _ name: String, within timeout: Duration, lost: @escaping @Sendable () -> Void
    ) async throws -> (@Sendable () async -> Void)?

    /// Proves that the store can be read and written.
    ///
    /// - Throws: ``StoreError`` that says what is wrong.
    func checkHealth() async throws
    /// Finishes what is under way and releases files, connections and threads. Later calls throw `.unavailable`.
    func close() async
}

extension StateStore {
    public var membership: (any StoreMembership)? { nil }

    /// Removes nothing: for stores whose history is short anyway.
    public func removeHistory(
        of workflowType: String, completedBefore time: Timestamp, after: Int64, limit: Int
    ) async throws -> HistoryRemoval { HistoryRemoval() }

    /// Does nothing, for stores of one process, which keeps its own callers apart.
    public func enterSection(
        _ name: String, within timeout: Duration, lost: @escaping @Sendable () -> Void
    ) async throws -> (@Sendable () async -> Void)? { {} }

    /// Decides again for as long as others are faster, for stores in which a transaction takes no time.
    public func commit(
        locking id: String, _ decide: @escaping @Sendable (StateMachineInstance?) throws -> StoreTransaction
    ) async throws {
        while true {
            let transaction = try decide(try await instance(id: id))
            do {
                return try await commit(transaction)
            } catch let error as StoreError where error.code == .conflict && error.operation == 0 {
                guard case .updateInstance = transaction.operations.first else { throw error }
            }
        }
    }
}
