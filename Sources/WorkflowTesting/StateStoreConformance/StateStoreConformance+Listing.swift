import WorkflowCore

extension StateStoreConformance {
    /// For stores whose contents people can look through; others pass.
    static var listingChecks: [Check] {
        [
            Check("instances are listed by identifier, page by page and without their data") { store in
                guard let listing = store as? any StoreListing else { return }
                for id in ["b", "ä", "a", "B", "c"] {
                    try await store.commit(.createInstance(makeInstance(id)))
                }
                var query = InstanceQuery()
                query.limit = 2
                var ids: [String] = []
                repeat {
                    let page = try await listing.instances(query)
                    try expect(page.instances.allSatisfy(\.data.isEmpty), "a page has data")
                    ids += page.instances.map(\.id)
                    query.after = page.next
                } while query.after != nil
                try expectEqual(ids, ["B", "a", "b", "c", "ä"])
            },
            Check("instances are listed by definition, state and completion, however few are looked at") {
                store in
                guard let listing = store as? any StoreListing else { return }
                for number in 10..<40 {
                    var instance = makeInstance(
                        "i\(number)", state: number % 10 == 0 ? "rare" : "new", completed: number % 3 == 0)
                    if number % 2 == 1 { instance.workflowType = "other" }
                    try await store.commit(.createInstance(instance))
                }
                func list(_ change: (inout InstanceQuery) -> Void) async throws -> [String] {
                    var query = InstanceQuery()
                    query.scanLimit = 4
                    change(&query)
                    var ids: [String] = []
                    repeat {
                        let page = try await listing.instances(query)
                        ids += page.instances.map(\.id)
                        query.after = page.next
                    } while query.after != nil
                    return ids
                }
                try expectEqual(try await list { $0.state = "rare" }, ["i10", "i20", "i30"])
                try expectEqual(
                    try await list { ($0.state, $0.completed) = ("rare", false) }, ["i10", "i20"])
                try expectEqual(try await list { ($0.state, $0.completed) = ("rare", true) }, ["i30"])
                try expectEqual(try await list { ($0.state, $0.workflowType) = ("rare", "other") }, [])
                try expectEqual(try await list { ($0.workflowType, $0.limit) = ("other", 3) }.count, 15)
                try expectEqual(try await list { $0.completed = false }.count, 20)
            },
            Check("values are listed from the greatest key down") { store in
                guard let listing = store as? any StoreListing else { return }
                let end = start.advanced(by: .seconds(10))
                for key in ["a/1", "a/2", "a/3", "b/1", "a0"] {
                    try await store.commit(
                        .setValue(
                            namespace: "n", key: key, value: .string(key), expiresAt: key == "a/2" ? end : nil))
                }
                func list(_ lower: String, _ upper: String, _ limit: Int, _ now: Timestamp) async throws
                    -> [String]
                {
                    try await listing.latestValues(
                        namespace: "n", from: lower, before: upper, limit: limit, now: now
                    ).map(\.key)
                }
                try expectEqual(try await list("a/", "a0", 9, start), ["a/3", "a/2", "a/1"])
                try expectEqual(try await list("a/", "a0", 9, end), ["a/3", "a/1"])
                try expectEqual(try await list("a/", "a/3", 1, start), ["a/2"])
                try expectEqual(try await list("", "\u{10FFFF}", 2, start), ["b/1", "a0"])
                try expectEqual(try await list("c", "d", 2, start), [])
            },
        ]
    }
}
