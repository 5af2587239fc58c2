import HTTPTypes
import Testing
import WorkflowCore
import WorkflowTesting

@testable import WorkflowPlatform

@Suite struct MemberTests {
    /// A company of somebody on a database.
    private static func with(
        _ database: TestDatabase, _ body: (TestPlatform, TestTenant) async throws -> Void
    ) async throws {
        try await TestPlatform.with(database) { (test) async throws in
            try await body(test, try await TestTenant.make("Alpha", test))
        }
    }

    private func put(
        _ role: Role, of user: ID<User>, by token: String, _ test: TestPlatform, _ tenant: TestTenant
    ) async throws -> TestAnswer {
        try await test.send(
            .put, "/companies/\(tenant.company)/members/\(user)", token: token, ["role": .string(role.rawValue)])
    }

    @Test(arguments: TestDatabase.allCases)
    func theLastOwnerStays(database: TestDatabase) async throws {
        try await Self.with(database) { (test, tenant) async throws in
            let owner = tenant.token(.owner)
            let demotion = try await put(.admin, of: tenant.id(.owner), by: owner, test, tenant)
            #expect(demotion.status == 409)
            #expect(try demotion.problem == "last-owner")
            let path = "/companies/\(tenant.company)"
            #expect(try await test.send(.post, "\(path)/leave", token: owner).status == 409)
            let own = "\(path)/members/\(tenant.id(.owner))"
            #expect(try await test.send(.delete, own, token: owner).status == 409)
            // With a second owner the first may go.
            #expect(try await put(.owner, of: tenant.id(.admin), by: owner, test, tenant).status == 200)
            #expect(try await test.send(.post, "\(path)/leave", token: owner).status == 204)
            #expect(try await test.send(.get, path, token: owner).status == 404)
            #expect(try await test.send(.post, "\(path)/leave", token: tenant.token(.admin)).status == 409)
        }
    }

    @Test(arguments: TestDatabase.allCases)
    func ownersWhoAllLeaveAtOnceDoNotLeaveNobody(database: TestDatabase) async throws {
        try await Self.with(database) { (test, tenant) async throws in
            var owners = [tenant.token(.owner)]
            for number in 1...7 {
                let grant = Grant(.owner, on: ResourcePath(company: tenant.company))
                owners.append(try await TestTenant.person("owner\(number)", [grant], test).token)
            }
            func all(_ method: HTTPRequest.Method, _ path: String) async throws -> [Int] {
                try await withThrowingTaskGroup(of: Int.self) { group in
                    for token in owners { group.addTask { try await test.send(method, path, token: token).status } }
                    return try await group.reduce(into: []) { $0.append($1) }.sorted()
                }
            }
            // Opens all connections, so that nobody waits for one afterwards.
            #expect(try await all(.get, "/auth/me") == Array(repeating: 200, count: 8))
            let statuses = try await all(.post, "/companies/\(tenant.company)/leave")
            #expect(statuses == Array(repeating: 204, count: 7) + [409])
        }
    }

    @Test func aProgramIsNoOwnerWhoCouldSignIn() async throws {
        try await Self.with(.allCases[0]) { (test, tenant) async throws in
            let owner = tenant.token(.owner)
            _ = try await test.send(
                .post, "/companies/\(tenant.company)/service-accounts", token: owner,
                ["name": "robot", "role": "owner"])
            #expect(try await test.send(.post, "/companies/\(tenant.company)/leave", token: owner).status == 409)
        }
    }

    @Test func nobodyGivesMoreThanTheyHave() async throws {
        try await Self.with(.allCases[0]) { (test, tenant) async throws in
            let admin = tenant.token(.admin)
            let answer = try await put(.owner, of: tenant.id(.viewer), by: admin, test, tenant)
            #expect(answer.status == 403)
            #expect(answer.text.contains("With the role admin you cannot give, change or take away owner."))
            #expect(try await put(.viewer, of: tenant.id(.owner), by: admin, test, tenant).status == 403)
            #expect(try await put(.owner, of: tenant.id(.admin), by: admin, test, tenant).status == 403)
            let owner = "/companies/\(tenant.company)/members/\(tenant.id(.owner))"
            #expect(try await test.send(.delete, owner, token: admin).status == 403)
            #expect(try await put(.admin, of: tenant.id(.viewer), by: admin, test, tenant).status == 200)
            for place in ["companies/\(tenant.company)", "organizations/\(tenant.organization)"] {
                let invitation = try await test.send(
                    .post, "/\(place)/invitations", token: admin, ["email": "x@example.com", "role": "owner"])
                #expect(invitation.status == 403)
            }
        }
    }

    @Test func aRoleTakesEffectAtOnce() async throws {
        try await Self.with(.allCases[0]) { (test, tenant) async throws in
            let path = "/projects/\(tenant.project)"
            let viewer = tenant.token(.viewer)
            let change: JSONValue = ["description": "new"]
            #expect(try await test.send(.put, path, token: viewer, change).status == 403)
            let body: JSONValue = ["user_id": .string(tenant.id(.viewer).text), "role": "editor"]
            #expect(try await test.send(.post, "\(path)/members", token: tenant.token(.admin), body).status == 201)
            #expect(try await test.send(.put, path, token: viewer, change).status == 200)
            #expect(try await test.send(.put, "/projects/\(tenant.elsewhere)", token: viewer, change).status == 403)
            let member = "\(path)/members/\(tenant.id(.viewer))"
            #expect(try await test.send(.delete, member, token: tenant.token(.admin)).status == 204)
            #expect(try await test.send(.put, path, token: viewer, change).status == 403)
        }
    }

    @Test func usersOfOthersAreNotFound() async throws {
        try await TestPlatform.with { (test) async throws in
            let (alpha, beta) = (try await TestTenant.make("Alpha", test), try await TestTenant.make("Beta", test))
            let body: JSONValue = ["user_id": .string(beta.id(.viewer).text), "role": "viewer"]
            let answer = try await test.send(
                .post, "/companies/\(alpha.company)/members", token: alpha.token(.owner), body)
            #expect(answer.status == 404)
            #expect(try answer.problem == "not-a-member")
            // The same as for one who does not exist.
            let nobody: JSONValue = ["user_id": .string(alpha.company.text), "role": "viewer"]
            let other = try await test.send(
                .post, "/companies/\(alpha.company)/members", token: alpha.token(.owner), nobody)
            #expect(other.text == answer.text)
        }
    }

    @Test func removingSomebodyFromACompanyTakesEverythingAway() async throws {
        try await Self.with(.allCases[0]) { (test, tenant) async throws in
            let outsider = tenant.outsider
            #expect(try await test.send(.get, "/projects/\(tenant.elsewhere)", token: outsider.token).status == 200)
            let member = "/companies/\(tenant.company)/members/\(outsider.id)"
            #expect(try await test.send(.delete, member, token: tenant.token(.admin)).status == 403, "an owner")
            #expect(try await test.send(.delete, member, token: tenant.token(.owner)).status == 204)
            #expect(try await test.send(.get, "/projects/\(tenant.elsewhere)", token: outsider.token).status == 404)
            #expect(try await test.send(.get, "/companies", token: outsider.token).data == [])
        }
    }

    @Test func somebodyIsNotRemovedWhoWasChangedMeanwhile() async throws {
        try await Self.with(.allCases[0]) { (test, tenant) async throws in
            let owner = tenant.token(.owner)
            let member = "/companies/\(tenant.company)/members/\(tenant.id(.viewer))"
            #expect(try await put(.admin, of: tenant.id(.viewer), by: owner, test, tenant).status == 200)
            func remove(_ revision: Int64) async throws -> TestAnswer {
                try await test.send(.delete, member, token: owner, headers: [.ifMatch: EntityTag.make(revision)])
            }
            let stale = try await remove(1)
            #expect(stale.status == 412)
            #expect(stale.headers[.eTag] == EntityTag.make(2))
            #expect(try await remove(2).status == 204)
        }
    }

    @Test func whoeverHasARoleOnOneProjectCanLeave() async throws {
        try await Self.with(.allCases[0]) { (test, tenant) async throws in
            let token = tenant.outsider.token
            let leave = "/companies/\(tenant.company)/leave"
            #expect(try await test.send(.get, "/companies/\(tenant.company)", token: token).status == 403)
            #expect(try await test.send(.post, leave, token: token).status == 204)
            #expect(try await test.send(.get, "/projects/\(tenant.elsewhere)", token: token).status == 404)
            #expect(try await test.send(.post, leave, token: token).status == 404, "it has nothing left")
        }
    }

    @Test func whatIsDeletedTakesItsRolesAlong() async throws {
        try await Self.with(.allCases[0]) { (test, tenant) async throws in
            let owner = tenant.token(.owner)
            let organization = "/organizations/\(tenant.organization)"
            let body: JSONValue = ["user_id": .string(tenant.id(.viewer).text), "role": "editor"]
            #expect(try await test.send(.post, "\(organization)/members", token: owner, body).status == 201)
            #expect(
                try await test.send(.post, "/projects/\(tenant.project)/members", token: owner, body).status == 201)
            #expect(try await test.send(.delete, organization, token: owner).status == 204)
            let grants = try await test.send(.get, "/auth/memberships", token: tenant.token(.viewer)).data
            #expect(grants.arrayValue?.map { $0["resource_type"] } == ["company"])
            #expect(try await test.send(.get, "/projects/\(tenant.project)", token: owner).status == 404)
            #expect(try await test.send(.delete, "/companies/\(tenant.company)", token: owner).status == 204)
            #expect(try await test.send(.get, "/auth/memberships", token: owner).data == [])
        }
    }
}
