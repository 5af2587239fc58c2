import Synchronization
import WorkflowTesting

@testable import WorkflowCore

/// A database that several simulated processes share: requests and answers take time and get lost, and a commit may
/// take effect long after the client was told that the connection is gone.
final class SimulatedDatabase: Sendable {
    /// What can go wrong, in one of so many requests.
    struct Faults: Sendable {
        var lostRequests = 40
        var lostAnswers = 20
    }

    /// What the database does wrong, to see whether the simulation finds it.
    enum Defect: CaseIterable, Sendable {
        /// Work that was leased by a commit whose answer was lost cannot be found.
        case strayWorkIsHidden
        /// An update of work does not fence out its own repetition.
        case updatesDoNotFence
        /// Events of processes that are gone are delivered by nobody.
        case eventsAreOrphaned
        /// Events do not wait for those of other processes.
        case eventsOvertake
        /// What goes on in scheduled runs of processes that are gone cannot be found.
        case scheduledRunsAreHidden
    }

    struct Contents: Sendable {
        var tables = InMemoryTables()
        /// When the processes were last seen.
        var nodes: [String: Timestamp] = [:]
        /// Who delivers an event.
        var owners: [String: String] = [:]
        /// Whether a process was ever given up.
        var hasLostNodes = false
    }

    let contents = Mutex(Contents())
    private let simulation: SimulatedTime
    private let faults: Faults
    let defect: Defect?

    init(_ simulation: SimulatedTime, faults: Faults = Faults(), defect: Defect?) {
        self.defect = defect
        self.simulation = simulation
        self.faults = faults
    }

    /// Sends a request of a process and waits for its answer.
    func request<Answer: Sendable>(
        _ body: @escaping @Sendable (inout Contents, Timestamp) throws -> Answer
    ) async throws -> Answer {
        try await withCheckedThrowingContinuation { continuation in
            let arrival = simulation.random(milliseconds: 0...30)
            let answer = arrival + simulation.random(milliseconds: 0...30)
            let lost = StoreError(.unavailable, "the connection was lost")
            let isQuiet = simulation.isQuiet
            if !isQuiet, simulation.happens(onceIn: faults.lostRequests) {
                simulation.after(answer) { continuation.resume(throwing: lost) }
            } else if !isQuiet, simulation.happens(onceIn: faults.lostAnswers) {
                let isLate = simulation.happens(onceIn: 3)
                let effect = isLate ? simulation.random(milliseconds: 0...25_000) : arrival
                simulation.after(effect) { [self] in
                    _ = contents.withLock { contents in Result { try body(&contents, simulation.clock.now) } }
                }
                simulation.after(answer) { continuation.resume(throwing: lost) }
            } else {
                simulation.after(arrival) { [self] in
                    let result = contents.withLock { contents in Result { try body(&contents, simulation.clock.now) } }
                    simulation.after(answer - arrival) { continuation.resume(with: result) }
                }
            }
        }
    }
}

/// The connection of one process to a ``SimulatedDatabase``.
final class SimulatedStore: OrderedOutbox, StoreMembership {
    private let database: SimulatedDatabase
    private let fate: SimulatedFate
    private let id = Mutex("")

    init(_ database: SimulatedDatabase, _ fate: SimulatedFate) {
        self.database = database
        self.fate = fate
    }

    /// Sends a request, unless the process is dead and only cleans up.
    private func request<Answer: Sendable>(
        _ body: @escaping @Sendable (inout SimulatedDatabase.Contents, Timestamp) throws -> Answer
    ) async throws -> Answer {
        guard !fate.isDead else { throw StoreError(.unavailable, "the process is dead") }
        return try await database.request(body)
    }

    var isShared: Bool { true }
    var membership: (any StoreMembership)? { self }

    func commit(_ transaction: StoreTransaction) async throws {
        let owner = id.withLock { $0 }
        let defect = database.defect
        try await request { contents, _ in
            try contents.tables.apply(transaction)
            if defect == .updatesDoNotFence {
                for case .updateWork(let item, let token) in transaction.operations {
                    contents.setToken(token, ofWork: item.id)
                }
            }
            for case .appendOutbox(let events) in transaction.operations {
                for event in events { contents.owners[event.id] = owner }
            }
        }
    }

    func instance(id: String) async throws -> StateMachineInstance? {
        try await request { contents, _ in contents.tables.instances[ExactString(id)] }
    }

    func history(instanceID: String, limit: Int) async throws -> [TransitionRecord] {
        try await request { contents, _ in contents.tables.history[ExactString(instanceID)] ?? [] }
    }

    func claimWork(owner: String, now: Timestamp, leaseUntil: Timestamp, limit: Int) async throws -> [WorkItem] {
        try await request { contents, _ in
            contents.tables.claimWork(owner: owner, now: now, leaseUntil: leaseUntil, limit: limit)
        }
    }

    func nextWorkDue() async throws -> Timestamp? {
        try await request { contents, _ in contents.tables.availableWork.first?.availableAt }
    }

    func workItem(id: String) async throws -> WorkItem? {
        try await request { contents, _ in contents.tables.work[ExactString(id)] }
    }

    func leasedWork(owner: String) async throws -> [String: Int64] {
        let isHidden = database.defect == .strayWorkIsHidden
        return try await request { contents, _ in
            let leased = contents.tables.work.values.filter { $0.leaseOwner == owner }
            return isHidden ? [:] : Dictionary(leased.map { ($0.id, $0.fencingToken) }) { max($0, $1) }
        }
    }

    func outbox(limit: Int) async throws -> [OutboxEvent] {
        let owner = id.withLock { $0 }
        return try await request { contents, _ in
            let events = contents.tables.outboxOrder.elements.compactMap { contents.tables.outbox[$0] }
            return Array(events.filter { contents.owners[$0.id] == owner }.prefix(limit))
        }
    }

    var outboxOwner: String { id.withLock { $0 } }

    func orderedOutbox(limit: Int) async throws -> [OrderedOutboxEvent] {
        let owner = id.withLock { $0 }
        let defect = database.defect
        return try await request { contents, _ in
            var foreign: Set<String> = []
            var events: [OrderedOutboxEvent] = []
            for event in contents.tables.outboxOrder.elements.compactMap({ contents.tables.outbox[$0] }) {
                if contents.owners[event.id] != owner {
                    foreign.insert(event.key)
                } else if events.count < limit {
                    let mustWait = foreign.contains(event.key) && defect != .eventsOvertake
                    events.append(OrderedOutboxEvent(event, mustWait: mustWait))
                }
            }
            return events
        }
    }

    func removeExpiredValues(now: Timestamp, limit: Int) async throws -> Bool { false }
    func checkHealth() async throws {}
    func close() async {}

    // MARK: - Membership

    func register(_ id: String, data: JSONObject) async throws {
        try await request { contents, now in contents.nodes[id] = now }
        self.id.withLock { $0 = id }
    }

    func renew(_ id: String, data: JSONObject) async throws -> Bool {
        try await request { contents, now in
            guard contents.nodes[id] != nil else { return false }
            contents.nodes[id] = now
            return true
        }
    }

    func takeOver(_ id: String, unseenFor duration: Duration) async throws -> TakenOver {
        let isOrphaned = database.defect == .eventsAreOrphaned
        return try await request { contents, now in
            var taken = TakenOver()
            for (node, seen) in contents.nodes.sorted(by: { $0.key < $1.key })
            where node != id && seen.duration(to: now) > duration {
                contents.nodes[node] = nil
                contents.hasLostNodes = true
                taken.nodes.append(node)
            }
            taken.workItems = contents.releaseWork()
            for (event, owner) in contents.owners where !isOrphaned && contents.nodes[owner] == nil {
                contents.owners[event] = id
                taken.events += 1
            }
            return taken
        }
    }

    func leave(_ id: String) async throws {
        try await request { contents, _ in
            contents.nodes[id] = nil
            _ = contents.releaseWork()
        }
    }

    func nodes() async throws -> [ClusterNode] {
        try await request { contents, now in
            contents.nodes.sorted { $0.key < $1.key }.map { id, seen in
                ClusterNode(
                    id: id, data: [:], startedAt: seen, unseenFor: seen.duration(to: now), workItems: 0, events: 0)
            }
        }
    }

    // MARK: - Small values

    func value(namespace: String, key: String, now: Timestamp) async throws -> JSONValue? {
        try await request { contents, _ in contents.tables.value(namespace: namespace, key: key, now: now) }
    }

    func values(
        namespace: String, prefix: String, limit: Int, now: Timestamp
    ) async throws -> [(key: String, value: JSONValue)] {
        let isHidden = database.defect == .scheduledRunsAreHidden
        return try await request { contents, _ in
            isHidden ? [] : contents.tables.values(namespace: namespace, prefix: prefix, limit: limit, now: now)
        }
    }

    // MARK: - Not needed here

    func alignCompletion(
        of workflowType: String, finalStates: Set<String>, openStates: Set<String>
    ) async throws -> Int { 0 }
    func openInstances(after: String?, limit: Int) async throws -> [StateMachineInstance] { [] }
    func openInstanceCounts() async throws -> [String: Int] { [:] }
    func openInstanceStates() async throws -> [OpenInstanceState] { [] }
    func resource(type: String, id: String) async throws -> ResourceSnapshot? { nil }
    func resources(type: String, owner: String?, limit: Int, after: Int64) async throws -> [ResourceSnapshot] { [] }
    func resourceCount(type: String) async throws -> Int { 0 }
    func user(email: String) async throws -> UserRecord? { nil }
    func user(id: String) async throws -> UserRecord? { nil }
}

extension SimulatedDatabase.Contents {
    fileprivate mutating func setToken(_ token: Int64, ofWork id: String) {
        guard var item = tables.work[ExactString(id)] else { return }
        item.fencingToken = token
        tables.setWork(ExactString(id), item)
    }

    fileprivate mutating func releaseWork() -> Int {
        var count = 0
        for (id, var item) in tables.work {
            guard let owner = item.leaseOwner, nodes[owner] == nil else { continue }
            item.leaseOwner = nil
            item.leaseUntil = nil
            tables.setWork(id, item)
            count += 1
        }
        return count
    }
}
