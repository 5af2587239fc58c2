import HTTPTypes
import Testing
import WorkflowCore
import WorkflowStore
import WorkflowTesting

@testable import WorkflowPlatform

#if SQLite
import WorkflowStoreSQLite
#endif

/// What sign-ins ask of a database.
@Suite(.timeLimit(.minutes(2))) struct SignOnStatementTests {
    /// Signs a new member in with the provider of a company, and somebody new with one of the platform.
    private func signIn(_ fixture: SignOnFixture) async throws {
        let test = fixture.test
        let (owner, company) = try await test.setUp()
        let provider = try await fixture.addProvider(to: company, by: owner.access, ["enforced": true])
        let path = "/companies/\(company)/sso/providers/\(provider)"
        #expect(try await test.send(.put, path, token: owner.access, ["enforced": false]).status == 200)
        _ = try await test.send(
            .post, "/companies/\(company)/invitations", token: owner.access,
            ["email": "new@example.com", "role": "editor"])
        let query = "invitation_token=\(await test.mails.nextToken())"
        let person = SignOnFixture.person("new@example.com")
        #expect(try await fixture.signIn(provider, person, query: query).status == 200)
        #expect(try await fixture.signIn(provider, person).status == 200)
        let tokens = try TestPlatform.Tokens(try await fixture.signIn("login", person))
        let list = try await test.send(.get, "/auth/me/identities?page_size=1", token: tokens.access)
        let next = try #require(try list.json["next_cursor"]?.stringValue)
        let rest = try await test.send(.get, "/auth/me/identities?cursor=\(next)", token: tokens.access)
        let id = try #require(try rest.data[0]?["id"]?.stringValue)
        #expect(try await test.send(.delete, "/auth/me/identities/\(id)", token: tokens.access).status == 204)
        #expect(try await test.send(.delete, path, token: owner.access).status == 204)
        let verdict = try await test.send(.get, "/companies/\(company)/audit/verify", token: owner.access)
        #expect(try verdict.data["valid"] == true, "\(verdict.text)")
        test.clock.advance(by: .seconds(24 * 3600))
        await test.platform.forgetExpired()
    }

    @Test(arguments: TestDatabase.allCases)
    func theyWorkOn(database: TestDatabase) async throws {
        try await SignOnFixture.with(database) { (fixture) async throws in try await signIn(fixture) }
    }

    #if SQLite
    @Test func everyStatementUsesAnIndex() async throws {
        let opened = try await SQLiteDatabase.open(SQLiteDatabase.Configuration(path: ":memory:"))
        let database = RecordingDatabase(opened)
        try await SignOnFixture.with(on: database) { (fixture) async throws in try await signIn(fixture) }
        #expect(database.recorded.keys.filter { $0.contains("platform_sign_on_") }.count > 6)
        try await QueryPlanTests.check(database, opened)
        await opened.close()
    }
    #endif
}
