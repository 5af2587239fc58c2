import HTTPTypes
import Testing
import WorkflowCore
import WorkflowTesting

@testable import WorkflowPlatform

/// Companies that take only sessions that their own providers vouch for.
@Suite(.timeLimit(.minutes(2))) struct EnforcedSignOnTests {
    private func with(
        _ body: (SignOnFixture, _ owner: String, _ company: String, _ provider: String) async throws -> Void
    ) async throws {
        try await SignOnFixture.with { (fixture) async throws in
            let (owner, company) = try await fixture.test.setUp()
            let provider = try await fixture.addProvider(to: company, by: owner.access)
            try await body(fixture, owner.access, company, provider)
        }
    }

    private func enforce(_ isEnforced: Bool, _ provider: String, of company: String, by token: String) -> (
        String, String, JSONValue
    ) {
        ("/companies/\(company)/sso/providers/\(provider)", token, ["enforced": .bool(isEnforced)])
    }

    @Test func onlySessionsOfTheProviderAndKeysReachTheCompany() async throws {
        try await with { (fixture, owner, company, provider) async throws in
            let test = fixture.test
            let bob = try await test.join("bob@example.com", .admin, company, by: owner)
            let key = try await test.send(
                .post, "/companies/\(company)/api-keys", token: bob.access, ["name": "k", "scopes": ["*:read"]])
            let secret = try #require(try key.data["key"]?.stringValue)
            let other = try await test.send(.post, "/companies", token: bob.access, ["name": "Bob's"])
            let otherID = try #require(try other.data["id"]?.stringValue)
            let (path, token, body) = enforce(true, provider, of: company, by: owner)
            #expect(try await test.send(.put, path, token: token, body).status == 200)

            let refused = try await test.send(.get, "/companies/\(company)", token: bob.access)
            #expect(refused.status == 403)
            #expect(refused.text.contains("This company asks for its own single sign-on"))
            let list = try await test.send(.get, "/companies", token: bob.access)
            #expect(try list.data.arrayValue?.map { $0["id"] } == [.string(otherID)])
            #expect(try list.json["total"] == 1)
            #expect(try await test.send(.get, "/companies/\(otherID)", token: bob.access).status == 200)
            #expect(try await test.send(.get, "/companies/\(company)", token: secret).status == 200)
            let elsewhere = try TestPlatform.Tokens(
                try await fixture.signIn("login", SignOnFixture.person("bob@example.com")))
            #expect(try await test.send(.get, "/companies/\(company)", token: elsewhere.access).status == 403)
            let inside = try TestPlatform.Tokens(
                try await fixture.signIn(provider, SignOnFixture.person("bob@example.com")))
            #expect(try await test.send(.get, "/companies/\(company)", token: inside.access).status == 200)
        }
    }

    @Test func workflowsAreNotListedEither() async throws {
        try await with { (fixture, owner, company, provider) async throws in
            let test = fixture.test
            let tenant = try await TestTenant.make("Alpha", test)
            let own = try await fixture.addProvider(to: tenant.company.text, by: tenant.token(.owner))
            #expect(try await test.send(.get, "/workflows", token: tenant.token(.viewer)).data.arrayValue?.count == 1)
            let (path, token, body) = enforce(true, own, of: tenant.company.text, by: tenant.token(.owner))
            #expect(try await test.send(.put, path, token: token, body).status == 200)
            #expect(try await test.send(.get, "/workflows", token: tenant.token(.viewer)).data == [])
            let workflow = try await test.send(
                .get, "/workflows/\(tenant.workflow)", token: tenant.token(.viewer))
            #expect(workflow.status == 403)
        }
    }

    /// The provider fails, and nobody gets in any more.
    @Test func anOwnerCanAlwaysTurnItOffAndDoNothingElseBefore() async throws {
        try await with { (fixture, owner, company, provider) async throws in
            let test = fixture.test
            let admin = try await test.join("admin@example.com", .admin, company, by: owner)
            let (path, token, body) = enforce(true, provider, of: company, by: owner)
            #expect(try await test.send(.put, path, token: token, body).status == 200)
            #expect(try await test.send(.get, "/companies/\(company)", token: owner).status == 403)
            #expect(try await test.send(.get, "/companies/\(company)/audit", token: owner).status == 403)
            #expect(try await test.send(.get, path, token: admin.access).status == 403)
            #expect(try await test.send(.get, path, token: owner).status == 200)
            #expect(try await test.send(.put, path, token: owner, ["enforced": false]).status == 200)
            #expect(try await test.send(.get, "/companies/\(company)", token: owner).status == 200)
            #expect(try await test.actions(company, token: owner).last == "sso-provider.update")
        }
    }

    @Test func aProviderThatIsNotEnabledEnforcesNothing() async throws {
        try await with { (fixture, owner, company, provider) async throws in
            let path = "/companies/\(company)/sso/providers/\(provider)"
            let body: JSONValue = ["enforced": true, "enabled": false]
            #expect(try await fixture.test.send(.put, path, token: owner, body).status == 200)
            #expect(try await fixture.test.send(.get, "/companies/\(company)", token: owner).status == 200)
        }
    }
}
