import HTTPTypes
import Testing
import WorkflowCore
import WorkflowStore
import WorkflowTesting

@testable import WorkflowPlatform

@Suite(.timeLimit(.minutes(5))) struct AccountDeletionTests {
    private func delete(_ token: String, _ test: TestPlatform, _ body: JSONValue = [:]) async throws -> TestAnswer {
        try await test.send(.post, "/auth/me/delete", token: token, body)
    }

    @Test(arguments: TestDatabase.allCases)
    func anAccountIsRemovedByItsPassword(database: TestDatabase) async throws {
        try await TestPlatform.with(database) { (test) async throws in
            let (owner, company) = try await test.setUp()
            let invited = try await test.send(
                .post, "/companies/\(company)/invitations", token: owner.access,
                ["email": "guest@example.com", "role": "admin"])
            #expect(invited.status == 201)
            let guest = try await test.register("guest@example.com", invitation: await test.mails.nextToken())
            let key = try await test.send(
                .post, "/companies/\(company)/api-keys", token: guest.access, ["name": "key", "scopes": ["*:read"]])
            let secret = try key.data["key"]?.stringValue ?? ""
            #expect(try await test.send(.get, "/companies/\(company)", token: secret).status == 200)
            let id = try await test.send(.get, "/auth/me", token: guest.access).data["id"]?.stringValue ?? ""

            let wrong = try await delete(guest.access, test, ["password": "another password"])
            #expect(wrong.status == 403)
            #expect(try wrong.json["detail"] == "The password is wrong.")
            let right = try await delete(guest.access, test, ["password": .string(TestPlatform.password)])
            #expect(right.status == 204)
            #expect(try await test.send(.get, "/auth/me", token: guest.access).status == 401)
            #expect(try await test.send(.get, "/companies/\(company)", token: secret).status == 401)
            #expect(
                try await test.send(.post, "/auth/refresh", ["refresh_token": .string(guest.refresh)]).status == 401)
            #expect(try await test.login("guest@example.com").status == 401)
            let members = try await test.send(.get, "/companies/\(company)/members", token: owner.access)
            #expect(try members.json["total"] == 1)

            // The log tells who it was by the identifier only, and is still as it was written.
            let log = try await test.send(.get, "/companies/\(company)/audit?page_size=100", token: owner.access)
            let theirs = try log.data.arrayValue?.filter { $0["user_id"] == .string(id) } ?? []
            #expect(theirs.first?["action"] == "auth.account-delete")
            #expect(theirs.allSatisfy { $0["user_name"] == .null })
            #expect(try log.data.arrayValue?.contains { $0["user_name"] == "Olga" } == true)
            let export = try await test.send(.get, "/companies/\(company)/audit/export", token: owner.access)
            for text in [log.text, export.text] {
                #expect(text.contains(id))
                #expect(!text.contains("guest@example.com"))
            }
            let verified = try await test.send(.get, "/companies/\(company)/audit/verify", token: owner.access)
            #expect(try verified.data["valid"] == true)
            let invitations = try await test.services.database.read { connection in
                try connection.count(
                    SQLStatement("SELECT COUNT(*) FROM platform_invitations WHERE email = ?"),
                    [.text("guest@example.com")])
            }
            #expect(invitations == 0)
        }
    }

    @Test func theLastOwnerOfACompanyStays() async throws {
        try await TestPlatform.with { (test) async throws in
            let (owner, _) = try await test.setUp()
            let refused = try await delete(owner.access, test, ["password": .string(TestPlatform.password)])
            #expect(refused.status == 409)
            #expect(
                try refused.json["detail"]
                    == "You are the last owner of Acme; make somebody else an owner, or remove the company, before.")
            #expect(try await test.send(.get, "/auth/me", token: owner.access).status == 200)
        }
    }

    @Test(arguments: TestDatabase.allCases)
    func ownersWhoAllGoAtOnceLeaveOne(database: TestDatabase) async throws {
        try await TestPlatform.withTenant(database) { test, tenant in
            var owners = [tenant.token(.owner)]
            for number in 1...4 {
                let grant = Grant(.owner, on: ResourcePath(company: tenant.company))
                owners.append(try await TestTenant.person("owner\(number)", [grant], test).token)
            }
            let statuses = try await withThrowingTaskGroup(of: Int.self) { group in
                for token in owners { group.addTask { try await delete(token, test).status } }
                return try await group.reduce(into: []) { $0.append($1) }.sorted()
            }
            #expect(statuses == [204, 204, 204, 204, 409])
        }
    }

    @Test func withoutThePasswordTheSignInMustBeFresh() async throws {
        try await TestPlatform.withTenant { test, tenant in
            test.clock.advance(by: .seconds(301))
            let late = try await delete(tenant.token(.viewer), test)
            #expect(late.status == 403)
            #expect(try late.problem == "confirmation-required")
            let fresh = try await TestTenant.person("fresh", [], test)
            test.clock.advance(by: .seconds(299))
            #expect(try await delete(fresh.token, test).status == 204)
            #expect(try await test.send(.get, "/auth/me", token: tenant.token(.viewer)).status == 200)
        }
    }
}
