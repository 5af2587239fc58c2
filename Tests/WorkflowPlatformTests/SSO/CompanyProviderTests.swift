import HTTPTypes
import Testing
import WorkflowCore
import WorkflowTesting

@testable import WorkflowPlatform

/// The providers of companies, each in the hands of a company that may be up to no good.
@Suite(.timeLimit(.minutes(2))) struct CompanyProviderTests {
    private func path(_ company: String, _ provider: String = "") -> String {
        "/companies/\(company)/sso/providers" + (provider.isEmpty ? "" : "/\(provider)")
    }

    @Test func theSecretIsNeverShownAndChangesAreRecorded() async throws {
        try await SignOnFixture.with { (fixture) async throws in
            let test = fixture.test
            let (owner, company) = try await test.setUp()
            let provider = try await fixture.addProvider(to: company, by: owner.access)
            let shown = try await test.send(.get, path(company, provider), token: owner.access)
            #expect(try shown.data["sign_on_url"] == .string("http://127.0.0.1:8090/api/v1/auth/oauth2/\(provider)"))
            let changed = try await test.send(
                .put, path(company, provider), token: owner.access,
                ["client_secret": "another secret of theirs", "name": "Our login"])
            #expect(try changed.data["name"] == "Our login")
            let list = try await test.send(.get, path(company), token: owner.access)
            let audit = try await test.send(.get, "/companies/\(company)/audit", token: owner.access)
            for answer in [shown, changed, list, audit] {
                #expect(!answer.text.contains(SignOnFixture.secret))
                #expect(!answer.text.contains("another secret of theirs"))
            }
            #expect(try await test.send(.delete, path(company, provider), token: owner.access).status == 204)
            #expect(try await test.send(.get, path(company, provider), token: owner.access).status == 404)
            let actions = try await test.actions(company, token: owner.access)
            #expect(actions.suffix(3) == ["sso-provider.create", "sso-provider.update", "sso-provider.delete"])
        }
    }

    @Test func anotherIssuerDoesNotGetTheSecret() async throws {
        try await SignOnFixture.with { (fixture) async throws in
            let test = fixture.test
            let (owner, company) = try await test.setUp()
            let provider = try await fixture.addProvider(
                to: company, by: owner.access, ["issuer": "https://login.example.com"])
            func put(_ body: JSONValue) async throws -> TestAnswer {
                try await test.send(.put, path(company, provider), token: owner.access, body)
            }
            let refused = try await put(["issuer": .string(fixture.issuer.url)])
            #expect(refused.status == 400)
            #expect(refused.text.contains("/client_secret: This must be given again"), "\(refused.text)")
            #expect(try await put(["issuer": "https://login.example.com", "client_id": "new"]).status == 200)
            let moved = try await put(["issuer": .string(fixture.issuer.url), "client_secret": "theirs"])
            #expect(moved.status == 200)
        }
    }

    @Test(
        arguments: [
            (["name": "x", "type": "saml"], 422, "Providers of the type saml are not supported yet"),
            (["name": "x", "type": "ldap"], 400, "/type: This must be one of: oidc, github, google, saml."),
            (["name": "x", "type": "oidc"], 400, "/issuer: This must be given for this type."),
            (["name": "x", "type": "oidc", "issuer": "http://login.example.com"], 400, "This must be an https URL."),
            (["name": "x", "type": "oidc", "issuer": "https://a@b.example.com"], 400, "This is not a URL"),
            (["name": "x", "type": "google", "issuer": "https://a.example.com"], 400, "Google has one of its own"),
            (["name": "x", "type": "google"], 400, "/client_id: This must be given."),
            (["name": "x", "type": "google", "client_id": "c"], 400, "/client_secret: This must be given."),
            (
                ["name": "x", "type": "google", "client_id": "c", "client_secret": "s", "scopes": ["email"]], 400,
                "OpenID Connect needs the scope openid."
            ),
        ] as [(JSONValue, Int, String)])
    func aProviderThatCannotWorkIsRefused(body: JSONValue, status: Int, detail: String) async throws {
        try await SignOnFixture.with { (fixture) async throws in
            let (owner, company) = try await fixture.test.setUp()
            let answer = try await fixture.test.send(.post, path(company), token: owner.access, body)
            #expect(answer.status == status)
            #expect(answer.text.contains(detail), "\(answer.text)")
        }
    }

    @Test func anAdministratorCannotMakeOneThatVouchesForOwners() async throws {
        try await SignOnFixture.with { (fixture) async throws in
            let (owner, company) = try await fixture.test.setUp()
            let admin = try await fixture.test.join("admin@example.com", .admin, company, by: owner.access)
            let answer = try await fixture.test.send(
                .post, path(company), token: admin.access, ["name": "x", "type": "google"])
            #expect(answer.status == 403)
        }
    }

    @Test func aMemberSignsInToTheCompanyAndToNothingElse() async throws {
        try await SignOnFixture.with {
            $0.registration = .open
        } _: { (fixture) async throws in
            let test = fixture.test
            let (owner, company) = try await test.setUp()
            let provider = try await fixture.addProvider(to: company, by: owner.access)
            let bob = try await test.join("bob@example.com", .editor, company, by: owner.access)
            let own = try await test.send(.post, "/companies", token: bob.access, ["name": "Bob's"])
            let ownID = try #require(try own.data["id"]?.stringValue)
            let token = try TestPlatform.Tokens(
                try await fixture.signIn(provider, SignOnFixture.person("bob@example.com"))
            ).access
            #expect(try await test.userID(token) == (try await test.userID(bob.access)))
            #expect(try await test.send(.get, "/companies/\(company)", token: token).status == 200)
            #expect(try await test.send(.get, "/companies/\(ownID)", token: token).status == 404)
            let companies = try await test.send(.get, "/companies", token: token)
            #expect(try companies.data.arrayValue?.map { $0["id"] } == [.string(company)])
            let grants = try await test.send(.get, "/auth/memberships", token: token)
            #expect(try grants.data.arrayValue?.map { $0["company_id"] } == [.string(company)])
            for (method, path) in [
                (.get, "/auth/sessions"), (.delete, "/auth/sessions"), (.get, "/auth/me/identities"),
                (.post, "/auth/email/send"),
            ] as [(HTTPRequest.Method, String)] {
                let answer = try await test.send(method, path, token: token)
                #expect(answer.status == 403, "\(path)")
                #expect(answer.text.contains("This session works for one company only"))
            }
            #expect(try await test.send(.post, "/companies", token: token, ["name": "More"]).status == 403)
            #expect(try await test.send(.put, "/auth/me", token: token, ["display_name": "Eve"]).status == 403)
            #expect(try await test.send(.get, "/companies/\(ownID)", token: bob.access).status == 200)
            #expect(try await test.send(.post, "/auth/logout", token: token).status == 200)
        }
    }

    /// A tenant asserts the address of somebody who has nothing to do with it.
    @Test func aCompanyCannotSignInAsThePeopleOfAnother() async throws {
        try await SignOnFixture.with {
            $0.registration = .open
        } _: { (fixture) async throws in
            let test = fixture.test
            let (victim, _) = try await test.setUp(email: "victim@example.com")
            let attacker = try await test.register("attacker@example.com")
            let company = try await test.send(.post, "/companies", token: attacker.access, ["name": "Evil"])
            let evil = try #require(try company.data["id"]?.stringValue)
            let provider = try await fixture.addProvider(to: evil, by: attacker.access)
            let known = try await fixture.comeBack(provider, SignOnFixture.person("victim@example.com"))
            let unknown = try await fixture.comeBack(provider, SignOnFixture.person("nobody@example.com"))
            #expect(known.status == 403)
            #expect(known.text == unknown.text, "it does not even learn who has an account")
            let identities = try await test.send(.get, "/auth/me/identities", token: victim.access)
            #expect(try identities.data == [])
            // Nor through an invitation whose token went to somebody else.
            _ = try await test.send(
                .post, "/companies/\(evil)/invitations", token: attacker.access,
                ["email": "friend@example.com", "role": "viewer"])
            let invitation = "invitation_token=\(await test.mails.nextToken())"
            let invited = try await fixture.comeBack(
                provider, SignOnFixture.person("victim@example.com"), query: invitation)
            #expect(invited.status == 403)
            let failures = try await test.actions(evil, token: attacker.access)
            #expect(failures.filter { $0 == "auth.login-failed" }.count == 3)
        }
    }

    @Test func anInvitationToAnotherCompanyDoesNotDo() async throws {
        try await SignOnFixture.with {
            $0.registration = .open
        } _: { (fixture) async throws in
            let test = fixture.test
            let (owner, company) = try await test.setUp()
            let other = try await test.register("other@example.com")
            let created = try await test.send(.post, "/companies", token: other.access, ["name": "Other"])
            let provider = try await fixture.addProvider(
                to: try #require(try created.data["id"]?.stringValue), by: other.access)
            _ = try await test.send(
                .post, "/companies/\(company)/invitations", token: owner.access,
                ["email": "new@example.com", "role": "owner"])
            // The first mail confirms the address of the other.
            _ = await test.mails.nextToken()
            let token = await test.mails.nextToken()
            let answer = try await fixture.comeBack(
                provider, SignOnFixture.person("new@example.com"), query: "invitation_token=\(token)")
            #expect(answer.status == 403)
            #expect(try await test.register("new@example.com", invitation: token).access != "", "it still works")
        }
    }

    @Test func somebodyInvitedJoinsWithTheProviderOfTheCompany() async throws {
        try await SignOnFixture.with { (fixture) async throws in
            let test = fixture.test
            let (owner, company) = try await test.setUp()
            let provider = try await fixture.addProvider(to: company, by: owner.access)
            _ = try await test.send(
                .post, "/companies/\(company)/invitations", token: owner.access,
                ["email": "new@example.com", "role": "editor"])
            let query = "invitation_token=\(await test.mails.nextToken())"
            let person = SignOnFixture.person("new@example.com")
            let tokens = try TestPlatform.Tokens(try await fixture.signIn(provider, person, query: query))
            let members = try await test.send(.get, "/companies/\(company)/members", token: tokens.access)
            let member = try members.data.arrayValue?.first { $0["email"] == "new@example.com" }
            #expect(member?["role"] == "editor")
            #expect(try await fixture.signIn(provider, person).status == 200, "without the invitation")
            let user = try await test.userID(tokens.access)
            _ = try await test.send(.delete, "/companies/\(company)/members/\(user)", token: owner.access)
            #expect(try await fixture.comeBack(provider, person).status == 403, "not when they have left")
            #expect(try await test.send(.get, "/companies/\(company)", token: tokens.access).status == 404)
        }
    }

    @Test func aProviderOfACompanyMustNotBeOnThisMachine() async throws {
        try await SignOnFixture.with(allowsLoopback: false) { (fixture) async throws in
            let test = fixture.test
            let (owner, company) = try await test.setUp()
            let port = fixture.issuer.url.split(separator: ":").last.map(String.init) ?? ""
            for host in ["127.0.0.1", "localhost", "[::1]"] {
                let provider = try await fixture.addProvider(
                    to: company, by: owner.access,
                    ["issuer": .string("http://\(host):\(port)"), "name": .string(host)])
                let answer = try await fixture.comeBack(provider, SignOnFixture.person("owner@example.com"))
                #expect(answer.status == 502, "\(host)")
                #expect(try answer.problem == "provider-unavailable")
            }
            #expect(fixture.issuer.count("/.well-known/openid-configuration") == 0)
            #expect(
                try await fixture.signIn("login", SignOnFixture.person("owner@example.com")).status == 200,
                "the operator is trusted")
        }
    }

    @Test func whatCompaniesAreToldByTheirProvidersIsKeptApart() async throws {
        try await SignOnFixture.with { (fixture) async throws in
            let (owner, company) = try await fixture.test.setUp()
            let provider = try await fixture.addProvider(to: company, by: owner.access)
            let person = SignOnFixture.person("owner@example.com")
            #expect(try await fixture.signIn("login", person).status == 200)
            #expect(try await fixture.signIn(provider, person).status == 200)
            #expect(fixture.issuer.count("/.well-known/openid-configuration") == 2)
        }
    }

    @Test func aSessionOfACompanyEndsInTheEveningAndWithItsProvider() async throws {
        try await SignOnFixture.with { (fixture) async throws in
            let test = fixture.test
            let (owner, company) = try await test.setUp()
            let provider = try await fixture.addProvider(to: company, by: owner.access)
            let person = SignOnFixture.person("owner@example.com")
            var tokens = try TestPlatform.Tokens(try await fixture.signIn(provider, person))
            test.clock.advance(by: .seconds(11 * 3600))
            let body: JSONValue = ["refresh_token": .string(tokens.refresh)]
            tokens = try TestPlatform.Tokens(try await test.send(.post, "/auth/refresh", body))
            test.clock.advance(by: .seconds(3600))
            let late: JSONValue = ["refresh_token": .string(tokens.refresh)]
            #expect(try await test.send(.post, "/auth/refresh", late).status == 401)
            let owned = try TestPlatform.Tokens(try await test.login("owner@example.com"))
            let secret = JSONValue.string(SignOnFixture.secret)
            for change in [
                ["enabled": false], ["issuer": "https://new.example.com", "client_secret": secret],
            ] as [JSONValue] {
                tokens = try TestPlatform.Tokens(try await fixture.signIn(provider, person))
                #expect(try await test.send(.get, "/auth/me", token: tokens.access).status == 200)
                let pending = try await fixture.comeBack(provider, person).data["sign_on_code"]?.stringValue
                let url = path(company, provider)
                #expect(try await test.send(.put, url, token: owned.access, change).status == 200)
                #expect(try await test.send(.get, "/auth/me", token: tokens.access).status == 401)
                #expect(try await test.exchange(try #require(pending)).status == 401)
                if change["enabled"] != nil {
                    #expect(try await fixture.comeBack(provider, person).status == 404)
                }
                _ = try await test.send(
                    .put, url, token: owned.access,
                    ["enabled": true, "issuer": .string(fixture.issuer.url), "client_secret": secret])
            }
        }
    }
}
