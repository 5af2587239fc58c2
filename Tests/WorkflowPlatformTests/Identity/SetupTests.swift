import HTTPTypes
import Synchronization
import Testing
import WorkflowCore

@testable import WorkflowPlatform

@Suite struct SetupTests {
    @Test(arguments: TestDatabase.allCases)
    func theFirstUserOwnsTheFirstCompany(database: TestDatabase) async throws {
        try await TestPlatform.with(database) { (test) async throws in
            #expect(try await test.send(.get, "/setup").data == ["needed": true])
            let (tokens, company) = try await test.setUp()
            #expect(try await test.send(.get, "/setup").data == ["needed": false])
            #expect(test.platform.setupToken == nil)
            let grants = try await test.send(.get, "/auth/memberships", token: tokens.access).data
            #expect(
                grants == [
                    [
                        "company_id": .string(company), "resource_type": "company",
                        "resource_id": .string(company), "role": "owner",
                    ]
                ])
            let actions = try await test.actions(company, token: tokens.access)
            #expect(actions == ["company.create", "platform.set-up"])
        }
    }

    @Test func aWrongTokenSetsNothingUp() async throws {
        try await TestPlatform.with { (test) async throws in
            let answer = try await test.send(
                .post, "/setup",
                [
                    "token": "wfs_guess", "email": "a@example.com", "password": .string(TestPlatform.password),
                    "display_name": "A", "company_name": "A",
                ])
            #expect(answer.status == 403)
            #expect(try await test.send(.get, "/setup").data == ["needed": true])
        }
    }

    @Test func thePlatformIsSetUpOnce() async throws {
        try await TestPlatform.with { (test) async throws in
            let token = test.platform.setupToken
            _ = try await test.setUp()
            // As a second node would, which has not learned of it.
            test.services.setupToken.withLock { $0 = token }
            let answer = try await test.send(
                .post, "/setup",
                [
                    "token": .string(token ?? ""), "email": "b@example.com",
                    "password": .string(TestPlatform.password), "display_name": "B", "company_name": "B",
                ])
            #expect(answer.status == 409)
            #expect(try answer.problem == "set-up-done")
            #expect(try await test.login("b@example.com").status == 401)
        }
    }
}
