import Crypto
import HTTPTypes
import Testing
import WorkflowCore
import WorkflowStore
import WorkflowTesting

@testable import WorkflowPlatform

@Suite(.timeLimit(.minutes(5))) struct OpenIDProgramTests {
    private func claims(_ issuer: String, _ fixture: IAMFixture, _ changes: JSONObject = [:]) -> JSONObject {
        let now = fixture.test.clock.now.seconds
        let claims: JSONObject = [
            "iss": .string(issuer), "aud": "platform", "sub": "repo:acme/shop", "iat": .integer(now),
            "exp": .integer(now + 300),
        ]
        return claims.merging(changes)
    }

    private func with(
        _ database: TestDatabase = TestDatabase.allCases[0],
        _ body: (_ fixture: IAMFixture, _ issuer: TestIssuer, _ address: String, _ provider: String) async throws ->
            Void
    ) async throws {
        let issuer = TestIssuer()
        try await LoopbackServer.with({ request, _ in try issuer.answer(request) }) { address in
            try await IAMFixture.with(database) { fixture in
                // The names that the earlier user interface sends.
                let provider = try await fixture.provider(
                    "oidc", ["issuer_url": .string(address), "client_id": "platform"])
                try await body(fixture, issuer, address, provider)
            }
        }
    }

    @Test(arguments: TestDatabase.allCases)
    func aTokenGivesTheRolesOfItsMappings(database: TestDatabase) async throws {
        try await with(database) { fixture, issuer, address, provider in
            let (test, tenant) = (fixture.test, fixture.tenant)
            let shown: JSONValue = ["token": .string(try issuer.token(claims(address, fixture)))]
            let unmapped = try await fixture.token(provider, shown)
            #expect(unmapped.status == 403)
            #expect(try unmapped.problem == "no-role")
            let mapped = try await fixture.map(
                "repo:acme/shop", .editor, on: .project, tenant.project.text, of: provider)
            #expect(mapped.status == 201)

            let given = try await fixture.token(provider, shown)
            #expect(given.status == 200)
            #expect(try given.data["expires_in"] == 900)
            #expect(try given.data["identity"] == "repo:acme/shop")
            #expect(try given.data["refresh_token"] == nil)
            let token = try #require(try given.data["access_token"]?.stringValue)
            let workflows = try await test.send(.get, "/workflows", token: token)
            #expect(try workflows.data.arrayValue?.map { $0["id"] } == [.string(tenant.workflow.text)])
            let made = try await test.send(
                .post, "/projects/\(tenant.project)/workflows", token: token, ["name": "By a program"])
            #expect(made.status == 201)
            #expect(try await test.send(.get, "/projects/\(tenant.elsewhere)", token: token).status == 403)
            #expect(
                try await test.send(.post, "/workflows/\(tenant.workflow)/deploy", token: token, [:]).status == 403)
            let me = try await test.send(.get, "/auth/me", token: token)
            #expect(try me.data["display_name"] == "repo:acme/shop")
            // It is no person, and makes nothing that outlives it.
            let key = try await test.send(
                .post, "/companies/\(tenant.company)/api-keys", token: token, ["name": "k", "scopes": ["*:read"]])
            #expect(key.status == 403)
            #expect(try await test.send(.post, "/companies", token: token, ["name": "Own"]).status == 403)

            let audit = try await test.send(
                .get, "/companies/\(tenant.company)/audit?page_size=100", token: tenant.token(.admin))
            let actions = try (audit.data.arrayValue ?? []).reversed().compactMap { $0["action"]?.stringValue }
            #expect(
                actions == [
                    "iam-provider.create", "iam-token.refuse", "iam-mapping.create", "iam-token.create",
                    "workflow.create",
                ])
            #expect(try audit.data[0]?["actor"]?["iam_provider_id"] == .string(provider))
            #expect(!audit.text.contains(token))

            // Not beyond its time.
            test.clock.advance(by: .seconds(899))
            #expect(try await test.send(.get, "/workflows", token: token).status == 200)
            test.clock.advance(by: .seconds(1))
            #expect(try await test.send(.get, "/workflows", token: token).status == 401)
            await test.platform.forgetExpired()
        }
    }

    @Test func rolesAreTakenAtOnce() async throws {
        try await with { fixture, issuer, address, provider in
            let (test, tenant) = (fixture.test, fixture.tenant)
            let mapping = try await fixture.map("repo:acme/shop", .viewer, of: provider)
            func token() async throws -> String {
                let shown: JSONValue = ["token": .string(try issuer.token(claims(address, fixture)))]
                return try await fixture.token(provider, shown).data["access_token"]?.stringValue ?? ""
            }
            let first = try await token()
            #expect(try await test.send(.get, "/companies/\(tenant.company)", token: first).status == 200)
            let id = try #require(try mapping.data["id"]?.stringValue)
            let owner = tenant.token(.owner)
            #expect(try await test.send(.delete, "/iam/mappings/\(id)", token: owner).status == 204)
            #expect(try await test.send(.get, "/companies/\(tenant.company)", token: first).status == 404)

            _ = try await fixture.map("repo:acme/shop", .viewer, of: provider)
            #expect(try await test.send(.get, "/companies/\(tenant.company)", token: first).status == 200)
            let off = try await test.send(
                .put, "/iam/providers/\(provider)", token: owner, ["enabled": false])
            #expect(off.status == 200)
            #expect(try await test.send(.get, "/companies/\(tenant.company)", token: first).status == 401)
            let shown: JSONValue = ["token": .string(try issuer.token(claims(address, fixture)))]
            #expect(try await fixture.token(provider, shown).status == 404)
            _ = try await test.send(.put, "/iam/providers/\(provider)", token: owner, ["enabled": true])
            // What was taken does not come back.
            #expect(try await test.send(.get, "/companies/\(tenant.company)", token: first).status == 401)
            let second = try await token()
            #expect(try await test.send(.delete, "/iam/providers/\(provider)", token: owner).status == 204)
            #expect(try await test.send(.get, "/companies/\(tenant.company)", token: second).status == 401)
        }
    }

    @Test func aProgramCannotInvite() async throws {
        try await with { fixture, issuer, address, provider in
            let (test, company) = (fixture.test, fixture.tenant.company)
            _ = try await fixture.map("repo:acme/shop", .admin, of: provider)
            let shown: JSONValue = ["token": .string(try issuer.token(claims(address, fixture)))]
            let token = try await fixture.token(provider, shown).data["access_token"]?.stringValue
            let answer = try await test.send(
                .post, "/companies/\(company)/invitations", token: token,
                ["email": "new@example.com", "role": "viewer"])
            #expect(answer.status == 403)
            #expect(answer.text.contains("A program that an IAM provider vouches for cannot invite"))
            let waiting = try await test.send(.get, "/companies/\(company)/invitations", token: token)
            #expect(try waiting.data == [])
        }
    }

    @Test func groupsOfAClaimAreIdentities() async throws {
        try await with { fixture, issuer, address, _ in
            let provider = try await fixture.provider(
                "oidc", ["issuer": .string(address), "audience": "platform", "claim_key": "groups"], name: "groups")
            _ = try await fixture.map("deployers", .admin, of: provider)
            let inGroup = try issuer.token(claims(address, fixture, ["groups": ["people", "deployers"]]))
            #expect(try await fixture.token(provider, ["token": .string(inGroup)]).status == 200)
            let other = try issuer.token(claims(address, fixture, ["groups": ["people"]]))
            #expect(try await fixture.token(provider, ["token": .string(other)]).status == 403)
            let without = try issuer.token(claims(address, fixture))
            #expect(try await fixture.token(provider, ["token": .string(without)]).status == 401)
        }
    }

    @Test func whatProvesNothingIsRefused() async throws {
        try await with { fixture, issuer, address, provider in
            _ = try await fixture.map("repo:acme/shop", .owner, of: provider, as: .owner)
            let now = fixture.test.clock.now.seconds
            let attacks: [(String, String)] = [
                ("audience", try issuer.token(claims(address, fixture, ["aud": "another"]))),
                ("audience", try issuer.token(claims(address, fixture, ["aud": ["platform", "another"]]))),
                ("issuer", try issuer.token(claims("https://evil.example.com", fixture))),
                ("expired", try issuer.token(claims(address, fixture, ["exp": .integer(now - 61)]))),
                ("expired", try issuer.token(claims(address, fixture, ["exp": .null]))),
                ("future", try issuer.token(claims(address, fixture, ["iat": .integer(now + 120)]))),
                ("not count yet", try issuer.token(claims(address, fixture, ["nbf": .integer(now + 120)]))),
                ("RS256 or ES256", try issuer.token(claims(address, fixture), header: ["alg": "none"])),
                ("RS256 or ES256", try issuer.token(claims(address, fixture), header: ["alg": "HS256", "kid": "one"])),
                ("not signed", try TestIssuer().token(claims(address, fixture))),
                ("not signed", try issuer.token(claims(address, fixture), header: ["alg": "ES256", "kid": "two"])),
                ("not signed", try issuer.token(claims(address, fixture), header: ["alg": "RS256", "kid": "one"])),
                ("cannot be read", "garbage"),
            ]
            for (reason, token) in attacks {
                fixture.test.clock.advance(by: .seconds(1))
                let answer = try await fixture.token(provider, ["token": .string(token)])
                #expect(answer.status == 401, "\(reason)")
                #expect(try answer.problem == "credential-refused")
                let detail = try answer.json["detail"]?.stringValue ?? ""
                #expect(detail.contains(reason), "\(detail)")
                #expect(!answer.text.contains(token))
            }
            let parts = try issuer.token(claims(address, fixture)).split(separator: ".")
            let unsigned = "\(parts[0]).\(parts[1])."
            #expect(try await fixture.token(provider, ["token": .string(unsigned)]).status == 401)
            #expect(try await fixture.token(provider, [:]).status == 400)
            #expect(try await fixture.token(fixture.tenant.company.text, ["token": "x"]).status == 404)
        }
    }

    @Test func theTestAsksTheIssuer() async throws {
        try await with { fixture, _, address, provider in
            #expect(try await fixture.check(provider).isSuccess)
            let wrong = try await fixture.provider(
                "oidc", ["issuer": .string("\(address)/realm"), "client_id": "x"], name: "wrong")
            let found = try await fixture.check(wrong)
            #expect(!found.isSuccess)
            #expect(found.message.contains("status 404"))
        }
    }

    @Test func thisMachineIsReachedOnlyWhereTheOperatorAllowsIt() async throws {
        let heard = Heard<String>()
        let issuer = TestIssuer()
        let answer: @Sendable (ServerRequest, [UInt8]) async throws -> ServerResponse = { request, _ in
            heard.append(request.path)
            return try issuer.answer(request)
        }
        try await LoopbackServer.with(answer) { address in
            try await IAMFixture.with(isLoopbackAllowed: false) { fixture in
                for host in [address, address.replacing("127.0.0.1", with: "localhost")] {
                    let provider = try await fixture.provider(
                        "oidc", ["issuer": .string(host), "client_id": "platform"], name: host)
                    let found = try await fixture.check(provider)
                    #expect(!found.isSuccess)
                    let token = try issuer.token(claims(host, fixture))
                    let refused = try await fixture.token(provider, ["token": .string(token)])
                    #expect(refused.status == 502)
                }
                #expect(heard.all.isEmpty)
            }
        }
    }

    @Test func attemptsAreCounted() async throws {
        try await with { fixture, _, _, provider in
            for _ in 0..<60 { _ = try await fixture.token(provider, ["token": "garbage"]) }
            let answer = try await fixture.token(provider, ["token": "garbage"])
            #expect(answer.status == 429)
            #expect(answer.headers[.retryAfter] == "1")
            let actions = try await fixture.test.actions(
                fixture.tenant.company.text, token: fixture.tenant.token(.owner))
            #expect(actions.filter { $0 == "iam-token.refuse" }.count == 10, "strangers do not fill the audit log")
        }
    }
}
