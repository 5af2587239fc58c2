import WorkflowCore

extension StateStoreConformance {
    static var resourceChecks: [Check] {
        [
            Check("a resource is read as it was created, with the instance linked to it") { store in
                var resource = makeResource("r1", owner: "u1", instance: "i1")
                try await store.commit(.createInstance(makeInstance("i1")), .createResource(resource))
                let snapshot = try await store.resource(type: "orders", id: "r1")
                resource.sequence = snapshot?.resource.sequence ?? -1
                try expectEqual(snapshot, ResourceSnapshot(resource: resource, instance: makeInstance("i1")))
                try expect(resource.sequence > 0, "the sequence is not positive")
                try expectEqual(try await store.resource(type: "orders", id: "r2"), nil)
                try expectEqual(try await store.resource(type: "other", id: "r1"), nil)
            },
            Check("a snapshot follows the changes of its instance") { store in
                try await store.commit(
                    .createInstance(makeInstance("i1")), .createResource(makeResource("r1", instance: "i1")))
                for version in 1...3 {
                    let changed = makeInstance("i1", state: "s\(version)")
                    try await store.commit(.updateInstance(changed, expectedVersion: Int64(version)))
                    let snapshot = try await store.resource(type: "orders", id: "r1")
                    try expectEqual(snapshot?.instance?.currentState, "s\(version)")
                    try expectEqual(snapshot?.instance?.version, Int64(version) + 1, "version")
                }
                try await store.commit(.deleteInstance(id: "i1"))
                let snapshot = try await store.resource(type: "orders", id: "r1")
                try expect(snapshot != nil, "the resource went with the instance")
                try expectEqual(snapshot?.instance, nil)
            },
            Check("creating a resource that exists is a conflict, other types and identifiers are not") { store in
                try await store.commit(.createResource(makeResource("r1")))
                try await expectConflict(store, [.createResource(makeResource("r1"))])
                try await store.commit(.createResource(makeResource("r1", type: "carts")))
                try await store.commit(.createResource(makeResource("r2")))
            },
            Check("updating a resource keeps its sequence and counts its version") { store in
                try await store.commit(.createResource(makeResource("r1", owner: "u1")))
                let sequence = try await store.resource(type: "orders", id: "r1")?.resource.sequence
                var resource = makeResource("r1", owner: "u2", instance: "i9")
                resource.data = ["other": true]
                resource.state = "packed"
                resource.version = 50
                resource.sequence = 999
                resource.updatedAt = start.advanced(by: .seconds(5))
                try await store.commit(.updateResource(resource, expectedVersion: 1))
                try await store.commit(.updateResource(resource, expectedVersion: nil))
                resource.sequence = sequence ?? -1
                resource.version = 3
                try expectEqual(try await store.resource(type: "orders", id: "r1")?.resource, resource)
                try await expectConflict(store, [.updateResource(resource, expectedVersion: 2)])
                try await expectConflict(store, [.updateResource(makeResource("none"), expectedVersion: nil)])
                let ofNewOwner = try await store.resources(type: "orders", owner: "u2", limit: 9, after: 0)
                try expectEqual(ofNewOwner.count, 1, "the new owner's resources")
                let ofOldOwner = try await store.resources(type: "orders", owner: "u1", limit: 9, after: 0)
                try expectEqual(ofOldOwner.count, 0, "the old owner's resources")
            },
            Check("resources are listed in the order of creation, by owner, page by page") { store in
                for number in 1...6 {
                    let owner = number.isMultiple(of: 2) ? "even" : nil
                    try await store.commit(
                        .createResource(makeResource("r\(9 - number)", owner: owner)),
                        .createResource(makeResource("x\(number)", type: "carts", owner: owner)))
                }
                let all = try await store.resources(type: "orders", owner: nil, limit: 99, after: 0)
                try expectEqual(all.map(\.resource.id), ["r8", "r7", "r6", "r5", "r4", "r3"])
                let page = try await store.resources(
                    type: "orders", owner: nil, limit: 2, after: all[1].resource.sequence)
                try expectEqual(page, Array(all[2...3]))
                let even = try await store.resources(type: "orders", owner: "even", limit: 2, after: 0)
                try expectEqual(even.map(\.resource.id), ["r7", "r5"])
                let rest = try await store.resources(
                    type: "orders", owner: "even", limit: 9, after: even[1].resource.sequence)
                try expectEqual(rest.map(\.resource.id), ["r3"])
                try expectEqual(try await store.resourceCount(type: "orders"), 6)
                try expectEqual(try await store.resourceCount(type: "none"), 0)
            },
            Check("deleting a resource frees its identifier but never its sequence") { store in
                try await store.commit(.createResource(makeResource("r1")), .createResource(makeResource("r2")))
                let old = try await store.resource(type: "orders", id: "r2")?.resource.sequence ?? .max
                try await store.commit(
                    .deleteResource(type: "orders", id: "r2"), .deleteResource(type: "orders", id: "none"))
                try expectEqual(try await store.resource(type: "orders", id: "r2"), nil)
                try expectEqual(try await store.resourceCount(type: "orders"), 1)
                try await store.commit(.createResource(makeResource("r2")))
                let new = try await store.resource(type: "orders", id: "r2")?.resource.sequence ?? .min
                try expect(new > old, "the sequence was used again")
                try expectEqual(
                    try await store.resources(type: "orders", owner: nil, limit: 9, after: 0).map(\.resource.id),
                    ["r1", "r2"])
            },
        ]
    }

    static var userChecks: [Check] {
        [
            Check("a user is found by identifier and by e-mail address without case") { store in
                let user = makeUser("u1", email: "Ann.Ärger@Example.com")
                try await store.commit(.createUser(user))
                try expectEqual(try await store.user(id: "u1"), user)
                try expectEqual(try await store.user(email: "ann.ärger@EXAMPLE.com"), user)
                try expectEqual(try await store.user(email: "ann@example.com"), nil)
                try expectEqual(try await store.user(id: "u2"), nil)
            },
            Check("identifiers and e-mail addresses of users are unique") { store in
                try await store.commit(.createUser(makeUser("u1", email: "ann@example.com")))
                try await expectConflict(store, [.createUser(makeUser("u1", email: "other@example.com"))])
                try await expectConflict(store, [.createUser(makeUser("u2", email: "ANN@example.com"))])
                try await store.commit(.createUser(makeUser("u2", email: "bob@example.com")))
                try await expectConflict(store, [.updateUser(makeUser("u2", email: "Ann@Example.com"))])
                try expectEqual(try await store.user(id: "u2")?.email, "bob@example.com")
            },
            Check("updating a user replaces everything and frees the old e-mail address") { store in
                try await store.commit(.createUser(makeUser("u1", email: "ann@example.com")))
                var user = makeUser("u1", email: "Ann@Other.example")
                user.name = "Ann"
                user.passwordHash = "new"
                try await store.commit(.updateUser(user))
                try expectEqual(try await store.user(id: "u1"), user)
                try expectEqual(try await store.user(email: "ann@other.example"), user)
                try expectEqual(try await store.user(email: "ann@example.com"), nil)
                try await store.commit(.createUser(makeUser("u2", email: "ann@example.com")))
                try await expectConflict(store, [.updateUser(makeUser("none", email: "x@example.com"))])
            },
        ]
    }
}
