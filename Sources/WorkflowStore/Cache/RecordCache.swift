import Synchronization
import WorkflowCore

/// Single rows in memory, exactly as they were last committed by this process.
///
/// Commits write through in the order in which they took effect, before their callers continue. A query that was under
/// way meanwhile may carry an older state; so each row notes (by a stripe of its hash) at which commit it last changed,
/// and a query may fill only rows that have not changed since it began. Rows that a query saw before the commit that
/// made them was written through replace older ones by version, so that no reader goes back in time.
final class RecordCache: Sendable {
    /// The moment at which a query began.
    struct Ticket: Sendable {
        fileprivate let commit: UInt64
    }

    fileprivate struct State {
        var rows: LRUCache<CachedRecord.Key, CachedRecord>
        var userIDs: [ExactString: ExactString] = [:]
        var commit: UInt64 = 0
        var changed = [UInt64](repeating: 0, count: RecordCache.stripes)
        var isClosed = false
        var hits = 0
        var misses = 0
    }

    private static let stripes = 1024
    private let state: Mutex<State>
    private let room: (count: Int, cost: Int)

    init(maximumCount: Int, maximumCost: Int) {
        room = (maximumCount, maximumCost)
        state = Mutex(State(rows: LRUCache(maximumCount: maximumCount, maximumCost: maximumCost)))
    }

    /// How many rows are kept, what they cost, and how often a single read found its row.
    var statistics: (count: Int, cost: Int, hits: Int, misses: Int) {
        state.withLock { ($0.rows.count, $0.rows.cost, $0.hits, $0.misses) }
    }

    /// Notes that a query begins.
    func begin() -> Ticket {
        state.withLock { Ticket(commit: $0.commit) }
    }

    func instance(id: String) -> StateMachineInstance? {
        state.withLock { state in
            guard case .instance(let instance)? = state.find(.instance(id)) else { return nil }
            return instance
        }
    }

    func snapshot(type: String, id: String) -> ResourceSnapshot? {
        state.withLock { state in
            guard case .resource(let resource)? = state.find(.resource(type, id)) else { return nil }
            guard let instanceID = resource.instanceID else { return ResourceSnapshot(resource: resource) }
            guard case .instance(let instance)? = state.find(.instance(instanceID)) else { return nil }
            return ResourceSnapshot(resource: resource, instance: instance)
        }
    }

    func user(id: String) -> UserRecord? {
        state.withLock { state in
            guard case .user(let user)? = state.find(.user(id)) else { return nil }
            return user
        }
    }

    func user(email: String) -> UserRecord? {
        let emailKey = ExactString(UserRecord.emailKey(email))
        return state.withLock { state in
            guard let id = state.userIDs[emailKey], case .user(let user)? = state.find(.user(id)) else { return nil }
            return user
        }
    }

    /// Takes over what a query has found.
    ///
    /// - Parameters:
    ///   - records: The rows found.
    ///   - ticket: When the query began.
    ///   - onlyKnown: Whether rows that are not kept yet are left out, as for lists.
    func fill(_ records: [CachedRecord], since ticket: Ticket, onlyKnown: Bool = false) {
        let released = state.withLock { state in
            var released: [(key: CachedRecord.Key, value: CachedRecord)] = []
            guard !state.isClosed else { return released }
            for record in records {
                let key = record.key
                guard state.changed[Self.stripe(of: key)] <= ticket.commit else { continue }
                if let known = state.rows.peek(key) {
                    guard record.isNewer(than: known) else { continue }
                } else if onlyKnown {
                    continue
                }
                released += state.set(record, for: key, cost: record.cost)
            }
            return released
        }
        _ = released
    }

    /// Writes the changes of a committed transaction through.
    ///
    /// - Parameters:
    ///   - changes: The changes.
    ///   - positions: What the database gave to the resources.
    func apply(_ changes: [CacheChange], positions: [ResourcePosition]) {
        let changes = CacheChange.positioned(changes, positions)
        guard !changes.isEmpty else { return }
        let released = state.withLock { state in
            var released: [(key: CachedRecord.Key, value: CachedRecord)] = []
            state.commit += 1
            for change in changes {
                let key = change.key
                state.changed[Self.stripe(of: key)] = state.commit
                if !state.isClosed, case .put(let record, let cost) = change {
                    released += state.set(record, for: key, cost: cost)
                } else if let old = state.remove(key) {
                    released.append((key, old))
                }
            }
            return released
        }
        _ = released
    }

    /// Forgets everything, and does not take what queries find that are under way.
    func forget() {
        let released = state.withLock { state in
            state.commit += 1
            state.changed = [UInt64](repeating: state.commit, count: Self.stripes)
            return state.removeAll(keeping: room)
        }
        _ = released
    }

    /// Forgets everything for good.
    func close() {
        let released = state.withLock { state in
            state.isClosed = true
            return state.removeAll()
        }
        _ = released
    }

    private static func stripe(of key: CachedRecord.Key) -> Int {
        Int(truncatingIfNeeded: UInt(bitPattern: key.hashValue) % UInt(stripes))
    }
}

extension RecordCache.State {
    fileprivate mutating func find(_ key: CachedRecord.Key) -> CachedRecord? {
        let record = rows.value(for: key)
        if record == nil { misses += 1 } else { hits += 1 }
        return record
    }

    fileprivate mutating func set(
        _ record: CachedRecord, for key: CachedRecord.Key, cost: Int
    ) -> [(key: CachedRecord.Key, value: CachedRecord)] {
        let removed = rows.set(record, for: key, cost: cost)
        for (_, old) in removed { forgetEmail(of: old) }
        if case .user(let user) = record, rows.peek(key) != nil {
            userIDs[ExactString(user.emailKey)] = ExactString(user.id)
        }
        return removed
    }

    fileprivate mutating func remove(_ key: CachedRecord.Key) -> CachedRecord? {
        let old = rows.remove(key)
        if let old { forgetEmail(of: old) }
        return old
    }

    fileprivate mutating func removeAll(
        keeping room: (count: Int, cost: Int) = (0, 0)
    ) -> LRUCache<CachedRecord.Key, CachedRecord> {
        defer {
            rows = LRUCache(maximumCount: room.count, maximumCost: room.cost)
            userIDs = [:]
        }
        return rows
    }

    private mutating func forgetEmail(of record: CachedRecord) {
        guard case .user(let user) = record else { return }
        let emailKey = ExactString(user.emailKey)
        if userIDs[emailKey] == ExactString(user.id) { userIDs[emailKey] = nil }
    }
}
