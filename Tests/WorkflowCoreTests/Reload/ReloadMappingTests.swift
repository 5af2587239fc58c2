import Synchronization
import Testing
import WorkflowTesting

@testable import WorkflowCore

@Suite struct ReloadMappingTests {
    private let states: StateMachineStates = ["order": ["new", "confirmed", "refunded"], "invoice": ["sent"]]

    private func problems(_ body: () throws -> Void) -> [String] {
        do {
            try body()
            return []
        } catch {
            return (error as? ConfigurationError)?.issues.map(\.description) ?? ["\(error)"]
        }
    }

    @Test func readsJSON() throws {
        let mapping = try ReloadMapping(json: ["order": ["paid": "confirmed"]])
        #expect(mapping == ReloadMapping(["order": ["paid": "confirmed"]]))
        #expect(try ReloadMapping(json: [:]).isEmpty)
        #expect(try ReloadMapping(json: ["order": [:]]).isEmpty)
        let group = StrandedInstances.find(
            [OpenInstanceState(workflowType: "order", state: "paid", count: 1)], in: states)
        #expect(group.allSatisfy(mapping.covers))
        #expect(!group.contains(where: ReloadMapping(["order": ["new": "confirmed"]]).covers))
    }

    @Test(
        arguments: [
            (["order": "confirmed"], "<mapping>: error: mapping.order: expected a mapping, found string"),
            (["order": ["paid": ["a"]]], "<mapping>: error: mapping.order.paid: expected text, found list"),
            ([1], "<mapping>: error: mapping: expected a mapping, found list"),
        ] as [(JSONValue, String)])
    func refusesOtherJSON(_ json: JSONValue, _ expected: String) {
        #expect(problems { _ = try ReloadMapping(json: json) } == [expected])
    }

    @Test func checksWhereItLeads() {
        #expect(problems { try ReloadMapping(["order": ["paid": "confirmed"]]).check(against: states) } == [])
        let mapping = ReloadMapping(["ordr": ["paid": "new"], "order": ["paid": "confirmd", "new": "confirmed"]])
        #expect(
            problems { try mapping.check(against: states, before: ["order": ["new", "paid"]]) } == [
                "<mapping>: error: mapping.order.new: \"order\" still has the state \"new\"; its instances stay there\n"
                    + "    hint: the states that are gone are: paid",
                "<mapping>: error: mapping.order.paid: the new \"order\" has no state \"confirmd\"\n"
                    + "    hint: did you mean \"confirmed\"?",
                "<mapping>: error: mapping.ordr: the new configuration has no state machine \"ordr\"\n"
                    + "    hint: did you mean \"order\"?",
            ])
    }

    // MARK: - Moving

    private let clock = TestClock()

    private func definitions() throws -> [String: StateMachineDefinition] {
        let machine = try StateMachineDefinition(
            name: "order", initialState: "new",
            states: [
                "new": .init(), "confirmed": .init(data: ["by": "reload"]), "closed": .init(isFinal: true),
                "failed": .init(description: "It failed.", isError: true),
            ], transitions: [:])
        return ["order": machine]
    }

    private func fill(_ store: any StateStore, _ instances: (id: String, state: String)...) async throws {
        for (id, state) in instances {
            let instance = StateMachineInstance(
                id: id, workflowType: "order", currentState: state, data: ["n": 1], startTime: clock.now,
                lastUpdated: clock.now)
            try await store.commit(StoreTransaction([.createInstance(instance)]))
        }
    }

    @Test func movesWithHistory() async throws {
        let store = InMemoryStateStore()
        try await fill(store, ("a", "paid"), ("b", "new"), ("c", "lost"), ("d", "broken"), ("e", "odd"))
        clock.advance(by: .seconds(5))
        let told = Mutex<[String]>([])
        let mapping = ReloadMapping(["order": ["paid": "confirmed", "lost": "closed", "broken": "failed"]])
        let count = try await mapping.move(in: store, to: definitions(), clock: clock) { old, new in
            told.withLock { $0.append("\(new.id) \(old.currentState) \(new.currentState) \(new.version)") }
        }
        #expect(count == 3)
        #expect(told.withLock { $0 } == ["a paid confirmed 2", "c lost closed 2", "d broken failed 2"])
        let moved = try #require(try await store.instance(id: "a"))
        #expect((moved.currentState, moved.previousState, moved.version) == ("confirmed", "paid", 2))
        #expect(moved.data == ["n": 1, "by": "reload"])
        #expect(moved.lastUpdated == clock.now)
        #expect(
            try await store.history(instanceID: "a", limit: 9) == [
                TransitionRecord(
                    instanceID: "a", version: 2, transition: "reload", fromState: "paid", toState: "confirmed",
                    timestamp: clock.now)
            ])
        #expect(try await store.instance(id: "c")?.completed == true)
        #expect(try await store.instance(id: "d")?.error == "It failed.")
        #expect(try await store.instance(id: "b")?.version == 1)
        #expect(try await store.history(instanceID: "b", limit: 9) == [])
        #expect(try await store.instance(id: "e")?.currentState == "odd")
        #expect(try await mapping.move(in: store, to: definitions(), clock: clock) == 0, "once is enough")
    }

    @Test func movesNothingWhenTheMappingIsWrong() async throws {
        let store = InMemoryStateStore()
        try await fill(store, ("a", "paid"))
        let definitions = try definitions()
        await #expect(throws: ConfigurationError.self) {
            try await ReloadMapping(["order": ["paid": "confirmed", "x": "y"]])
                .move(in: store, to: definitions, clock: clock)
        }
        #expect(try await store.instance(id: "a")?.currentState == "paid")
    }

    @Test func movesManyInBatches() async throws {
        let store = InMemoryStateStore()
        for index in 0..<1000 { try await fill(store, ("i\(index)", index % 2 == 0 ? "paid" : "new")) }
        let commits = Mutex(0)
        let counted = FailingStore(base: store) { _ in
            commits.withLock { $0 += 1 }
            return nil
        }
        let count = try await ReloadMapping(["order": ["paid": "confirmed"]])
            .move(in: counted, to: definitions(), clock: clock)
        #expect(count == 500)
        #expect(commits.withLock { $0 } == 5)
        #expect(
            try await store.openInstanceStates().map { "\($0.state) \($0.count)" } == ["confirmed 500", "new 500"])
    }

    /// The first commit of the mover finds that others were faster: one instance changed, one left, one came, one was
    /// removed.
    @Test func transitionsMayGoOnMeanwhile() async throws {
        let store = InMemoryStateStore()
        try await fill(store, ("a", "paid"), ("b", "paid"), ("c", "paid"), ("d", "paid"), ("z", "new"))
        let racing = RacingStore(base: store, clock: clock)
        let told = Mutex<[String]>([])
        let count = try await ReloadMapping(["order": ["paid": "confirmed"]])
            .move(in: racing, to: definitions(), clock: clock) { _, new in told.withLock { $0.append(new.id) } }
        #expect(count == 3)
        #expect(told.withLock { $0 } == ["a", "d", "0"])
        let changed = try #require(try await store.instance(id: "a"))
        #expect(changed.data == ["n": 2, "by": "reload"], "what the other one wrote is kept")
        #expect(changed.version == 3)
        #expect(try await store.history(instanceID: "a", limit: 9).map(\.version) == [3])
        #expect(try await store.instance(id: "b")?.currentState == "closed", "it left by itself")
        #expect(try await store.instance(id: "c") == nil)
        #expect(try await store.instance(id: "0")?.currentState == "confirmed", "it came behind the first pass")
    }

    @Test func tellsWhatTheStoreRefuses() async throws {
        let store = InMemoryStateStore()
        try await fill(store, ("a", "paid"))
        let full = FailingStore(base: store) { _ in (StoreError(.storageFull, "full"), false) }
        let definitions = try definitions()
        let error = await #expect(throws: StoreError.self) {
            try await ReloadMapping(["order": ["paid": "confirmed"]]).move(in: full, to: definitions, clock: clock)
        }
        #expect(error?.code == .storageFull)
    }
}

/// A store in which others change what is moved just before the first move is committed.
private struct RacingStore: ForwardingStateStore {
    let base: any StateStore
    let clock: TestClock
    private let hasRaced = SharedFlag()

    init(base: any StateStore, clock: TestClock) {
        self.base = base
        self.clock = clock
    }

    func commit(_ transaction: StoreTransaction) async throws {
        if hasRaced.set(), var changed = try await base.instance(id: "a"), var left = try await base.instance(id: "b") {
            changed.data = ["n": 2]
            left.currentState = "closed"
            let came = StateMachineInstance(
                id: "0", workflowType: "order", currentState: "paid", startTime: clock.now, lastUpdated: clock.now)
            try await base.commit(
                StoreTransaction([
                    .updateInstance(changed, expectedVersion: 1), .updateInstance(left, expectedVersion: 1),
                    .deleteInstance(id: "c"), .createInstance(came),
                ]))
        }
        try await base.commit(transaction)
    }
}

/// Set once.
private final class SharedFlag: Sendable {
    private let isSet = Mutex(false)

    /// - Returns: Whether it was not set before.
    func set() -> Bool {
        isSet.withLock { isSet in
            defer { isSet = true }
            return !isSet
        }
    }
}
