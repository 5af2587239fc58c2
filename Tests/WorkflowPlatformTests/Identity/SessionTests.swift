import HTTPTypes
import Testing
import WorkflowCore
import WorkflowStore
import WorkflowTesting

@testable import WorkflowPlatform

@Suite struct SessionTests {
    private func status(_ test: TestPlatform, _ token: String) async throws -> Int {
        try await test.send(.get, "/auth/me", token: token).status
    }

    private func refresh(_ test: TestPlatform, _ token: String) async throws -> TestAnswer {
        try await test.send(.post, "/auth/refresh", ["refresh_token": .string(token)])
    }

    @Test func anAccessTokenWorksForAQuarterOfAnHour() async throws {
        try await TestPlatform.with { (test) async throws in
            let (tokens, _) = try await test.setUp()
            test.clock.advance(by: .seconds(899))
            #expect(try await status(test, tokens.access) == 200)
            test.clock.advance(by: .seconds(1))
            #expect(try await status(test, tokens.access) == 401)
        }
    }

    @Test(arguments: TestDatabase.allCases)
    func refreshTokensAreRotatedAndReuseEndsTheSession(database: TestDatabase) async throws {
        try await TestPlatform.with(database) { (test) async throws in
            let (first, company) = try await test.setUp()
            let other = try TestPlatform.Tokens(await test.login("owner@example.com"))
            let second = try TestPlatform.Tokens(await refresh(test, first.refresh))
            #expect(second.refresh != first.refresh)
            let third = try TestPlatform.Tokens(await refresh(test, second.refresh))
            #expect(try await status(test, third.access) == 200)
            // Somebody has a token that was used: the thief or the user, so nobody goes on.
            #expect(try await refresh(test, first.refresh).status == 401)
            #expect(try await status(test, third.access) == 401)
            #expect(try await refresh(test, third.refresh).status == 401)
            #expect(try await status(test, other.access) == 200, "other sessions go on")
            let actions = try await test.actions(company, token: other.access)
            #expect(actions.filter { $0 == "auth.refresh-reuse" }.count == 1)
        }
    }

    @Test func noSessionLastsLongerThanNinetyDays() async throws {
        try await TestPlatform.with { (test) async throws in
            var (tokens, _) = try await test.setUp()
            for _ in 1...15 {
                test.clock.advance(by: .seconds(6 * 24 * 3600 - 1))
                tokens = try TestPlatform.Tokens(await refresh(test, tokens.refresh))
            }
            test.clock.advance(by: .seconds(15))
            #expect(try await refresh(test, tokens.refresh).status == 401)
        }
    }

    @Test(arguments: TestDatabase.allCases)
    func ofManyRefreshesAtOnceOneWins(database: TestDatabase) async throws {
        try await TestPlatform.with(database) { (test) async throws in
            let (tokens, _) = try await test.setUp()
            // Opens all connections, so that nobody waits for one afterwards.
            try await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 1...8 { group.addTask { _ = try await self.status(test, tokens.access) } }
                try await group.waitForAll()
            }
            let statuses = try await withThrowingTaskGroup(of: Int.self) { group in
                for _ in 1...8 { group.addTask { try await self.refresh(test, tokens.refresh).status } }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(statuses.filter { $0 == 200 }.count == 1)
            #expect(statuses.filter { $0 == 401 }.count == 7)
        }
    }

    @Test func tokensDoNotWorkInEachOthersPlace() async throws {
        try await TestPlatform.with { (test) async throws in
            let (tokens, _) = try await test.setUp()
            #expect(try await status(test, tokens.refresh) == 401)
            #expect(try await refresh(test, tokens.access).status == 400, "it is too long for one")
        }
    }

    @Test func logoutEndsTheSessionAtOnce() async throws {
        try await TestPlatform.with { (test) async throws in
            let (tokens, _) = try await test.setUp()
            let answer = try await test.send(.post, "/auth/logout", token: tokens.access)
            #expect(try answer.data == ["status": "logged out"])
            #expect(try await status(test, tokens.access) == 401)
            #expect(try await refresh(test, tokens.refresh).status == 401)
        }
    }

    @Test func sessionsAreListedAndEnded() async throws {
        try await TestPlatform.with { (test) async throws in
            let (first, _) = try await test.setUp()
            test.clock.advance(by: .seconds(1))
            let second = try TestPlatform.Tokens(await test.login("owner@example.com", address: "198.51.100.7"))
            let list = try await test.send(.get, "/auth/sessions", token: first.access).data.arrayValue ?? []
            #expect(list.map { $0["ip_address"] } == ["198.51.100.7", "192.0.2.1"])
            #expect(list.map { $0["current"] } == [false, true])
            let id = list[0]["id"]?.stringValue ?? ""
            #expect(try await test.send(.delete, "/auth/sessions/\(id)", token: first.access).status == 204)
            #expect(try await status(test, second.access) == 401)
            #expect(try await test.send(.delete, "/auth/sessions/\(id)", token: first.access).status == 404)
            let third = try TestPlatform.Tokens(await test.login("owner@example.com"))
            #expect(try await test.send(.delete, "/auth/sessions", token: first.access).status == 204)
            #expect(try await status(test, third.access) == 401)
            #expect(try await status(test, first.access) == 200)
        }
    }

    @Test func nobodyEndsTheSessionOfAnother() async throws {
        try await TestPlatform.with { (test) async throws in
            let (owner, company) = try await test.setUp()
            let other = try await test.join("v@example.com", .viewer, company, by: owner.access)
            let list = try await test.send(.get, "/auth/sessions", token: owner.access).data
            let id = list[0]?["id"]?.stringValue ?? ""
            #expect(try await test.send(.delete, "/auth/sessions/\(id)", token: other.access).status == 404)
            #expect(try await status(test, owner.access) == 200)
        }
    }

    @Test func sessionsEndThatAreNotRefreshed() async throws {
        try await TestPlatform.with { (test) async throws in
            let (tokens, _) = try await test.setUp()
            test.clock.advance(by: .seconds(7 * 24 * 3600))
            #expect(try await refresh(test, tokens.refresh).status == 401)
            test.clock.advance(by: .seconds(2 * 24 * 3600))
            await test.platform.forgetExpired()
            #expect(try await refresh(test, tokens.refresh).status == 401)
        }
    }

    @Test func tokensThatWereUsedAreKeptForAWeek() async throws {
        try await TestPlatform.with { (test) async throws in
            let (tokens, _) = try await test.setUp()
            var newest = tokens.refresh
            for _ in 1...4 {
                newest = try TestPlatform.Tokens(try await refresh(test, newest)).refresh
                test.clock.advance(by: .seconds(3 * 24 * 3600))
                await test.platform.forgetExpired()
            }
            let kept = try await test.services.database.read { connection in
                try connection.first(SQLStatement("SELECT COUNT(*) FROM platform_refresh_tokens"), []) { $0.integer() }
            }
            // Two that were used, six and three days ago, and the one that works.
            #expect(kept == 3)
            #expect(try await refresh(test, tokens.refresh).status == 401)
            #expect(try await refresh(test, newest).status == 200)
        }
    }

    @Test(arguments: [
        ("type", JSONValue.string("refresh")), ("iss", "http://elsewhere.example"), ("aud", "something-else"),
        ("exp", 1), ("sub", "nobody"), ("sid", "01a21e29-713a-70c9-83c7-4c2f3e494b39"),
    ])
    func eachClaimIsChecked(claim: String, value: JSONValue) async throws {
        try await TestPlatform.with { (test) async throws in
            let (tokens, _) = try await test.setUp()
            let parts = tokens.access.split(separator: ".").map(String.init)
            var claims = try JSONValue(parsing: try #require(TestTokens.decode(parts[1])))
            #expect(try await status(test, try await TestTokens.sign(claims, test)) == 200)
            claims[claim] = value
            #expect(try await status(test, try await TestTokens.sign(claims, test)) == 401)
        }
    }

    @Test(arguments: [#"{"alg":"none"}"#, #"{"alg":"HS512"}"#, #"{"alg":"HS256","crit":["x"]}"#, "{}", "x"])
    func otherAlgorithmsAreRefused(header: String) async throws {
        try await TestPlatform.with { (test) async throws in
            let (tokens, _) = try await test.setUp()
            let parts = tokens.access.split(separator: ".").map(String.init)
            #expect(try await status(test, "\(TestTokens.encode(header)).\(parts[1]).\(parts[2])") == 401)
            #expect(try await status(test, "\(TestTokens.encode(header)).\(parts[1]).") == 401)
            #expect(try await status(test, "\(parts[0]).\(parts[1])") == 401)
        }
    }
}
