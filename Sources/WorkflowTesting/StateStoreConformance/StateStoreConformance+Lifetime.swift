import WorkflowCore

extension StateStoreConformance {
    static var lifetimeChecks: [Check] {
        [
            Check("a healthy store says so") { store in
                try await store.checkHealth()
                try await store.checkHealth()
            },
            Check("a closed store refuses everything, even what it had in memory") { store in
                try await store.commit(
                    .createInstance(makeInstance("i1")), .createUser(makeUser("u1", email: "a@example.com")))
                _ = try await store.instance(id: "i1")
                await store.close()
                await store.close()
                try await expectUnavailable { _ = try await store.instance(id: "i1") }
                try await expectUnavailable { _ = try await store.user(email: "a@example.com") }
                try await expectUnavailable { _ = try await store.outbox(limit: 1) }
                try await expectUnavailable { try await store.commit(.createInstance(makeInstance("i2"))) }
                try await expectUnavailable { try await store.commit(StoreTransaction()) }
                try await expectUnavailable { try await store.checkHealth() }
            },
            Check(reopening: "everything is there after closing and opening again") { fixture in
                let store = try await fixture.open()
                try await store.commit(
                    .createInstance(makeInstance("i1")), .appendHistory(makeRecord("i1", version: 1)),
                    .enqueueWork(makeWork("w1")), .appendOutbox([makeEvent("e2"), makeEvent("e1")]),
                    .createResource(makeResource("r1", owner: "u1", instance: "i1")),
                    .createUser(makeUser("u1", email: "A@example.com")),
                    .setValue(namespace: "n", key: "k", value: ["deep": [1, [2]]], expiresAt: nil))
                let before = try await contents(store)
                await store.close()
                let again = try await fixture.open()
                try expectEqual(try await contents(again), before, "the contents")
                try await expectConflict(again, [.createInstance(makeInstance("i1"))])
                await again.close()
            },
            Check(reopening: "sequences go on after opening again") { fixture in
                let store = try await fixture.open()
                try await store.commit(.createResource(makeResource("r1")), .createResource(makeResource("r2")))
                let old = try await store.resource(type: "orders", id: "r2")?.resource.sequence ?? .max
                try await store.commit(.deleteResource(type: "orders", id: "r2"))
                await store.close()
                let again = try await fixture.open()
                try await again.commit(.createResource(makeResource("r3")))
                let new = try await again.resource(type: "orders", id: "r3")?.resource.sequence ?? .min
                try expect(new > old, "sequence \(new) after \(old)")
                await again.close()
            },
        ]
    }

    private static func expectUnavailable(
        _ body: () async throws -> Void, file: String = #fileID, line: Int = #line
    ) async throws {
        do {
            try await body()
        } catch let error as StoreError where error.code == .unavailable {
            return
        }
        throw ConformanceFailure("a closed store answered (\(file):\(line))")
    }
}
