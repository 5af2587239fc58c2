import HTTPTypes
import Testing
import WorkflowCore
import WorkflowStore
import WorkflowTesting

@testable import WorkflowPlatform

/// Whose account it is that somebody signs in to with a provider of the platform.
@Suite(.timeLimit(.minutes(2))) struct SignOnAccountTests {
    @Test func anAccountIsFoundByTheVerifiedAddress() async throws {
        try await SignOnFixture.with { (fixture) async throws in
            let test = fixture.test
            let (owner, company) = try await test.setUp()
            let person = SignOnFixture.person("Owner@Example.com", subject: "17")
            let tokens = try TestPlatform.Tokens(try await fixture.signIn("login", person))
            #expect(try await test.userID(tokens.access) == (try await test.userID(owner.access)))
            let companies = try await test.send(.get, "/companies", token: tokens.access)
            #expect(try companies.data[0]?["id"] == .string(company))
            let actions = try await test.actions(company, token: owner.access)
            #expect(actions.suffix(2) == ["identity.link", "auth.login"])
            // From now on it is the person that counts, whatever their address is.
            let moved = SignOnFixture.person("elsewhere@example.com", subject: "17", isVerified: false)
            let again = try TestPlatform.Tokens(try await fixture.signIn("login", moved))
            #expect(try await test.userID(again.access) == (try await test.userID(owner.access)))
        }
    }

    /// The sign for Kelvin becomes the letter k in lower case.
    @Test func anAddressThatOnlyLooksLikeAnotherIsAnother() async throws {
        try await SignOnFixture.with {
            $0.registration = .open
        } _: { (fixture) async throws in
            let (owner, _) = try await fixture.test.setUp(email: "katja@example.com")
            let person = SignOnFixture.person("\u{212A}atja@example.com")
            let somebody = try TestPlatform.Tokens(try await fixture.signIn("login", person))
            #expect(try await fixture.test.userID(somebody.access) != (try await fixture.test.userID(owner.access)))
            #expect(try await identities(fixture.test, owner.access).isEmpty)
        }
    }

    @Test func anAddressThatIsNotVerifiedLeadsToNoAccount() async throws {
        try await SignOnFixture.with { (fixture) async throws in
            let (owner, _) = try await fixture.test.setUp()
            for claim in [false, "true", 1, .null] as [JSONValue] {
                fixture.issuer.script { $0.claims = ["email_verified": claim] }
                let answer = try await fixture.comeBack("login", SignOnFixture.person("owner@example.com"))
                #expect(answer.status == 403)
                #expect(try answer.problem == "email-unverified")
            }
            #expect(try await identities(fixture.test, owner.access).isEmpty)
        }
    }

    /// Somebody makes an account with the address of another, and waits for them to come.
    @Test func anAccountWhoseAddressIsNotConfirmedIsNotHandedOver() async throws {
        try await SignOnFixture.with {
            $0.registration = .open
        } _: { (fixture) async throws in
            let attacker = try await fixture.test.register("victim@example.com")
            let answer = try await fixture.comeBack("login", SignOnFixture.person("victim@example.com"))
            #expect(answer.status == 403)
            #expect(try answer.problem == "account-unconfirmed")
            #expect(try await identities(fixture.test, attacker.access).isEmpty)
        }
    }

    @Test func somebodyNewNeedsAnInvitationWhereAccountsAreMadeByInvitation() async throws {
        try await SignOnFixture.with { (fixture) async throws in
            let test = fixture.test
            let (owner, company) = try await test.setUp()
            let grace = SignOnFixture.person("grace@example.com")
            let refused = try await fixture.comeBack("login", grace)
            #expect(refused.status == 403)
            #expect(try refused.problem == "no-account")
            _ = try await test.send(
                .post, "/companies/\(company)/invitations", token: owner.access,
                ["email": "grace@example.com", "role": "editor"])
            let invitation = "invitation_token=\(await test.mails.nextToken())"
            let other = try await fixture.comeBack("login", SignOnFixture.person("eve@example.com"), query: invitation)
            #expect(other.status == 403)
            #expect(other.text.contains("is for another address"))
            let tokens = try TestPlatform.Tokens(try await fixture.signIn("login", grace, query: invitation))
            let grants = try await test.send(.get, "/auth/memberships", token: tokens.access)
            #expect(try grants.data[0]?["role"] == "editor")
            #expect(try grants.data[0]?["company_id"] == .string(company))
        }
    }

    @Test func theSecondFactorOfTheAccountIsAskedForAllTheSame() async throws {
        try await SignOnFixture.with { (fixture) async throws in
            let test = fixture.test
            let (owner, company) = try await test.setUp()
            let begun = try await test.send(
                .post, "/auth/totp", token: owner.access, ["password": .string(TestPlatform.password)])
            let user: ID<User> = ID(stored: try await test.userID(owner.access))
            let sealed = try await test.services.database.read { try SecondFactorTable.find(user, $0)?.sealed }
            let secret = try test.services.box.open(try #require(sealed), for: user.text)
            #expect(begun.status == 200)
            func code() -> String {
                test.clock.advance(by: .seconds(30))
                return TimeBasedCode.code(secret, step: test.clock.now.seconds / TimeBasedCode.period)
            }
            _ = try await test.send(.post, "/auth/totp/confirm", token: owner.access, ["code": .string(code())])
            let person = SignOnFixture.person("owner@example.com")
            let missing = try await fixture.signIn("login", person)
            #expect(missing.status == 401)
            #expect(try missing.problem == "second-factor-required")
            #expect(try await fixture.signIn("login", person, code: "000000").status == 401)
            #expect(try await fixture.signIn("login", person, code: code()).status == 200)
            let actions = try await test.actions(company, token: owner.access)
            #expect(actions.suffix(2) == ["auth.login-failed", "auth.login"])
        }
    }

    @Test func gitHubIsBelievedAboutThePrimaryAddressIfItIsVerified() async throws {
        try await SignOnFixture.with {
            $0.registration = .open
        } _: { (fixture) async throws in
            let profile: JSONObject = ["id": 9_007_199_254_740_993, "login": "ada", "email": .null]
            fixture.issuer.script {
                $0.emails = [
                    ["email": "old@example.com", "primary": false, "verified": true],
                    ["email": "ada@example.com", "primary": true, "verified": false],
                ]
            }
            #expect(try await fixture.comeBack("hub", profile).problem == "email-unverified")
            fixture.issuer.script { $0.emails = [["email": "ada@example.com", "primary": true, "verified": true]] }
            let tokens = try TestPlatform.Tokens(try await fixture.signIn("hub", profile))
            let account = try await fixture.test.send(.get, "/auth/me", token: tokens.access)
            #expect(try account.data["email"] == "ada@example.com")
            #expect(try account.data["display_name"] == "ada")
            let identity = try #require(try await identities(fixture.test, tokens.access).first)
            #expect(identity["subject"] == "9007199254740993")
        }
    }

    @Test func anAddressThatIsNotInTheTokenIsAskedFor() async throws {
        try await SignOnFixture.with {
            $0.registration = .open
        } _: { (fixture) async throws in
            fixture.issuer.script { $0.claims = ["email": .null] }
            #expect(try await fixture.signIn("login", SignOnFixture.person("ada@example.com")).status == 200)
            #expect(fixture.issuer.count("/userinfo") == 1)
            fixture.issuer.script { $0.claims = ["email": .null, "sub": "somebody else"] }
            let answer = try await fixture.comeBack("login", SignOnFixture.person("bob@example.com"))
            #expect(answer.text.contains("tells of another person"))
        }
    }

    @Test func identitiesAreListedAndUnlinked() async throws {
        try await SignOnFixture.with { (fixture) async throws in
            let test = fixture.test
            let (owner, company) = try await test.setUp()
            let person = SignOnFixture.person("owner@example.com", subject: "17")
            let tokens = try TestPlatform.Tokens(try await fixture.signIn("login", person))
            let identity = try #require(try await identities(test, owner.access).first)
            #expect(identity["provider"] == "login")
            #expect(identity["email"] == "owner@example.com")
            let path = "/auth/me/identities/\(identity["id"]?.stringValue ?? "")"
            let stranger = try await test.join("other@example.com", .owner, company, by: owner.access)
            #expect(try await test.send(.delete, path, token: stranger.access).status == 404)
            #expect(try await test.send(.get, "/auth/me", token: tokens.access).status == 200)
            #expect(try await test.send(.delete, path, token: owner.access).status == 204)
            #expect(try await identities(test, owner.access).isEmpty)
            #expect(try await test.send(.get, "/auth/me", token: tokens.access).status == 401, "its sessions end")
            #expect(try await test.actions(company, token: owner.access).last == "identity.unlink")
        }
    }

    @Test func whoMayNotSignInMayNotSoEither() async throws {
        try await SignOnFixture.with { (fixture) async throws in
            let test = fixture.test
            let (owner, _) = try await test.setUp()
            let person = SignOnFixture.person("owner@example.com")
            #expect(try await fixture.signIn("login", person).status == 200)
            let id: ID<User> = ID(stored: try await test.userID(owner.access))
            try await test.services.database.write { connection in
                var user = try #require(try UserTable.find(id, connection))
                (user.isActive, user.revision) = (false, user.revision + 1)
                _ = try UserTable.update(user, connection)
            }
            #expect(try await fixture.comeBack("login", person).status == 403)
        }
    }

    private func identities(_ test: TestPlatform, _ token: String) async throws -> [JSONValue] {
        try await test.send(.get, "/auth/me/identities", token: token).data.arrayValue ?? []
    }
}
