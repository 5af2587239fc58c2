import HTTPTypes
import Testing
import WorkflowCore
import WorkflowTesting

@testable import WorkflowPlatform

/// What somebody could try who stands between a browser and a provider.
@Suite(.timeLimit(.minutes(2))) struct SignOnAttackTests {
    private static let ada = SignOnFixture.person("ada@example.com")

    /// Lends a platform on which everybody may have an account.
    private func with(_ body: (SignOnFixture) async throws -> Void) async throws {
        try await SignOnFixture.with {
            $0.registration = .open
        } _: { (fixture) async throws in
            try await body(fixture)
        }
    }

    @Test func theRightSignInWorks() async throws {
        try await with { (fixture) async throws in
            #expect(try await fixture.signIn("login", Self.ada).status == 200)
        }
    }

    @Test func theBrowserIsSentAwayWithAllThatProtectsTheSignIn() async throws {
        try await SignOnFixture.with {
            $0.publicURL = "https://platform.example.com"
        } _: { (fixture) async throws in
            var browser = TestBrowser(test: fixture.test)
            let answer = try await browser.begin("login")
            let location = try #require(answer.headers[.location])
            let request = ServerRequest(method: .get, target: location)
            #expect(location.hasPrefix("\(fixture.issuer.url)/authorize?"))
            #expect(request.queryValue("response_type") == "code")
            #expect(request.queryValue("code_challenge_method") == "S256")
            #expect(request.queryValue("code_challenge")?.count == 43)
            #expect(request.queryValue("nonce") != request.queryValue("state"))
            let callback = "https://platform.example.com/api/v1/auth/oauth2/login/callback"
            #expect(request.queryValue("redirect_uri") == callback)
            let cookie = try #require(answer.headers[.setCookie])
            #expect(cookie.hasSuffix("; Path=/api/v1/auth/oauth2; Max-Age=600; HttpOnly; SameSite=Lax; Secure"))
            let state = try #require(request.queryValue("state"))
            #expect(!cookie.contains(state))
        }
    }

    @Test func aWrongStateIsRefused() async throws {
        try await with { (fixture) async throws in
            var browser = TestBrowser(test: fixture.test)
            let location = try #require(try await browser.begin("login").headers[.location])
            let query = try fixture.issuer.signIn(location, as: Self.ada)
            let wrong = query.replacing(/state=.*/, with: "state=wfo_of-somebody-else")
            let answer = try await browser.comeBack("login", wrong)
            #expect(answer.status == 400)
            #expect(try answer.problem == "sign-on-expired")
            #expect(fixture.issuer.count("/token") == 0)
            #expect(try await browser.comeBack("login", "code=x").status == 400, "without a state")
        }
    }

    @Test func aStateComesBackOnce() async throws {
        try await with { (fixture) async throws in
            var browser = TestBrowser(test: fixture.test)
            let location = try #require(try await browser.begin("login").headers[.location])
            let query = try fixture.issuer.signIn(location, as: Self.ada)
            #expect(try await browser.comeBack("login", query).status == 200)
            let other = try fixture.issuer.signIn(location, as: Self.ada)
            let answer = try await browser.comeBack("login", other)
            #expect(answer.status == 400)
            #expect(answer.text.contains("This sign-in is over"))
            #expect(fixture.issuer.count("/token") == 1)
        }
    }

    @Test func anotherBrowserCannotComeBack() async throws {
        try await with { (fixture) async throws in
            var (attacker, victim) = (TestBrowser(test: fixture.test), TestBrowser(test: fixture.test))
            let location = try #require(try await attacker.begin("login").headers[.location])
            let query = try fixture.issuer.signIn(location, as: Self.ada)
            #expect(try await victim.comeBack("login", query).status == 400, "without a cookie")
            _ = try await victim.begin("login")
            #expect(try await victim.comeBack("login", query).status == 400, "with the cookie of another sign-in")
            victim.cookie = "\(attacker.cookie ?? ""); \(victim.cookie ?? "")"
            #expect(try await victim.comeBack("login", query).status == 400, "with a cookie slipped in")
            #expect(fixture.issuer.count("/token") == 0)
        }
    }

    @Test func aSignInBelongsToItsProvider() async throws {
        try await with { (fixture) async throws in
            var browser = TestBrowser(test: fixture.test)
            let location = try #require(try await browser.begin("login").headers[.location])
            let query = try fixture.issuer.signIn(location, as: Self.ada)
            #expect(try await browser.comeBack("hub", query).status == 400)
            let answer = try await browser.comeBack("login", "\(query)&iss=https://other.example.com")
            #expect(try answer.problem == "provider-answer-invalid")
        }
    }

    @Test func aSignInEnds() async throws {
        try await with { (fixture) async throws in
            var browser = TestBrowser(test: fixture.test)
            let location = try #require(try await browser.begin("login").headers[.location])
            let query = try fixture.issuer.signIn(location, as: Self.ada)
            fixture.test.clock.advance(by: .seconds(600))
            #expect(try await browser.comeBack("login", query).status == 400)
        }
    }

    @Test(
        arguments: [
            ("nonce", "of another sign-in", "belongs to another sign-in"), ("nonce", nil, "belongs to another sign-in"),
            ("aud", "another platform", "is for another audience"),
            ("aud", ["platform", "another platform"], "is for another audience"),
            ("aud", [], "is for another audience"),
            ("azp", "another platform", "was issued to another party"),
            ("iss", "https://other.example.com", "is from another issuer"), ("iss", nil, "is from another issuer"),
            ("exp", 1_767_603_539, "has expired"), ("exp", nil, "has expired"), ("exp", "never", "has expired"),
            ("iat", 1_767_603_661, "was issued in the future"), ("iat", nil, "was issued in the future"),
            ("nbf", 1_767_603_661, "does not count yet"), ("sub", nil, "names nobody"), ("sub", "", "names nobody"),
        ] as [(String, JSONValue?, String)])
    func aTokenThatSaysSomethingElseIsRefused(claim: String, value: JSONValue?, reason: String) async throws {
        try await with { (fixture) async throws in
            fixture.issuer.script { $0.claims = [claim: value ?? .null] }
            let answer = try await fixture.comeBack("login", Self.ada)
            #expect(answer.status == 502)
            #expect(answer.text.contains("The ID token of the provider \(reason)."), "\(answer.text)")
        }
    }

    @Test(arguments: ["exp": 1_767_603_541, "iat": 1_767_603_660, "nbf": 1_767_603_660] as [String: JSONValue])
    func clocksMayDifferALittle(claim: String, value: JSONValue) async throws {
        try await with { (fixture) async throws in
            fixture.issuer.script { $0.claims = [claim: value] }
            #expect(try await fixture.comeBack("login", Self.ada).status == 200)
        }
    }

    @Test(arguments: [
        (ScriptedIssuer.Signing.none, "is not signed with RS256 or ES256"),
        (.secret(SignOnFixture.secret), "is not signed with RS256 or ES256"),
        (.otherKey, "is not signed by the provider"),
    ])
    func aTokenThatTheProviderHasNotSignedIsRefused(signing: ScriptedIssuer.Signing, reason: String) async throws {
        try await with { (fixture) async throws in
            fixture.issuer.script { $0.signing = signing }
            let answer = try await fixture.comeBack("login", Self.ada)
            #expect(answer.status == 502)
            #expect(answer.text.contains(reason), "\(answer.text)")
        }
    }

    @Test func newKeysAreFoundAndUnknownOnesAskedForRarely() async throws {
        try await with { (fixture) async throws in
            #expect(try await fixture.comeBack("login", Self.ada).status == 200)
            fixture.test.clock.advance(by: .seconds(60))
            fixture.issuer.script { ($0.keyID, $0.publishedKeyID) = ("two", "two") }
            #expect(try await fixture.comeBack("login", Self.ada).status == 200)
            #expect(fixture.issuer.count("/keys") == 2)
            fixture.issuer.script { $0.keyID = "three" }
            for _ in 1...5 { #expect(try await fixture.comeBack("login", Self.ada).status == 502) }
            #expect(fixture.issuer.count("/keys") == 2)
            #expect(fixture.issuer.count("/.well-known/openid-configuration") == 1)
        }
    }

    @Test(
        arguments: [
            ("issuer", "https://other.example.com"), ("token_endpoint", "http://192.0.2.7/token"),
            ("jwks_uri", "file:///etc/passwd"), ("authorization_endpoint", .null),
        ] as [(String, JSONValue)])
    func aProviderThatDescribesItselfWronglyIsRefused(member: String, value: JSONValue) async throws {
        try await with { (fixture) async throws in
            fixture.issuer.script { $0.metadata = [member: value] }
            let answer = try await fixture.comeBack("login", Self.ada)
            #expect(answer.status == 502)
            #expect(try answer.problem == "provider-answer-invalid")
            fixture.issuer.script { $0.metadata = [:] }
            #expect(try await fixture.comeBack("login", Self.ada).status == 502, "remembered for a while")
            fixture.test.clock.advance(by: .seconds(10))
            #expect(try await fixture.comeBack("login", Self.ada).status == 200)
        }
    }

    @Test(arguments: ["/.well-known/openid-configuration", "/keys", "/token"])
    func hugeAnswersRedirectsAndNonsenseAreRefused(path: String) async throws {
        try await with { (fixture) async throws in
            let answers: [@Sendable () -> ServerResponse] = [
                { .text(String(repeating: " ", count: 300 << 10)) },
                { ServerResponse(status: .found, headers: [.location: "\(fixture.issuer.url)\(path)/elsewhere"]) },
                { .text("<html>") }, { ServerResponse(status: .serviceUnavailable) },
            ]
            for answer in answers {
                fixture.issuer.script { $0.answers = [path: answer] }
                #expect(try await fixture.comeBack("login", Self.ada).status == 502)
                fixture.test.clock.advance(by: .seconds(10))
            }
            #expect(fixture.issuer.count("\(path)/elsewhere") == 0)
            fixture.issuer.script { $0.answers = [:] }
            #expect(try await fixture.comeBack("login", Self.ada).status == 200)
        }
    }

    @Test func theCodeOfASignInWorksOnceAndNotForLong() async throws {
        try await with { (fixture) async throws in
            let secret = try #require(
                try await fixture.comeBack("login", Self.ada).data["sign_on_code"]?.stringValue)
            #expect(try await fixture.test.exchange(secret).status == 200)
            let again = try await fixture.test.exchange(secret)
            #expect(again.status == 401)
            #expect(again.text.contains("The code of the sign-in does not work; begin again."))
            let late = try #require(try await fixture.comeBack("login", Self.ada).data["sign_on_code"]?.stringValue)
            fixture.test.clock.advance(by: .seconds(120))
            #expect(try await fixture.test.exchange(late).status == 401)
        }
    }

    @Test func theBrowserIsOnlySentWhereTheOperatorAllowsAndWithACodeForTheClientThatBegan() async throws {
        try await with { (fixture) async throws in
            let test = fixture.test
            let verifier = String(repeating: "v", count: 43)
            let challenge = "code_challenge=\(CodeChallenge.make(verifier))"
            let redirect = "redirect_uri=\(SignOnFixture.redirect)"
            let evil = "redirect_uri=https://evil.example.com"
            for query in ["\(evil)&\(challenge)", "\(redirect)/more&\(challenge)", redirect] {
                var browser = TestBrowser(test: test)
                #expect(try await browser.begin("login", query).status == 400)
                #expect(browser.cookie == nil)
            }
            let back = try await fixture.comeBack("login", Self.ada, query: "\(redirect)&\(challenge)")
            #expect(back.status == 302)
            #expect(back.text == "")
            let location = try #require(back.headers[.location])
            #expect(location.hasPrefix("\(SignOnFixture.redirect)?sign_on_code="))
            let secret = try #require(ServerRequest(method: .get, target: location).queryValue("sign_on_code"))
            #expect(try await test.exchange(secret).status == 401, "without the verifier")
            let wrong = String(repeating: "w", count: 43)
            #expect(try await test.exchange(secret, verifier: wrong).status == 401)
            #expect(try await test.exchange(secret, verifier: verifier).status == 200)
            fixture.issuer.script { $0.signing = .none }
            let failed = try await fixture.comeBack("login", Self.ada, query: "\(redirect)&\(challenge)")
            let place = try #require(failed.headers[.location])
            #expect(place.hasPrefix("\(SignOnFixture.redirect)?error=provider-answer-invalid&error_description="))
            #expect(failed.headers[.setCookie]?.contains("Max-Age=0") == true)
        }
    }

    @Test func stepsOfSignInsAreCounted() async throws {
        try await SignOnFixture.with {
            $0.signOn.attemptsPerMinute = 2
        } _: { (fixture) async throws in
            var browser = TestBrowser(test: fixture.test)
            var statuses: [Int] = []
            for _ in 1...3 { statuses.append(try await browser.begin("login").status) }
            #expect(statuses == [302, 302, 429])
        }
    }
}
