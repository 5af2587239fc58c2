import HTTPTypes
import Testing
import WorkflowCore
import WorkflowStore
import WorkflowTesting

@testable import WorkflowPlatform

@Suite struct SecondFactorTests {
    /// The examples of RFC 6238, appendix B, cut to six digits.
    @Test(arguments: [
        (59, "287082"), (1_111_111_109, "081804"), (1_111_111_111, "050471"), (1_234_567_890, "005924"),
        (2_000_000_000, "279037"), (20_000_000_000, "353130"),
    ])
    func codesAreThoseOfTheStandard(seconds: Int64, code: String) {
        let secret = Array("12345678901234567890".utf8)
        #expect(TimeBasedCode.code(secret, step: seconds / 30) == code)
    }

    /// The examples of RFC 4648, section 10.
    @Test(arguments: [
        ("", ""), ("f", "MY"), ("fo", "MZXQ"), ("foo", "MZXW6"), ("foob", "MZXW6YQ"), ("fooba", "MZXW6YTB"),
        ("foobar", "MZXW6YTBOI"),
    ])
    func base32IsThatOfTheStandard(text: String, encoded: String) {
        #expect(TimeBasedCode.base32(Array(text.utf8)) == encoded)
    }

    /// Turns the second factor of the owner on.
    private func enable(_ test: TestPlatform, _ token: String) async throws -> (secret: [UInt8], codes: [String]) {
        let begun = try await test.send(
            .post, "/auth/totp", token: token, ["password": .string(TestPlatform.password)])
        let text = try #require(try begun.data["secret"]?.stringValue)
        #expect(
            try begun.data["uri"]?.stringValue
                == "otpauth://totp/Workflow:owner%40example.com?secret=\(text)&issuer=Workflow")
        let id = try #require(ID<User>(try await test.userID(token)))
        let secret = try await test.services.database.read { connection -> [UInt8] in
            let record = try #require(try SecondFactorTable.find(id, connection))
            #expect(!record.sealed.contains(text))
            return try test.services.box.open(record.sealed, for: id.text)
        }
        #expect(TimeBasedCode.base32(secret) == text)
        #expect(try await test.login("owner@example.com").status == 200, "it is not confirmed yet")
        let confirmed = try await test.send(
            .post, "/auth/totp/confirm", token: token, ["code": .string(code(secret, test))])
        #expect(confirmed.status == 200)
        return (secret, (try confirmed.data["recovery_codes"]?.arrayValue ?? []).compactMap(\.stringValue))
    }

    private func code(_ secret: [UInt8], _ test: TestPlatform, shift: Int64 = 0) -> String {
        TimeBasedCode.code(secret, step: test.clock.now.seconds / 30 + shift)
    }

    @Test(arguments: TestDatabase.allCases)
    func signingInAsksForACode(database: TestDatabase) async throws {
        try await TestPlatform.with(database) {
            $0.loginAttempts = 100
        } _: { (test) async throws in
            let (tokens, _) = try await test.setUp()
            let (secret, codes) = try await enable(test, tokens.access)
            #expect(codes.count == 10)
            let missing = try await test.login("owner@example.com")
            #expect(missing.status == 401)
            #expect(try missing.problem == "second-factor-required")
            #expect(try await test.login("owner@example.com", code: code(secret, test)).status == 401, "used before")
            test.clock.advance(by: .seconds(60))
            let current = code(secret, test)
            #expect(try await test.login("owner@example.com", "wrong password", code: current).status == 401)
            #expect(try await test.login("owner@example.com", code: current).status == 200)
            #expect(try await test.login("owner@example.com", code: current).status == 401, "it works once")
            #expect(try await test.login("owner@example.com", code: code(secret, test, shift: -1)).status == 401)
            #expect(try await test.login("owner@example.com", code: code(secret, test, shift: 2)).status == 401)
            #expect(try await test.login("owner@example.com", code: code(secret, test, shift: 1)).status == 200)
            #expect(try await test.login("owner@example.com", code: codes[3]).status == 200)
            #expect(try await test.login("owner@example.com", code: codes[3]).status == 401, "it works once")
        }
    }

    @Test func itIsTurnedOffWithThePassword() async throws {
        try await TestPlatform.with { (test) async throws in
            let (tokens, _) = try await test.setUp()
            let (_, codes) = try await enable(test, tokens.access)
            func disable(_ password: String) async throws -> Int {
                try await test.send(
                    .post, "/auth/totp/disable", token: tokens.access, ["password": .string(password)]
                ).status
            }
            #expect(try await disable("wrong password") == 403)
            #expect(try await disable(TestPlatform.password) == 204)
            #expect(try await test.login("owner@example.com").status == 200)
            #expect(codes.count == 10)
        }
    }

    @Test func aSealedSecretBelongsToItsOwner() throws {
        let box = SecretBox(secret: Array("0123456789abcdef0123456789abcdef".utf8))
        let sealed = try box.seal([1, 2, 3], for: "a")
        #expect(try box.open(sealed, for: "a") == [1, 2, 3])
        #expect(throws: (any Error).self) { try box.open(sealed, for: "b") }
    }
}
