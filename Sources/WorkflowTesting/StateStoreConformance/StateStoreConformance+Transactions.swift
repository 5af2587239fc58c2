import WorkflowCore

extension StateStoreConformance {
    static var atomicityChecks: [Check] {
        [
            Check("an empty transaction succeeds") { store in
                try await store.commit(StoreTransaction())
            },
            Check("a conflict undoes every kind of earlier change of its transaction") { store in
                try await store.commit(
                    .createInstance(makeInstance("i1")), .appendHistory(makeRecord("i1", version: 1)),
                    .enqueueWork(makeWork("w1")), .appendOutbox([makeEvent("e1")]),
                    .createResource(makeResource("r1", owner: "u1")), .createResource(makeResource("r2")),
                    .createUser(makeUser("u1", email: "a@example.com")),
                    .setValue(namespace: "n", key: "k", value: 1, expiresAt: nil))
                let before = try await contents(store)
                let changes: [StoreTransaction.Operation] = [
                    .updateInstance(makeInstance("i1", state: "x", completed: true), expectedVersion: 1),
                    .createInstance(makeInstance("i2")),
                    .appendHistory(makeRecord("i1", version: 2)),
                    .finishWork(id: "w1", fencingToken: 1),
                    .enqueueWork(makeWork("w2")),
                    .appendOutbox([makeEvent("e2")]),
                    .removeOutbox(ids: ["e1"]),
                    .updateResource(makeResource("r1", owner: "u2"), expectedVersion: nil),
                    .deleteResource(type: "orders", id: "r2"),
                    .createResource(makeResource("r3")),
                    .updateUser(makeUser("u1", email: "b@example.com")),
                    .createUser(makeUser("u2", email: "a@example.com")),
                    .setValue(namespace: "n", key: "k", value: 2, expiresAt: nil),
                    .setValue(namespace: "n", key: "l", value: 2, expiresAt: nil),
                    .removeValue(namespace: "n", key: "k"),
                    .deleteInstance(id: "i1"),
                ]
                for count in 1...changes.count {
                    let operations = changes.prefix(count) + [.updateInstance(makeInstance("none"), expectedVersion: 1)]
                    try await expectConflict(store, at: count, Array(operations))
                    try expectEqual(try await contents(store), before, "the contents after \(count) changes")
                }
                try await store.commit(StoreTransaction(changes))
            },
            Check("operations see the changes before them in their transaction") { store in
                try await store.commit(
                    .createInstance(makeInstance("i1")),
                    .updateInstance(makeInstance("i1", state: "b"), expectedVersion: 1),
                    .updateInstance(makeInstance("i1", state: "c"), expectedVersion: 2),
                    .enqueueWork(makeWork("w1")), .finishWork(id: "w1", fencingToken: 1),
                    .createResource(makeResource("r1")), .deleteResource(type: "orders", id: "r1"),
                    .createResource(makeResource("r1")))
                try expectEqual(try await store.instance(id: "i1")?.version, 3)
                try await expectConflict(
                    store, at: 1, [.createInstance(makeInstance("i2")), .createInstance(makeInstance("i2"))])
                try expectEqual(try await store.instance(id: "i2"), nil)
            },
        ]
    }

    static var concurrencyChecks: [Check] {
        [
            Check("500 concurrent increments with retries all take effect once") { store in
                var counter = makeInstance("counter")
                counter.data = ["n": 0]
                try await store.commit(
                    .createInstance(counter), .createResource(makeResource("r", instance: "counter")))
                try await withThrowingTaskGroup(of: Void.self) { group in
                    for task in 0..<50 {
                        group.addTask { for _ in 0..<10 { try await increment(store, readResource: task % 2 == 0) } }
                    }
                    try await group.waitForAll()
                }
                let end = try await store.instance(id: "counter")
                try expectEqual(end?.data["n"], 500, "the counter")
                try expectEqual(end?.version, 501, "the version")
                try expectEqual(try await store.history(instanceID: "counter", limit: 1000).count, 500, "the history")
            },
            Check("of many transactions that expect the same version exactly one wins") { store in
                try await store.commit(.createInstance(makeInstance("i1")))
                let wins = await withTaskGroup(of: Bool.self) { group in
                    for task in 0..<40 {
                        group.addTask {
                            do {
                                try await store.commit(
                                    .setValue(namespace: "tried", key: "\(task)", value: true, expiresAt: nil),
                                    .updateInstance(makeInstance("i1", state: "s\(task)"), expectedVersion: 1),
                                    .setValue(namespace: "won", key: "\(task)", value: true, expiresAt: nil))
                                return true
                            } catch {
                                return false
                            }
                        }
                    }
                    return await group.reduce(0) { $0 + ($1 ? 1 : 0) }
                }
                try expectEqual(wins, 1, "winners")
                try expectEqual(try await store.values(namespace: "tried", prefix: "", limit: 99, now: start).count, 1)
                let won = try await store.values(namespace: "won", prefix: "", limit: 99, now: start).map(\.key)
                try expectEqual(try await store.instance(id: "i1")?.currentState, "s\(won.first ?? "?")")
            },
            Check("readers see neither halves of a transaction nor time running backwards") { store in
                try await store.commit(
                    .createInstance(makeInstance("i1")), .createResource(makeResource("r1", instance: "i1")))
                try await withThrowingTaskGroup(of: Void.self) { group in
                    group.addTask {
                        for version in 1...150 {
                            var resource = makeResource("r1", instance: "i1")
                            resource.data = ["n": .integer(Int64(version) + 1)]
                            try await store.commit(
                                .updateInstance(makeInstance("i1"), expectedVersion: Int64(version)),
                                .updateResource(resource, expectedVersion: Int64(version)))
                            // What a commit returned for must be seen by a read that starts after it.
                            let seen = try await store.resource(type: "orders", id: "r1")?.resource.version
                            try expectEqual(seen, Int64(version) + 1, "version after the commit")
                        }
                    }
                    for reader in 0..<3 {
                        group.addTask { try await watch(store, viaList: reader == 0) }
                    }
                    try await group.waitForAll()
                }
            },
        ]
    }

    /// Reads until the last version is there, and checks each snapshot.
    private static func watch(_ store: any StateStore, viaList: Bool) async throws {
        var last: Int64 = 0
        while last < 151 {
            let snapshot =
                if viaList {
                    try await store.resources(type: "orders", owner: nil, limit: 1, after: 0).first
                } else {
                    try await store.resource(type: "orders", id: "r1")
                }
            guard let snapshot, let instance = snapshot.instance else {
                throw ConformanceFailure("the resource or its instance is gone")
            }
            try expectEqual(snapshot.resource.version, instance.version, "versions within a snapshot")
            try expect(instance.version >= last, "version \(instance.version) after \(last)")
            last = instance.version
            let single = try await store.instance(id: "i1")?.version ?? 0
            try expect(single >= last, "a single read saw version \(single) after \(last)")
            last = single
            await Task.yield()
        }
    }

    private static func increment(_ store: any StateStore, readResource: Bool) async throws {
        while true {
            let read =
                readResource
                ? try await store.resource(type: "orders", id: "r")?.instance : try await store.instance(id: "counter")
            guard var counter = read, let value = counter.data["n"]?.intValue else {
                throw ConformanceFailure("the counter is gone")
            }
            counter.data["n"] = .integer(Int64(value + 1))
            do {
                try await store.commit(
                    .updateInstance(counter, expectedVersion: counter.version),
                    .appendHistory(makeRecord("counter", version: counter.version + 1)))
                return
            } catch let error as StoreError where error.code == .conflict {
                await Task.yield()
            }
        }
    }

    /// Everything a store holds, as text.
    static func contents(_ store: any StateStore) async throws -> [String] {
        var parts: [String] = []
        for id in ["i1", "i2"] {
            parts.append("\(String(describing: try await store.instance(id: id)))")
            parts.append("\(try await store.history(instanceID: id, limit: 99))")
        }
        parts.append("\(try await store.openInstances(after: nil, limit: 99).map(\.id))")
        parts.append("\(String(describing: try await store.nextWorkDue()))")
        parts.append("\(try await store.outbox(limit: 99))")
        for owner in [nil, "u1", "u2"] {
            parts.append("\(try await store.resources(type: "orders", owner: owner, limit: 99, after: 0))")
        }
        for email in ["a@example.com", "b@example.com"] {
            parts.append("\(String(describing: try await store.user(email: email)))")
        }
        for id in ["u1", "u2"] { parts.append("\(String(describing: try await store.user(id: id)))") }
        parts.append("\(try await store.values(namespace: "n", prefix: "", limit: 99, now: start))")
        parts.append("\(try await store.resourceCount(type: "orders"))")
        return parts
    }
}
