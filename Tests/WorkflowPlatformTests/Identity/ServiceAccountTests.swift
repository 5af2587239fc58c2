import HTTPTypes
import Testing
import WorkflowCore

@testable import WorkflowPlatform

@Suite struct ServiceAccountTests {
    @Test(arguments: TestDatabase.allCases)
    func aProgramHasRolesAndKeysOfItsOwn(database: TestDatabase) async throws {
        try await TestPlatform.with(database) { (test) async throws in
            let tenant = try await TestTenant.make("Alpha", test)
            let path = "/companies/\(tenant.company)/service-accounts"
            let admin = tenant.token(.admin)
            let account = try await test.send(.post, path, token: admin, ["name": "robot", "role": "viewer"])
            let id = try account.data["id"]?.stringValue ?? ""
            let answer = try await test.send(
                .post, "\(path)/\(id)/api-keys", token: admin, ["name": "k", "scopes": ["*:admin"]])
            let key = try answer.data["key"]?.stringValue ?? ""
            #expect(try await test.send(.get, "/auth/me", token: key).data["display_name"] == "robot")
            let company = "/companies/\(tenant.company)"
            #expect(try await test.send(.get, company, token: key).status == 200)
            #expect(try await test.send(.put, company, token: key, ["name": "x"]).status == 403)
            #expect(try await test.send(.get, path, token: admin).data.arrayValue?.count == 1)
            #expect(try await test.send(.delete, "\(path)/\(id)", token: admin).status == 204)
            #expect(try await test.send(.get, company, token: key).status == 401)
        }
    }

    @Test func anAdministratorGetsNoKeyOfAnOwner() async throws {
        try await TestPlatform.with { (test) async throws in
            let tenant = try await TestTenant.make("Alpha", test)
            let path = "/companies/\(tenant.company)/service-accounts"
            let admin = tenant.token(.admin)
            let refused = try await test.send(.post, path, token: admin, ["name": "robot", "role": "owner"])
            #expect(refused.status == 403)
            let account = try await test.send(
                .post, path, token: tenant.token(.owner), ["name": "robot", "role": "owner"])
            let id = try account.data["id"]?.stringValue ?? ""
            let key = try await test.send(
                .post, "\(path)/\(id)/api-keys", token: admin, ["name": "k", "scopes": ["*:read"]])
            #expect(key.status == 403)
            #expect(try await test.send(.delete, "\(path)/\(id)", token: admin).status == 403)
        }
    }

    @Test func accountsOfPeopleAndOfOthersAreNoPrograms() async throws {
        try await TestPlatform.with { (test) async throws in
            let (alpha, beta) = (try await TestTenant.make("Alpha", test), try await TestTenant.make("Beta", test))
            let account = try await test.send(
                .post, "/companies/\(beta.company)/service-accounts", token: beta.token(.owner),
                ["name": "robot", "role": "viewer"])
            let foreign = try account.data["id"]?.stringValue ?? ""
            for id in [foreign, alpha.id(.viewer).text] {
                let path = "/companies/\(alpha.company)/service-accounts/\(id)"
                let token = alpha.token(.owner)
                let body: JSONValue = ["name": "k", "scopes": ["*:read"]]
                #expect(try await test.send(.post, "\(path)/api-keys", token: token, body).status == 404)
                #expect(try await test.send(.delete, path, token: token).status == 404)
            }
        }
    }
}
