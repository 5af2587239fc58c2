import HTTPTypes
import Testing
import WorkflowCore
import WorkflowStore
import WorkflowTesting

@testable import WorkflowPlatform

@Suite struct DeviceTests {
    /// The codes of a device that has just begun.
    private func begin(_ test: TestPlatform, address: String = "192.0.2.7") async throws -> (
        device: String, user: String
    ) {
        let answer = try await test.send(.post, "/auth/device", ["client_name": "wfctl on ada"], address: address)
        #expect(answer.status == 200, "\(answer.text)")
        return (
            try #require(answer.data["device_code"]?.stringValue), try #require(answer.data["user_code"]?.stringValue)
        )
    }

    private func ask(_ test: TestPlatform, _ code: String) async throws -> TestAnswer {
        try await test.send(.post, "/auth/device/token", ["device_code": .string(code)], address: "192.0.2.7")
    }

    private func decide(
        _ test: TestPlatform, _ code: String, _ token: String, _ decision: String = "approve"
    ) async throws -> TestAnswer {
        try await test.send(
            .post, "/auth/device/approve", token: token,
            ["user_code": .string(code), "decision": .string(decision)])
    }

    @Test(arguments: TestDatabase.allCases)
    func aPersonSignsADeviceInOnce(database: TestDatabase) async throws {
        try await TestPlatform.with(database) { (test) async throws in
            let (tokens, company) = try await test.setUp()
            let begun = try await test.send(.post, "/auth/device", [:])
            #expect(try begun.data["verification_uri"] == "http://127.0.0.1:8090/device")
            #expect(try begun.data["interval"] == 5)
            let (device, user) = try await begin(test)
            #expect(user.wholeMatch(of: /[BCDFGHJKLMNPQRSTVWXZ]{4}-[BCDFGHJKLMNPQRSTVWXZ]{4}/) != nil)
            let pending = try await ask(test, device)
            #expect(pending.status == 400)
            #expect(try pending.json["error"] == "authorization_pending")
            #expect(try pending.problem == "authorization-pending")
            let shown = try await test.send(
                .post, "/auth/device/show", token: tokens.access, ["user_code": .string(user.lowercased())])
            #expect(try shown.data["client_name"] == "wfctl on ada")
            #expect(try shown.data["ip_address"] == "192.0.2.7")
            let approved = try await decide(test, user.replacing("-", with: " "), tokens.access)
            #expect(approved.status == 200, "\(approved.text)")
            #expect(try approved.data["status"] == "approved")
            #expect(try await decide(test, user, tokens.access, "deny").status == 404, "it is decided")
            let answer = try await ask(test, device)
            #expect(answer.status == 200)
            let session = try TestPlatform.Tokens(answer)
            let me = try await test.send(.get, "/auth/me", token: session.access)
            #expect(try me.data["email"] == "owner@example.com")
            #expect(session.refresh != tokens.refresh)
            #expect(try await ask(test, device).json["error"] == "expired_token", "it works once")
            let actions = try await test.actions(company, token: tokens.access)
            #expect(actions.suffix(3) == ["auth.device-approve", "auth.device-failed", "auth.login"])
        }
    }

    @Test func aDeviceThatAsksTooOftenWaitsLonger() async throws {
        try await TestPlatform.with { (test) async throws in
            let (tokens, _) = try await test.setUp()
            let (device, user) = try await begin(test)
            func error(after seconds: Int) async throws -> JSONValue? {
                test.clock.advance(by: .seconds(seconds))
                return try await ask(test, device).json["error"]
            }
            #expect(try await error(after: 0) == "authorization_pending")
            #expect(try await error(after: 4) == "slow_down")
            #expect(try await error(after: 9) == "slow_down")
            #expect(try await error(after: 15) == "authorization_pending")
            #expect(try await decide(test, user, tokens.access).status == 200)
            #expect(try await ask(test, device).status == 200, "nobody waits who has been let in")
        }
    }

    @Test func codesEndAfterTenMinutes() async throws {
        try await TestPlatform.with { (test) async throws in
            let (tokens, _) = try await test.setUp()
            let (device, user) = try await begin(test)
            test.clock.advance(by: .seconds(599))
            #expect(try await ask(test, device).json["error"] == "authorization_pending")
            test.clock.advance(by: .seconds(1))
            #expect(try await ask(test, device).json["error"] == "expired_token")
            #expect(try await decide(test, user, tokens.access).status == 404)
            await test.platform.forgetExpired()
            test.clock.advance(by: .seconds(1))
            await test.platform.forgetExpired()
            let left = try await test.services.database.read { connection in
                try connection.first(SQLStatement("SELECT COUNT(*) FROM platform_devices"), []) { $0.integer() }
            }
            #expect(left == 0)
        }
    }

    @Test func whoeverSignedOutOrWasRemovedSignsNobodyIn() async throws {
        try await TestPlatform.with { (test) async throws in
            let (tokens, _) = try await test.setUp()
            let (device, user) = try await begin(test)
            #expect(try await decide(test, user, tokens.access).status == 200)
            #expect(try await test.send(.post, "/auth/logout", token: tokens.access).status == 200)
            #expect(try await ask(test, device).json["error"] == "access_denied")
        }
    }

    @Test func aRefusedDeviceIsToldSo() async throws {
        try await TestPlatform.with { (test) async throws in
            let (tokens, company) = try await test.setUp()
            let (device, user) = try await begin(test)
            #expect(try await decide(test, user, tokens.access, "deny").status == 200)
            #expect(try await ask(test, device).json["error"] == "access_denied")
            #expect(try await test.actions(company, token: tokens.access).last == "auth.device-deny")
        }
    }

    @Test func guessesAreSlowedDownAndOnRecord() async throws {
        try await TestPlatform.with { (test) async throws in
            let (tokens, company) = try await test.setUp()
            for _ in 1...5 { #expect(try await decide(test, "BCDF-GHJK", tokens.access).status == 404) }
            let slowed = try await decide(test, "BCDF-GHJK", tokens.access)
            #expect(slowed.status == 429)
            #expect(slowed.headers[.retryAfter] == "1")
            let actions = try await test.actions(company, token: tokens.access)
            #expect(actions.filter { $0 == "auth.device-failed" }.count == 5)
        }
    }

    @Test func beginningIsSlowedDownPerAddress() async throws {
        try await TestPlatform.with {
            $0.registrationsPerMinute = 2
        } _: { (test) async throws in
            for _ in 1...2 { _ = try await begin(test) }
            #expect(try await test.send(.post, "/auth/device", [:], address: "192.0.2.7").status == 429)
            _ = try await begin(test, address: "198.51.100.1")
        }
    }

    @Test func anAPIKeyDecidesNothing() async throws {
        try await TestPlatform.with { (test) async throws in
            let tenant = try await TestTenant.make("Alpha", test)
            let (_, user) = try await begin(test)
            let key = try await tenant.key(.owner, ["*:admin"], test)
            #expect(try await decide(test, user, key.secret).status == 403)
            #expect(try await decide(test, user, tenant.token(.viewer)).status == 200)
        }
    }

    @Test func neitherCodeIsInTheDatabase() async throws {
        try await TestPlatform.with { (test) async throws in
            let (device, user) = try await begin(test)
            let rows = try await test.services.database.read { connection in
                try connection.all(SQLStatement("SELECT hash, user_code_hash FROM platform_devices"), []) { row in
                    (row.text(), row.text())
                }
            }
            let code = user.replacing("-", with: "")
            #expect(rows.count == 1)
            #expect(rows[0].0 == SecretTokens.hash(device))
            #expect(rows[0].1 == test.services.box.digest(code))
            #expect(rows[0].1 != SecretTokens.hash(code), "all short codes could be tried")
        }
    }
}
