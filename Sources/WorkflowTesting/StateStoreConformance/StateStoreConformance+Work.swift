import WorkflowCore

extension StateStoreConformance {
    private static func later(_ seconds: Int) -> Timestamp { start.advanced(by: .seconds(seconds)) }

    static var workChecks: [Check] {
        [
            Check("claimed work comes back complete, leased and with a greater token") { store in
                var item = makeWork("w1")
                item.lastError = "earlier failure"
                item.attempts = 2
                item.cursor = 1
                try await store.commit(.enqueueWork(item))
                let claimed = try await store.claimWork(owner: "me", now: start, leaseUntil: later(30), limit: 5)
                item.leaseOwner = "me"
                item.leaseUntil = later(30)
                item.fencingToken += 1
                try expectEqual(claimed, [item])
            },
            Check("enqueuing work that exists is a conflict") { store in
                try await store.commit(.enqueueWork(makeWork("w1")))
                try await expectConflict(store, [.enqueueWork(makeWork("w1"))])
            },
            Check("work is claimed when it is due, in order, up to the limit") { store in
                try await store.commit(
                    .enqueueWork(makeWork("c", due: later(3))), .enqueueWork(makeWork("a", due: later(1))),
                    .enqueueWork(makeWork("d", due: later(4))), .enqueueWork(makeWork("b", due: later(2))))
                func claim(_ now: Timestamp, _ limit: Int) async throws -> [String] {
                    try await store.claimWork(owner: "o", now: now, leaseUntil: later(100), limit: limit).map(\.id)
                }
                try expectEqual(try await claim(start, 9), [])
                try expectEqual(try await claim(later(3), 2), ["a", "b"])
                try expectEqual(try await claim(later(3), 0), [])
                try expectEqual(try await claim(later(3), 9), ["c"])
                try expectEqual(try await claim(later(4), 9), ["d"])
                try expectEqual(try await claim(later(99), 9), [])
            },
            Check("an expired lease can be claimed by another, whose token fences the first one out") { store in
                try await store.commit(.enqueueWork(makeWork("w1")))
                let first = try await store.claimWork(owner: "one", now: start, leaseUntil: later(10), limit: 1)
                try expectEqual(
                    try await store.claimWork(owner: "two", now: later(9), leaseUntil: later(20), limit: 1), [])
                let second = try await store.claimWork(owner: "two", now: later(10), leaseUntil: later(20), limit: 1)
                guard let first = first.first, let second = second.first else {
                    throw ConformanceFailure("an item was not claimed")
                }
                try expectEqual(second.leaseOwner, "two")
                try expect(second.fencingToken > first.fencingToken, "the token did not grow")
                try await expectConflict(store, [.finishWork(id: "w1", fencingToken: first.fencingToken)])
                try await expectConflict(store, [.updateWork(first, expectedToken: first.fencingToken)])
                try await store.commit(.finishWork(id: "w1", fencingToken: second.fencingToken))
                try await expectConflict(store, [.finishWork(id: "w1", fencingToken: second.fencingToken)])
                try await expectConflict(store, [.updateWork(second, expectedToken: second.fencingToken)])
            },
            Check("updating work reschedules it and renews or gives back its lease") { store in
                try await store.commit(.enqueueWork(makeWork("w1")))
                guard
                    var item = try await store.claimWork(owner: "o", now: start, leaseUntil: later(5), limit: 1).first
                else { throw ConformanceFailure("the item was not claimed") }
                item.leaseUntil = later(50)
                try await store.commit(.updateWork(item, expectedToken: item.fencingToken))
                item.fencingToken += 1
                try expectEqual(try await store.workItem(id: "w1"), item)
                try expectEqual(
                    try await store.claimWork(owner: "p", now: later(6), leaseUntil: later(9), limit: 1), [])
                item.leaseOwner = nil
                item.leaseUntil = nil
                item.attempts = 3
                item.cursor = 1
                item.lastError = "no answer"
                item.notBefore = later(20)
                try await store.commit(.updateWork(item, expectedToken: item.fencingToken))
                item.fencingToken += 1
                try expectEqual(try await store.nextWorkDue(), later(20))
                try expectEqual(
                    try await store.claimWork(owner: "p", now: later(19), leaseUntil: later(60), limit: 1), [])
                let again = try await store.claimWork(owner: "p", now: later(20), leaseUntil: later(60), limit: 1)
                item.leaseOwner = "p"
                item.leaseUntil = later(60)
                item.fencingToken += 1
                try expectEqual(again, [item])
            },
            Check("an update fences out its own repetition") { store in
                try await store.commit(.enqueueWork(makeWork("w1")))
                guard
                    let item = try await store.claimWork(owner: "o", now: start, leaseUntil: later(5), limit: 1).first
                else { throw ConformanceFailure("the item was not claimed") }
                try await store.commit(.updateWork(item, expectedToken: item.fencingToken))
                try await expectConflict(store, [.updateWork(item, expectedToken: item.fencingToken)])
                try await expectConflict(store, [.finishWork(id: "w1", fencingToken: item.fencingToken)])
                try await store.commit(.finishWork(id: "w1", fencingToken: item.fencingToken + 1))
                try expectEqual(try await store.workItem(id: "w1"), nil)
            },
            Check("tells what is leased to an owner") { store in
                try await store.commit(
                    .enqueueWork(makeWork("a")), .enqueueWork(makeWork("b")), .enqueueWork(makeWork("c", due: later(9)))
                )
                let items = try await store.claimWork(owner: "o", now: start, leaseUntil: later(5), limit: 9)
                try expectEqual(
                    try await store.leasedWork(owner: "o"),
                    Dictionary(uniqueKeysWithValues: items.map { ($0.id, $0.fencingToken) }))
                try expectEqual(try await store.leasedWork(owner: "p"), [:])
            },
            Check("work can be enqueued with a lease") { store in
                var item = makeWork("w1")
                item.leaseOwner = "me"
                item.leaseUntil = later(10)
                try await store.commit(.enqueueWork(item))
                try expectEqual(
                    try await store.claimWork(owner: "you", now: later(9), leaseUntil: later(20), limit: 1), [])
                try await store.commit(.finishWork(id: "w1", fencingToken: item.fencingToken))
                try expectEqual(try await store.nextWorkDue(), nil)
            },
            Check("the next due time is that of the earliest item, or the end of its lease") { store in
                try expectEqual(try await store.nextWorkDue(), nil)
                try await store.commit(
                    .enqueueWork(makeWork("b", due: later(50))), .enqueueWork(makeWork("a", due: later(1))))
                try expectEqual(try await store.nextWorkDue(), later(1))
                _ = try await store.claimWork(owner: "o", now: later(1), leaseUntil: later(30), limit: 9)
                try expectEqual(try await store.nextWorkDue(), later(30))
            },
            Check("concurrent claimers never get the same item") { store in
                let count = 200
                try await store.commit(
                    StoreTransaction((0..<count).map { .enqueueWork(makeWork("w\($0)")) }))
                let until = later(60)
                let claimed = try await withThrowingTaskGroup(of: [String].self) { group in
                    for claimer in 0..<8 {
                        group.addTask {
                            var identifiers: [String] = []
                            while true {
                                let items = try await store.claimWork(
                                    owner: "c\(claimer)", now: start, leaseUntil: until, limit: 7)
                                if items.isEmpty { return identifiers }
                                identifiers += items.map(\.id)
                            }
                        }
                    }
                    return try await group.reduce(into: [String]()) { $0 += $1 }
                }
                try expectEqual(claimed.count, count, "claims")
                try expectEqual(Set(claimed).count, count, "distinct claims")
            },
        ]
    }

    static var outboxChecks: [Check] {
        [
            Check("outgoing events are listed in the order of their commits until they are removed") { store in
                try await store.commit(.appendOutbox([makeEvent("c"), makeEvent("a")]))
                try await store.commit(.appendOutbox([makeEvent("b")]), .appendOutbox([]))
                try expectEqual(
                    try await store.outbox(limit: 9), [makeEvent("c"), makeEvent("a"), makeEvent("b")])
                try expectEqual(try await store.outbox(limit: 1).map(\.id), ["c"])
                try await store.commit(.removeOutbox(ids: ["c", "none"]), .removeOutbox(ids: []))
                try await store.commit(.appendOutbox([makeEvent("c")]))
                try expectEqual(try await store.outbox(limit: 9).map(\.id), ["a", "b", "c"])
                try await store.commit(.removeOutbox(ids: ["a", "b", "c"]))
                try expectEqual(try await store.outbox(limit: 9), [])
            },
            Check("adding an outgoing event that exists is a conflict") { store in
                try await store.commit(.appendOutbox([makeEvent("a")]))
                try await expectConflict(store, [.appendOutbox([makeEvent("b"), makeEvent("a")])])
                try expectEqual(try await store.outbox(limit: 9).map(\.id), ["a"])
            },
        ]
    }
}
