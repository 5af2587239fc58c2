import Synchronization
import WorkflowCore
import WorkflowTesting

/// A store with an outbox of its own, which fails when told to.
final class OutboxStore: ForwardingStateStore {
    let base: any StateStore = InMemoryStateStore()

    fileprivate struct State {
        var events: [OutboxEvent] = []
        var removals: [[String]] = []
        var readings: [Int] = []
        var failures = 0
    }

    private let state = Mutex(State())

    var events: [OutboxEvent] { state.withLock { $0.events } }
    /// The identifiers that each transaction removed.
    var removals: [[String]] { state.withLock { $0.removals } }
    /// The limits of the readings.
    var readings: [Int] { state.withLock { $0.readings } }

    /// Adds events, as a commit would.
    func append(_ events: [OutboxEvent]) {
        state.withLock { $0.events.append(contentsOf: events) }
    }

    /// Makes the next calls fail.
    func fail(times: Int) {
        state.withLock { $0.failures = times }
    }

    func commit(_ transaction: StoreTransaction) async throws {
        try state.withLock { state in
            try state.failIfTold()
            for case .removeOutbox(let ids) in transaction.operations {
                state.removals.append(ids)
                let removed = Set(ids)
                state.events.removeAll { removed.contains($0.id) }
            }
        }
    }

    func outbox(limit: Int) async throws -> [OutboxEvent] {
        try state.withLock { state in
            try state.failIfTold()
            state.readings.append(limit)
            return Array(state.events.prefix(limit))
        }
    }
}

extension OutboxStore.State {
    mutating func failIfTold() throws {
        guard failures > 0 else { return }
        failures -= 1
        throw StoreError(.unavailable, "told to fail")
    }
}

func event(_ id: String, key: String = "", broker: String = "main", topic: String = "t") -> OutboxEvent {
    OutboxEvent(id: id, broker: broker, topic: topic, payload: .null, key: key, createdAt: Timestamp(seconds: 0))
}

/// A broker that takes what it is given, fails when told to, and settles when told to.
final class ScriptedBroker: MessageBroker {
    private struct State {
        var messages: [Message] = []
        var attempts = 0
        var settlements: [@Sendable () -> Void] = []
    }

    private let state = Mutex(State())
    private let settlesAtOnce: Bool
    private let body: @Sendable (_ message: Message, _ attempt: Int) async throws -> Void

    /// Creates a broker; `body` runs before a message is taken and gets the number of the attempt in this broker.
    init(
        settlesAtOnce: Bool = true,
        _ body: @escaping @Sendable (_ message: Message, _ attempt: Int) async throws -> Void = { _, _ in }
    ) {
        self.settlesAtOnce = settlesAtOnce
        self.body = body
    }

    var ids: [String] { state.withLock { $0.messages.map(\.id) } }
    var attempts: Int { state.withLock { $0.attempts } }

    func ids(key: String) -> [String] { state.withLock { $0.messages.filter { $0.key == key }.map(\.id) } }

    /// Settles what has been taken and not been settled.
    func settle() {
        let settlements = state.withLock { state in
            defer { state.settlements = [] }
            return state.settlements
        }
        for settled in settlements { settled() }
    }

    func publish(_ message: Message, settled: @escaping @Sendable () -> Void) async throws {
        let attempt = state.withLock { state in
            state.attempts += 1
            return state.attempts
        }
        try await body(message, attempt)
        state.withLock { state in
            state.messages.append(message)
            if !settlesAtOnce { state.settlements.append(settled) }
        }
        if settlesAtOnce { settled() }
    }

    func hasSubscribers(for topic: String) -> Bool { true }
    func subscribe(
        to pattern: TopicPattern, name: String, handler: any MessageHandler
    ) async throws -> any Subscription { throw WorkflowError(.unavailable, "not used here") }
    func checkHealth() async throws {}
}
