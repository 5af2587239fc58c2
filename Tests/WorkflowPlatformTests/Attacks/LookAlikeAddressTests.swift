import HTTPTypes
import Testing
import WorkflowCore

@testable import WorkflowPlatform

/// E-mail addresses that look like, or fold to, those of others.
@Suite struct LookAlikeAddressTests {
    @Test(arguments: [
        "\u{212A}ate@example.com", "k\u{0430}te@example.com", "\u{FF4B}ate@example.com", "kate@example.com\u{200B}",
        "kate@\u{212A}example.com",
    ])
    func anAddressBelongsToNobodyElse(address: String) async throws {
        try await TestPlatform.with {
            $0.registration = .open
        } _: { (test) async throws in
            _ = try await test.setUp(email: "kate@example.com")
            #expect(try await test.login("KATE@Example.com").status == 200)
            #expect(try await test.login(address).status == 401)
            let forgot = try await test.send(.post, "/auth/password/forgot", ["email": .string(address)])
            #expect(forgot.status == 202)
            #expect(test.mails.count == 0)
            let other = try await test.send(
                .post, "/auth/register",
                ["email": .string(address), "password": .string(TestPlatform.password), "display_name": "Other"])
            #expect(other.status == 201, "\(other.text)")
            #expect(try await test.login(address).status == 200)
            #expect(try await test.login("kate@example.com").status == 200)
        }
    }
}
