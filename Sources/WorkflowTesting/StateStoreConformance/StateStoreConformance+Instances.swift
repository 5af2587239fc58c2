import WorkflowCore

extension StateStoreConformance {
    static var instanceChecks: [Check] {
        [
            Check("an instance is read as it was created") { store in
                var instance = makeInstance("i1", state: "")
                instance.error = "it's broken"
                instance.previousState = "earlier"
                instance.startTime = Timestamp(nanoseconds: -1)
                instance.lastUpdated = Timestamp(nanoseconds: 1_700_000_000_123_456_789)
                instance.data = [
                    "big": .integer(.max), "exact": .decimal("0.10000000000000000000001"), "z": 1, "a": [],
                ]
                try await store.commit(.createInstance(instance))
                let read = try await store.instance(id: "i1")
                try expectEqual(read, instance)
                try expectEqual(read?.data.keys, ["big", "exact", "z", "a"], "order of keys")
                try expectEqual(try await store.instance(id: "none"), nil)
            },
            Check("creating an instance that exists is a conflict") { store in
                try await store.commit(.createInstance(makeInstance("i1")))
                try await expectConflict(store, [.createInstance(makeInstance("i1", state: "other"))])
                try expectEqual(try await store.instance(id: "i1")?.currentState, "new")
            },
            Check("updating an instance needs its stored version and counts it up") { store in
                try await store.commit(.createInstance(makeInstance("i1")))
                var instance = makeInstance("i1", state: "paid")
                instance.version = 77
                try await store.commit(.updateInstance(instance, expectedVersion: 1))
                try expectEqual(try await store.instance(id: "i1")?.version, 2, "version")
                try expectEqual(try await store.instance(id: "i1")?.currentState, "paid")
                try await expectConflict(store, [.updateInstance(instance, expectedVersion: 1)])
                try await expectConflict(store, [.updateInstance(instance, expectedVersion: 3)])
                try await expectConflict(store, [.updateInstance(makeInstance("none"), expectedVersion: 1)])
            },
            Check("deleting an instance removes its history and work and nothing else") { store in
                try await store.commit(
                    .createInstance(makeInstance("i1")), .appendHistory(makeRecord("i1", version: 1)),
                    .enqueueWork(makeWork("w1")), .createInstance(makeInstance("i2")),
                    .appendHistory(makeRecord("i2", version: 1)), .enqueueWork(makeWork("w2", instance: "i2")))
                try await store.commit(.deleteInstance(id: "i1"), .deleteInstance(id: "none"))
                try expectEqual(try await store.instance(id: "i1"), nil)
                try expectEqual(try await store.history(instanceID: "i1", limit: 9).count, 0)
                try expectEqual(try await store.history(instanceID: "i2", limit: 9).count, 1)
                let work = try await store.claimWork(
                    owner: "o", now: start, leaseUntil: start.advanced(by: .seconds(1)), limit: 9)
                try expectEqual(work.map(\.id), ["w2"])
                try expect(try await store.instance(id: "i2") != nil, "the other instance is gone")
            },
            Check("history is listed oldest first, up to the limit") { store in
                for version in 1...5 {
                    try await store.commit(
                        .appendHistory(makeRecord("i1", version: Int64(version))),
                        .appendHistory(makeRecord("i2", version: 1)))
                }
                let records = try await store.history(instanceID: "i1", limit: 3)
                try expectEqual(records, (1...3).map { makeRecord("i1", version: $0) })
                try expectEqual(try await store.history(instanceID: "i1", limit: 100).count, 5)
                try expectEqual(try await store.history(instanceID: "i1", limit: 0).count, 0)
            },
            Check("open instances are listed by identifier, page by page, without the completed ones") { store in
                for number in [5, 3, 1, 4, 2] { try await store.commit(.createInstance(makeInstance("i\(number)"))) }
                try await store.commit(.createInstance(makeInstance("i6", completed: true)))
                var done = makeInstance("i2")
                done.completed = true
                try await store.commit(.updateInstance(done, expectedVersion: 1))
                try expectEqual(try await store.openInstances(after: nil, limit: 2).map(\.id), ["i1", "i3"])
                try expectEqual(try await store.openInstances(after: "i3", limit: 9).map(\.id), ["i4", "i5"])
                done.completed = false
                try await store.commit(.updateInstance(done, expectedVersion: 2))
                try expectEqual(try await store.openInstances(after: "i1", limit: 1).map(\.id), ["i2"])
            },
            Check("open instances are counted by definition and state, without the completed ones") { store in
                try expectEqual(try await store.openInstanceStates(), [])
                for (number, state) in ["new", "paid", "new", "caf\u{E9}", "cafe\u{301}", "", "Paid"].enumerated() {
                    try await store.commit(.createInstance(makeInstance("i\(number)", state: state)))
                }
                var other = makeInstance("j1", state: "new")
                other.workflowType = "invoice"
                try await store.commit(.createInstance(other))
                try await store.commit(.createInstance(makeInstance("i7", state: "paid", completed: true)))
                func counts() async throws -> [[String]] {
                    try await store.openInstanceStates().map { [$0.workflowType, $0.state, "\($0.count)"] }
                }
                let rest = [
                    ["order", "cafe\u{301}", "1"], ["order", "caf\u{E9}", "1"], ["order", "new", "2"],
                    ["order", "paid", "1"],
                ]
                try expectEqual(
                    try await counts(),
                    [["invoice", "new", "1"], ["order", "", "1"], ["order", "Paid", "1"]] + rest)
                try await store.commit(.updateInstance(makeInstance("i0", state: "paid"), expectedVersion: 1))
                try await store.commit(.updateInstance(makeInstance("i5", completed: true), expectedVersion: 1))
                try await store.commit(.deleteInstance(id: "j1"), .deleteInstance(id: "i6"))
                try expectEqual(
                    try await counts(), rest.dropLast(2) + [["order", "new", "1"], ["order", "paid", "2"]])
            },
            Check("instances are completed and opened by their states, and nothing else of them changes") { store in
                for (id, state, completed) in [
                    ("i1", "sent", false), ("i2", "new", false), ("i3", "gone", true), ("i4", "new", true),
                ] {
                    try await store.commit(.createInstance(makeInstance(id, state: state, completed: completed)))
                    _ = try await store.instance(id: id)
                }
                var other = makeInstance("j1", state: "sent")
                other.workflowType = "invoice"
                try await store.commit(.createInstance(other))
                let opened = try await store.alignCompletion(
                    of: "order", finalStates: ["sent", "it\u{2019}s \"over\""], openStates: ["new"])
                try expectEqual(opened, 0, "one is completed, one is opened")
                try expectEqual(
                    try await store.instance(id: "i1"), makeInstance("i1", state: "sent", completed: true))
                try expectEqual(try await store.instance(id: "i4"), makeInstance("i4", state: "new"))
                try expectEqual(try await store.instance(id: "i3")?.completed, true)
                try expectEqual(try await store.openInstances(after: nil, limit: 9).map(\.id), ["i2", "i4", "j1"])
                try expectEqual(
                    try await store.alignCompletion(of: "order", finalStates: ["new"], openStates: []), -2)
                try expectEqual(try await store.alignCompletion(of: "order", finalStates: [], openStates: []), 0)
                try await store.commit(
                    .updateInstance(makeInstance("i1", state: "new"), expectedVersion: 1))
            },
            Check("identifiers are compared by their bytes") { store in
                try await store.commit(.createInstance(makeInstance("caf\u{E9}")))
                try await store.commit(.createInstance(makeInstance("cafe\u{301}", state: "other")))
                try expectEqual(try await store.instance(id: "caf\u{E9}")?.currentState, "new")
                try expectEqual(try await store.instance(id: "cafe\u{301}")?.currentState, "other")
                let identifiers = try await store.openInstances(after: nil, limit: 9).map { Array($0.id.utf8) }
                try expectEqual(identifiers, [Array("cafe\u{301}".utf8), Array("caf\u{E9}".utf8)], "order")
            },
        ]
    }
}
