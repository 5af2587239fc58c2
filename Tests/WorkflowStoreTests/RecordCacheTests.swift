import Testing
import WorkflowCore

@testable import WorkflowStore

@Suite struct RecordCacheTests {
    private static let now = Timestamp(seconds: 1_700_000_000)

    private static func instance(_ id: String = "i1", version: Int64 = 1) -> StateMachineInstance {
        StateMachineInstance(
            id: id, workflowType: "w", currentState: "s\(version)", startTime: now, lastUpdated: now, version: version)
    }

    private static func resource(_ id: String = "r1", instance: String? = nil, sequence: Int64 = 1) -> Resource {
        Resource(
            type: "t", id: id, data: [:], state: "", instanceID: instance, sequence: sequence, createdAt: now,
            updatedAt: now)
    }

    private static func user(_ id: String, _ email: String) -> UserRecord {
        UserRecord(id: id, email: email, name: "", passwordHash: "", createdAt: now)
    }

    private static func cache(_ count: Int = 100) -> RecordCache {
        RecordCache(maximumCount: count, maximumCost: 1 << 20)
    }

    @Test func aQueryThatBeganBeforeACommitDoesNotOverwriteIt() {
        let cache = Self.cache()
        let ticket = cache.begin()
        cache.apply(StoreTransaction([.updateInstance(Self.instance(version: 2), expectedVersion: 1)]), positions: [])
        cache.fill([.instance(Self.instance(version: 1))], since: ticket)
        #expect(cache.instance(id: "i1")?.version == 2)
    }

    @Test func aQueryThatBeganBeforeADeletionDoesNotBringTheRowBack() {
        let cache = Self.cache()
        cache.fill([.instance(Self.instance())], since: cache.begin())
        let ticket = cache.begin()
        cache.apply(StoreTransaction([.deleteInstance(id: "i1")]), positions: [])
        cache.fill([.instance(Self.instance())], since: ticket)
        #expect(cache.instance(id: "i1") == nil)
        cache.fill([.instance(Self.instance())], since: cache.begin())
        #expect(cache.instance(id: "i1") != nil)
    }

    @Test func aQueryThatSawACommitBeforeItWasWrittenThroughWins() {
        let cache = Self.cache()
        cache.fill([.instance(Self.instance(version: 1))], since: cache.begin())
        let ticket = cache.begin()
        cache.fill([.instance(Self.instance(version: 2))], since: ticket, onlyKnown: true)
        #expect(cache.instance(id: "i1")?.version == 2)
        cache.fill([.instance(Self.instance(version: 1))], since: ticket)
        #expect(cache.instance(id: "i1")?.version == 2)
        cache.fill([.instance(Self.instance("i2"))], since: ticket, onlyKnown: true)
        #expect(cache.instance(id: "i2") == nil)
    }

    @Test func snapshotsNeedBothRows() {
        let cache = Self.cache()
        cache.fill([.resource(Self.resource(instance: "i1"))], since: cache.begin())
        #expect(cache.snapshot(type: "t", id: "r1") == nil)
        cache.fill([.instance(Self.instance())], since: cache.begin())
        #expect(cache.snapshot(type: "t", id: "r1")?.instance?.version == 1)
        cache.fill([.resource(Self.resource("r2"))], since: cache.begin())
        #expect(cache.snapshot(type: "t", id: "r2") == ResourceSnapshot(resource: Self.resource("r2")))
    }

    @Test func resourcesTakeThePositionOfTheDatabase() {
        let cache = Self.cache()
        let transaction = StoreTransaction([
            .createInstance(Self.instance()), .createResource(Self.resource(sequence: 0)),
            .deleteResource(type: "t", id: "gone"), .updateResource(Self.resource("r2"), expectedVersion: nil),
        ])
        cache.apply(
            transaction,
            positions: [
                ResourcePosition(operation: 1, sequence: 17, version: 1),
                ResourcePosition(operation: 3, sequence: 5, version: 9),
            ])
        #expect(cache.snapshot(type: "t", id: "r1")?.resource.sequence == 17)
        #expect(cache.snapshot(type: "t", id: "r2")?.resource.version == 9)
    }

    @Test func usersAreFoundByTheirPresentAddressOnly() {
        let cache = Self.cache()
        cache.apply(StoreTransaction([.createUser(Self.user("u1", "A@x"))]), positions: [])
        #expect(cache.user(email: "a@X")?.id == "u1")
        cache.apply(
            StoreTransaction([.updateUser(Self.user("u1", "b@x")), .createUser(Self.user("u2", "a@x"))]), positions: [])
        #expect(cache.user(email: "a@x")?.id == "u2")
        #expect(cache.user(email: "b@x")?.id == "u1")
    }

    @Test func sizeIsBoundedInRowsAndBytes() {
        let cache = RecordCache(maximumCount: 10, maximumCost: 1 << 20)
        for n in 0..<50 { cache.fill([.user(Self.user("u\(n)", "\(n)@x"))], since: cache.begin()) }
        #expect(cache.statistics.count == 10)
        #expect(cache.user(email: "0@x") == nil)
        #expect(cache.user(email: "49@x") != nil)
        let small = RecordCache(maximumCount: 1000, maximumCost: 5000)
        for n in 0..<50 {
            var instance = Self.instance("i\(n)")
            instance.data = ["text": .string(String(repeating: "x", count: 1000))]
            small.fill([.instance(instance)], since: small.begin())
        }
        #expect(small.statistics.cost <= 5000)
        #expect((1...3).contains(small.statistics.count))
    }

    @Test func aClosedCacheStaysEmpty() {
        let cache = Self.cache()
        let ticket = cache.begin()
        cache.close()
        cache.fill([.instance(Self.instance())], since: ticket)
        cache.apply(StoreTransaction([.createInstance(Self.instance())]), positions: [])
        #expect(cache.instance(id: "i1") == nil)
    }
}

@Suite struct LRUCacheTests {
    @Test func agreesWithASimpleModel() {
        var cache = LRUCache<Int, Int>(maximumCount: 8, maximumCost: 100)
        var model: [(key: Int, value: Int, cost: Int)] = []  // Newest last.
        var generator = SystemRandomNumberGenerator()
        for step in 0..<5000 {
            let key = Int.random(in: 0..<20, using: &generator)
            let known = model.firstIndex { $0.key == key }
            switch Int.random(in: 0..<4, using: &generator) {
            case 0:
                #expect(cache.remove(key) == known.map { model[$0].value })
                if let known { model.remove(at: known) }
            case 1:
                #expect(cache.value(for: key) == known.map { model[$0].value })
                if let known { model.append(model.remove(at: known)) }
            default:
                let cost = Int.random(in: 1...120, using: &generator)
                _ = cache.set(step, for: key, cost: cost)
                if let known { model.remove(at: known) }
                if cost <= 100 { model.append((key, step, cost)) }
                while model.count > 8 || model.reduce(0, { $0 + $1.cost }) > 100 { model.removeFirst() }
            }
            #expect(cache.count == model.count)
            #expect(cache.cost == model.reduce(0) { $0 + $1.cost })
        }
        for entry in model { #expect(cache.peek(entry.key) == entry.value) }
    }
}

extension RecordCache {
    fileprivate func apply(_ transaction: StoreTransaction, positions: [ResourcePosition]) {
        apply(CacheChange.changes(of: transaction), positions: positions)
    }
}
