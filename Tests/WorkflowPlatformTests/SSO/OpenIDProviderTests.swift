import AsyncHTTPClient
import Foundation
import HTTPTypes
import NIOCore
import NIOHTTP1
import TestServices
import Testing
import WorkflowCore
import WorkflowTesting

@testable import WorkflowPlatform

/// Against a provider that somebody else has written, in a process of its own.
@Suite(.timeLimit(.minutes(5))) struct OpenIDProviderTests {
    private let issuer: String
    private let user = "person-\(UUID().uuidString.lowercased())"

    init() throws { issuer = try OpenIDProvider.shared().issuer }

    private func with(_ body: (TestPlatform) async throws -> Void) async throws {
        // The provider has a clock of its own.
        try await TestPlatform.with(clock: TestClock(now: .systemNow())) { configuration in
            configuration.registration = .open
            // It is a process like any other on a machine that may be busy.
            configuration.signOn.requestTimeout = .seconds(60)
            configuration.signOn.providers = [
                try PlatformProvider(
                    name: "login", kind: .openIDConnect, issuer: issuer, clientID: "platform",
                    clientSecret: SecretString("a secret"))
            ]
        } _: { (test) async throws in
            try await body(test)
        }
    }

    /// Tells the provider about the person.
    private func describe(verified: Bool) async throws {
        let claims: JSONValue = [
            "email": .string("\(user)@example.com"), "email_verified": .bool(verified), "name": "Grace",
        ]
        _ = try await send(.PUT, "\(issuer)/users/\(user)", "application/json", claims.jsonString())
    }

    private func send(
        _ method: HTTPMethod, _ url: String, _ type: String, _ body: String
    ) async throws -> HTTPClientResponse {
        var request = HTTPClientRequest(url: url)
        request.method = method
        request.headers.add(name: "content-type", value: type)
        request.body = .bytes(ByteBuffer(string: body))
        // What the provider sends a browser back with is for the test to read.
        let client = HTTPClient(configuration: HTTPClient.Configuration(redirectConfiguration: .disallow))
        let result: Result<HTTPClientResponse, any Error>
        do {
            result = .success(try await client.execute(request, timeout: .seconds(60)))
        } catch {
            result = .failure(error)
        }
        try await client.shutdown()
        return try result.get()
    }

    /// Signs the person in at the provider.
    ///
    /// - Returns: The query that the browser is sent back with.
    private func signIn(_ location: String, action: String = "") async throws -> String {
        let form = "sub=\(user)\(action)"
        let answer = try await send(.POST, location, "application/x-www-form-urlencoded", form)
        let back = try #require(answer.headers.first(name: "location"), "\(answer.status)")
        #expect(back.hasPrefix("http://127.0.0.1:8090/api/v1/auth/oauth2/login/callback?"))
        return String(back.split(separator: "?", maxSplits: 1)[1])
    }

    @Test func somebodyNewSignsInAndIsTheSamePersonTheNextTime() async throws {
        try await describe(verified: true)
        try await with { (test) async throws in
            var accounts: [String] = []
            for _ in 1...2 {
                var browser = TestBrowser(test: test)
                let location = try #require(try await browser.begin("login").headers[.location])
                let query = try await signIn(location)
                test.catchUp()
                let back = try await browser.comeBack("login", query)
                let secret = try #require(try back.data["sign_on_code"]?.stringValue, "\(back.text)")
                let tokens = try TestPlatform.Tokens(try await test.exchange(secret))
                let account = try await test.send(.get, "/auth/me", token: tokens.access).data
                #expect(account["email"] == .string("\(user)@example.com"))
                #expect(account["display_name"] == "Grace")
                accounts.append(account["id"]?.stringValue ?? "")
            }
            #expect(accounts[0] == accounts[1])
        }
    }

    @Test func anAddressThatIsNotVerifiedIsNotBelieved() async throws {
        try await describe(verified: false)
        try await with { (test) async throws in
            var browser = TestBrowser(test: test)
            let location = try #require(try await browser.begin("login").headers[.location])
            let query = try await signIn(location)
            test.catchUp()
            let back = try await browser.comeBack("login", query)
            #expect(back.status == 403)
            #expect(try back.problem == "email-unverified")
        }
    }

    @Test func aSignInWithoutTheVerifierIsRefusedByTheProvider() async throws {
        try await describe(verified: true)
        try await with { (test) async throws in
            var browser = TestBrowser(test: test)
            let location = try #require(try await browser.begin("login").headers[.location])
            let challenge = try #require(location.firstRange(of: "code_challenge="))
            let other = location.replacing(
                location[challenge.upperBound...].prefix(43), with: CodeChallenge.make("of somebody else"))
            let back = try await browser.comeBack("login", try await signIn(other))
            #expect(back.status == 502)
            #expect(back.text.contains("invalid_grant"))
        }
    }

    @Test func whoSaysNoIsNotSignedIn() async throws {
        try await with { (test) async throws in
            var browser = TestBrowser(test: test)
            let location = try #require(try await browser.begin("login").headers[.location])
            let state = try #require(location.firstMatch(of: /state=([^&]+)/)?.1)
            let query = try await signIn(location, action: "&action=deny")
            let back = try await browser.comeBack("login", "\(query)&state=\(state)")
            #expect(back.status == 403)
            #expect(back.text.contains("The sign-in was cancelled."))
        }
    }
}

extension TestPlatform {
    /// Moves the time to that of the machine, which the provider goes by, however long the machine has taken.
    fileprivate func catchUp() {
        clock.advance(by: max(.zero, clock.now.duration(to: .systemNow())))
    }
}
