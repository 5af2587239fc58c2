import WorkflowCore

extension StateStoreConformance {
    private static let end = start.advanced(by: .seconds(10))

    static var valueChecks: [Check] {
        [
            Check("small values are set, replaced and removed per namespace") { store in
                try await store.commit(
                    .setValue(namespace: "a", key: "k", value: ["x": 1], expiresAt: nil),
                    .setValue(namespace: "b", key: "k", value: .null, expiresAt: nil))
                try expectEqual(try await store.value(namespace: "a", key: "k", now: start), ["x": 1])
                try expectEqual(try await store.value(namespace: "b", key: "k", now: start), JSONValue.null)
                try await store.commit(.setValue(namespace: "a", key: "k", value: 2.5, expiresAt: nil))
                try expectEqual(try await store.value(namespace: "a", key: "k", now: start), 2.5)
                try await store.commit(
                    .removeValue(namespace: "a", key: "k"), .removeValue(namespace: "a", key: "none"))
                try expectEqual(try await store.value(namespace: "a", key: "k", now: start), nil)
                try expectEqual(try await store.value(namespace: "b", key: "k", now: start), JSONValue.null)
            },
            Check("values expire at their time") { store in
                try await store.commit(.setValue(namespace: "n", key: "k", value: true, expiresAt: end))
                let before = end.advanced(by: .nanoseconds(-1))
                try expectEqual(try await store.value(namespace: "n", key: "k", now: before), true)
                try expectEqual(try await store.value(namespace: "n", key: "k", now: end), nil)
                try expectEqual(
                    try await store.values(namespace: "n", prefix: "", limit: 9, now: before).map(\.key), ["k"])
                try expectEqual(try await store.values(namespace: "n", prefix: "", limit: 9, now: end).count, 0)
            },
            Check("creating a value succeeds only when the key is absent or expired") { store in
                func create(_ value: JSONValue, _ now: Timestamp, _ end: Timestamp?) -> StoreTransaction.Operation {
                    .createValue(namespace: "n", key: "k", value: value, now: now, expiresAt: end)
                }
                try await store.commit(create(1, start, end))
                try await expectConflict(store, [create(2, start, end)])
                try expectEqual(try await store.value(namespace: "n", key: "k", now: start), 1)
                try await store.commit(create(3, end, nil))
                try expectEqual(try await store.value(namespace: "n", key: "k", now: end), 3)
                try await expectConflict(store, [create(4, end.advanced(by: .seconds(9999)), nil)])
                try await store.commit(.removeValue(namespace: "n", key: "k"))
                try await store.commit(create(5, start, nil))
            },
            Check("values are listed by prefix in the order of their keys' bytes") { store in
                let keys = ["job:2", "job:10", "job;", "job", "joc", "job:\u{10FFFF}", "job:\u{FFFF}", "job:é", "j"]
                for key in keys {
                    try await store.commit(
                        .setValue(namespace: "n", key: key, value: .string(key), expiresAt: nil),
                        .setValue(namespace: "m", key: key, value: 0, expiresAt: nil))
                }
                func list(_ prefix: String, _ limit: Int) async throws -> [String] {
                    try await store.values(namespace: "n", prefix: prefix, limit: limit, now: start).map(\.key)
                }
                try expectEqual(
                    try await list("job:", 99), ["job:10", "job:2", "job:é", "job:\u{FFFF}", "job:\u{10FFFF}"])
                try expectEqual(try await list("job:", 2), ["job:10", "job:2"])
                try expectEqual(try await list("job:\u{10FFFF}", 9), ["job:\u{10FFFF}"])
                try expectEqual(try await list("x", 9), [])
                try expectEqual(try await list("", 99).count, keys.count)
                let first = try await store.values(namespace: "n", prefix: "j", limit: 1, now: start).first
                try expectEqual(first?.value, "j")
            },
        ]
    }
}
