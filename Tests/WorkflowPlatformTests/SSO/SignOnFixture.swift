import AsyncHTTPClient
import HTTPTypes
import NIOCore
import TestServices
import Testing
import WorkflowCore
import WorkflowStore
import WorkflowTesting

@testable import WorkflowPlatform

/// A platform with a scripted issuer, which is a provider of the platform and may be one of companies.
struct SignOnFixture: Sendable {
    static let redirect = "https://app.example.com/signed-in"
    static let secret = "a secret that only the two know"

    let test: TestPlatform
    let issuer: ScriptedIssuer

    /// Opens all of it.
    ///
    /// - Parameter allowsLoopback: Whether providers of companies may be on this machine.
    static func with<Value>(
        _ database: TestDatabase = TestDatabase.allCases[0], allowsLoopback: Bool = true,
        _ configure: (inout PlatformConfiguration) -> Void = { _ in },
        _ body: (SignOnFixture) async throws -> Value
    ) async throws -> Value {
        let opened = try await database.open()
        let result: Result<Value, any Error>
        do {
            result = .success(try await with(on: opened, allowsLoopback: allowsLoopback, configure, body))
        } catch {
            result = .failure(error)
        }
        await opened.close()
        return try result.get()
    }

    /// Opens all of it on a database that is there and stays open.
    static func with<Value>(
        on opened: any SQLDatabase, allowsLoopback: Bool = true,
        _ configure: (inout PlatformConfiguration) -> Void = { _ in },
        _ body: (SignOnFixture) async throws -> Value
    ) async throws -> Value {
        let clock = TestClock()
        return try await ScriptedIssuer.with(clock) { issuer in
            try await TestPlatform.with(on: opened, clock: clock) { configuration in
                configuration.signOn.providers = try [
                    PlatformProvider(
                        name: "login", kind: .openIDConnect, issuer: issuer.url, clientID: "platform",
                        clientSecret: SecretString(secret)),
                    PlatformProvider(
                        name: "hub", kind: .gitHub, issuer: issuer.url, clientID: "platform",
                        clientSecret: SecretString(secret)),
                ]
                configuration.signOn.redirects = [redirect]
                configuration.signOn.requestTimeout = .seconds(60)
                let loopback = try #require(AddressRange("127.0.0.1"))
                configuration.providerAddresses = allowsLoopback ? [loopback] : []
                configuration.signOn.attemptsPerMinute = 1000
                configure(&configuration)
            } _: { test in
                try await body(SignOnFixture(test: test, issuer: issuer))
            }
        }
    }

    /// What the issuer says of somebody.
    static func person(_ email: String, subject: String? = nil, isVerified: Bool = true) -> JSONObject {
        [
            "sub": .string(subject ?? email), "email": .string(email), "email_verified": .bool(isVerified),
            "name": "Somebody",
        ]
    }

    /// Goes to a provider and back.
    ///
    /// - Returns: The answer to the browser that has come back.
    func comeBack(_ provider: String, _ person: JSONObject, query: String = "") async throws -> TestAnswer {
        var browser = TestBrowser(test: test)
        let begun = try await browser.begin(provider, query)
        guard begun.status == 302, let location = begun.headers[.location] else { return begun }
        return try await browser.comeBack(provider, try issuer.signIn(location, as: person))
    }

    /// Signs in at a provider.
    ///
    /// - Returns: The answer with the tokens, or what went wrong before.
    func signIn(
        _ provider: String, _ person: JSONObject, query: String = "", code: String? = nil
    ) async throws -> TestAnswer {
        let answer = try await comeBack(provider, person, query: query)
        guard let secret = try answer.data["sign_on_code"]?.stringValue else { return answer }
        return try await test.exchange(secret, code: code)
    }

    /// Makes the issuer a provider of a company.
    ///
    /// - Returns: The identifier.
    func addProvider(
        to company: String, by token: String, _ changes: JSONObject = [:]
    ) async throws -> String {
        var body: JSONObject = [
            "name": "Login", "type": "oidc", "issuer": .string(issuer.url), "client_id": "acme",
            "client_secret": .string(Self.secret),
        ]
        body.merge(changes)
        let answer = try await test.send(
            .post, "/companies/\(company)/sso/providers", token: token, .object(body))
        return try #require(try answer.data["id"]?.stringValue, "\(answer.text)")
    }
}

/// A browser, as far as cookies are concerned.
struct TestBrowser {
    let test: TestPlatform
    var cookie: String?

    init(test: TestPlatform) { self.test = test }

    /// Begins to sign in.
    mutating func begin(_ provider: String, _ query: String = "") async throws -> TestAnswer {
        let answer = try await test.send(.get, "/auth/oauth2/\(provider)\(query.isEmpty ? "" : "?\(query)")")
        if let field = answer.headers[.setCookie] { cookie = String(field.prefix { $0 != ";" }) }
        return answer
    }

    /// Comes back from a provider.
    func comeBack(_ provider: String, _ query: String) async throws -> TestAnswer {
        var headers: HTTPFields = [:]
        if let cookie { headers[.cookie] = "theme=dark; \(cookie)" }
        return try await test.send(.get, "/auth/oauth2/\(provider)/callback?\(query)", headers: headers)
    }
}

extension TestPlatform {
    /// Exchanges the code of a sign-in for tokens.
    func exchange(_ secret: String, verifier: String? = nil, code: String? = nil) async throws -> TestAnswer {
        var body: JSONValue = ["sign_on_code": .string(secret)]
        if let verifier { body["code_verifier"] = .string(verifier) }
        if let code { body["code"] = .string(code) }
        return try await send(.post, "/auth/oauth2/token", body)
    }
}
