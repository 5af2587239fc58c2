import HTTPTypes
import Testing
import WorkflowCore
import WorkflowTesting

@testable import WorkflowPlatform

@Suite struct LoginTests {
    @Test func upperAndLowerCaseOfAnAddressAreTheSame() async throws {
        try await TestPlatform.with { (test) async throws in
            _ = try await test.setUp()
            #expect(try await test.login("OWNER@Example.com").status == 200)
        }
    }

    @Test func theAnswerDoesNotTellWhetherThereIsAnAccount() async throws {
        try await TestPlatform.with { (test) async throws in
            let (tokens, company) = try await test.setUp()
            let wrong = try await test.login("owner@example.com", "wrong password")
            let unknown = try await test.login("nobody@example.com", "wrong password")
            #expect(wrong.status == 401)
            #expect(wrong.text == unknown.text)
            #expect(wrong.text.contains("The e-mail address or the password is wrong."))
            let actions = try await test.actions(company, token: tokens.access)
            #expect(actions.filter { $0 == "auth.login-failed" }.count == 1, "only that of the member")
        }
    }

    @Test func guessingIsSlowedDownForTheAddressThatGuesses() async throws {
        try await TestPlatform.with { (test) async throws in
            _ = try await test.setUp()
            var statuses: [Int] = []
            for _ in 1...6 { statuses.append(try await test.login("owner@example.com", "guess").status) }
            #expect(statuses == [401, 401, 401, 401, 401, 429])
            let answer = try await test.login("owner@example.com")
            #expect(answer.status == 429, "not even with the right password")
            #expect(answer.headers[.retryAfter] == "1")
            #expect(try await test.login("owner@example.com", address: "198.51.100.7").status == 200)
            test.clock.advance(by: .seconds(2))
            #expect(try await test.login("owner@example.com").status == 200)
        }
    }

    @Test func anAddressHasABudgetOverAllAccounts() async throws {
        try await TestPlatform.with {
            $0.loginAttemptsPerAddress = 3
        } _: { (test) async throws in
            var statuses: [Int] = []
            for number in 1...4 { statuses.append(try await test.login("\(number)@example.com", "guess").status) }
            #expect(statuses == [401, 401, 401, 429])
        }
    }

    @Test func registrationNeedsAnInvitationUnlessItIsOpen() async throws {
        try await TestPlatform.with { (test) async throws in
            _ = try await test.setUp()
            let body: JSONValue = [
                "email": "new@example.com", "password": .string(TestPlatform.password), "display_name": "New",
            ]
            let answer = try await test.send(.post, "/auth/register", body)
            #expect(answer.status == 403)
            #expect(answer.text.contains("Registration is by invitation; use the link in the invitation."))
        }
        try await TestPlatform.with {
            $0.registration = .open
        } _: { (test) async throws in
            let tokens = try await test.register("new@example.com")
            let me = try await test.send(.get, "/auth/me", token: tokens.access).data
            #expect(me["email_verified"] == false)
            #expect(me["password_hash"] == nil)
            let again = try await test.send(
                .post, "/auth/register",
                ["email": "NEW@example.com", "password": "another password", "display_name": "New"])
            #expect(again.status == 409)
            #expect(try again.problem == "email-taken")
        }
    }

    @Test(arguments: [
        ("short", "A password must have at least 10 characters."),
        ("aaaaaaaaaaaaaaa", "This password is too easy to guess."),
        ("weak.person@example.com", "This password is too easy to guess."),
    ])
    func weakPasswordsAreRefused(password: String, message: String) async throws {
        try await TestPlatform.with {
            $0.registration = .open
        } _: { (test) async throws in
            let answer = try await test.send(
                .post, "/auth/register",
                ["email": "weak.person@example.com", "password": .string(password), "display_name": "W"])
            #expect(answer.status == 400)
            #expect(try answer.json["errors"] == [["pointer": "/password", "detail": .string(message)]])
        }
    }

    @Test func changingThePasswordEndsTheOtherSessions() async throws {
        try await TestPlatform.with { (test) async throws in
            let (tokens, _) = try await test.setUp()
            let other = try TestPlatform.Tokens(await test.login("owner@example.com"))
            func change(_ current: String) async throws -> Int {
                try await test.send(
                    .post, "/auth/password", token: tokens.access,
                    ["current_password": .string(current), "new_password": "staple battery"]
                ).status
            }
            #expect(try await change("wrong password") == 403)
            #expect(try await change(TestPlatform.password) == 204)
            #expect(try await test.send(.get, "/auth/me", token: other.access).status == 401)
            #expect(try await test.send(.get, "/auth/me", token: tokens.access).status == 200)
            #expect(try await test.login("owner@example.com").status == 401)
            #expect(try await test.login("owner@example.com", "staple battery").status == 200)
        }
    }
}
