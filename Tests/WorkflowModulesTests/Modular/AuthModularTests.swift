import HTTPTypes
import Testing
import WorkflowCore

@testable import WorkflowModules

/// `auth.jwt` under its other name and with the spellings of its keys elsewhere.
@Suite struct AuthModularTests {
    @Test func itsSettingsMayStandAtTheTopOfTheFile() async throws {
        let yaml = """
            modules: [{name: accounts, type: auth.modular, config: {scryptCost: 10, issuer: shop}}]
            auth: {jwt_secret: a secret of at least thirty-two bytes, expiry: 90s, issuer: elsewhere}
            """
        try await TestApplication.run(yaml) { app in
            let body: JSONValue = ["email": "a@b.example", "name": "Ann", "password": "correct horse"]
            let answer = try await app.engine.service((any HTTPHandler).self, named: "accounts").handle(
                ServerRequest(
                    method: .post, target: "/auth/register", remoteAddress: "192.0.2.1",
                    body: RequestBody(bytes: body.jsonBytes())))
            #expect(answer.status == .created)
            let bytes = if case .bytes(let bytes) = answer.body { bytes } else { [UInt8]() }
            let token = try #require(try JSONValue(parsing: bytes)["token"]?.stringValue)
            let part = try #require(token.split(separator: ".").dropFirst().first)
            let claims = try JSONValue(parsing: try #require(UnpaddedBase64.url.decode(part.utf8)))
            #expect(claims["iss"] == "shop")
            let (issued, expiry) = (claims["iat"]?.intValue ?? 0, claims["exp"]?.intValue ?? 0)
            #expect(expiry - issued == 90)
        }
    }

    @Test func aSecretIsNeededUnderThisNameAsWell() async throws {
        let issues = try await TestApplication.issues("modules: [{name: accounts, type: auth.modular}]")
        #expect(issues.count == 1)
        #expect(issues.first?.contains("missing key \"secret\"") == true, "\(issues)")
    }
}
