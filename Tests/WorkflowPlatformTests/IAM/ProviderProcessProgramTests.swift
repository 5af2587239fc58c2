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

/// Programs against a provider that somebody else has written, in a process of its own.
@Suite(.timeLimit(.minutes(5))) struct ProviderProcessProgramTests {
    private static let back = "http://127.0.0.1:1/back"

    @Test func aTokenIsTakenUntilTheProviderHasOtherKeys() async throws {
        try await OpenIDProvider.with { provider in
            // The provider has a clock of its own.
            try await IAMFixture.with(clock: TestClock(now: .systemNow())) { fixture in
                let (clock, issuer) = (fixture.test.clock, provider.issuer)
                let id = try await fixture.provider(
                    "oidc", ["issuer": .string(issuer), "client_id": "platform"])
                let found = try await fixture.check(id)
                #expect(found.isSuccess, "\(found.message)")
                _ = try await fixture.map("robot", .viewer, of: id)

                let first = try await token(of: issuer)
                func show(_ token: String) async throws -> TestAnswer {
                    // However long the machine has taken meanwhile.
                    clock.advance(by: max(.zero, clock.now.duration(to: .systemNow())))
                    return try await fixture.token(id, ["token": .string(token)])
                }
                let given = try await show(first)
                #expect(given.status == 200, "\(given.text)")
                let access = try #require(try given.data["access_token"]?.stringValue)
                let path = "/companies/\(fixture.tenant.company)"
                #expect(try await fixture.test.send(.get, path, token: access).status == 200)
                let other = try await token(of: issuer, client: "another")
                #expect(try await show(other).status == 401)

                _ = try await send("\(issuer)/rotate", "")
                let second = try await token(of: issuer)
                // Keys are read again once a minute at most.
                clock.advance(by: .seconds(61))
                let after = try await show(second)
                #expect(after.status == 200, "\(after.text)")
                #expect(try await show(first).status == 401)
                #expect(try await fixture.test.send(.get, path, token: access).status == 200, "it has its own life")
            }
        }
    }

    /// An ID token that the provider gives to a client.
    private func token(of issuer: String, client: String = "platform") async throws -> String {
        let verifier = String(repeating: "v", count: 43)
        let query = FormText.encode([
            ("response_type", "code"), ("client_id", client), ("redirect_uri", Self.back), ("scope", "openid"),
            ("state", "state"), ("code_challenge", CodeChallenge.make(verifier)), ("code_challenge_method", "S256"),
        ])
        let answer = try await send("\(issuer)/oauth2/authorize?\(query)", "sub=robot")
        let location = try #require(answer.headers.first(name: "location"), "\(answer.status)")
        let code = try #require(location.firstMatch(of: /[?&]code=([^&]+)/)?.1)
        let form = FormText.encode([
            ("grant_type", "authorization_code"), ("redirect_uri", Self.back), ("code_verifier", verifier),
            ("client_id", client), ("client_secret", "a secret"),
        ])
        let exchanged = try await send("\(issuer)/oauth2/token", "\(form)&code=\(code)")
        let document = try JSONValue(parsing: String(buffer: exchanged.body))
        return try #require(document["id_token"]?.stringValue, "\(document)")
    }

    private typealias Answer = (headers: HTTPHeaders, status: UInt, body: ByteBuffer)

    private func send(_ url: String, _ form: String) async throws -> Answer {
        var request = HTTPClientRequest(url: url)
        request.method = .POST
        request.headers.add(name: "content-type", value: "application/x-www-form-urlencoded")
        request.body = .bytes(ByteBuffer(string: form))
        // What the provider sends a browser back with is for the test to read.
        let client = HTTPClient(configuration: HTTPClient.Configuration(redirectConfiguration: .disallow))
        let result: Result<Answer, any Error>
        do {
            let answer = try await client.execute(request, timeout: .seconds(60))
            let body = try await answer.body.collect(upTo: 1 << 20)
            result = .success((answer.headers, answer.status.code, body))
        } catch {
            result = .failure(error)
        }
        try await client.shutdown()
        return try result.get()
    }
}
