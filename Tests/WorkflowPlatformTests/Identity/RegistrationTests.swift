import HTTPTypes
import Testing
import WorkflowCore
import WorkflowStore
import WorkflowTesting

@testable import WorkflowPlatform

/// Accounts that are made once their addresses have been confirmed.
@Suite(.timeLimit(.minutes(5))) struct RegistrationTests {
    private func with(
        _ database: TestDatabase = TestDatabase.allCases[0], _ body: (TestPlatform) async throws -> Void
    ) async throws {
        try await TestPlatform.with(database) {
            $0.registration = .open
            $0.confirmsRegistrations = true
        } _: { (test) async throws in
            try await body(test)
        }
    }

    private func ask(
        _ email: String, _ test: TestPlatform, password: String = TestPlatform.password, address: String = "192.0.2.1"
    ) async throws -> TestAnswer {
        try await test.send(
            .post, "/auth/register",
            ["email": .string(email), "password": .string(password), "display_name": "New"], address: address)
    }

    private func confirm(_ token: String, _ test: TestPlatform) async throws -> Int {
        try await test.send(.post, "/auth/email/verify", ["token": .string(token)]).status
    }

    @Test(arguments: TestDatabase.allCases) func theLinkMakesTheAccount(database: TestDatabase) async throws {
        try await with(database) { (test) async throws in
            let answer = try await ask("New@example.com", test)
            #expect(answer.status == 202)
            #expect(answer.text.isEmpty)
            let mail = await test.mails.next()
            #expect(mail.recipient == "New@example.com")
            let token = try #require(mail.text.firstMatch(of: /\/verify-email#token=(wfo_\S+)/)?.1)
            #expect(try await test.login("new@example.com").status == 401, "not before it is confirmed")
            #expect(try await confirm(String(token) + "x", test) == 403)
            #expect(try await confirm(String(token), test) == 204)
            #expect(try await confirm(String(token), test) == 403, "it works once")
            let tokens = try TestPlatform.Tokens(try await test.login("new@example.com"))
            let me = try await test.send(.get, "/auth/me", token: tokens.access).data
            #expect(me["email_verified"] == true)
            #expect(me["display_name"] == "New")
        }
    }

    @Test func nobodyLearnsWhichAddressesHaveAccounts() async throws {
        try await with { (test) async throws in
            _ = try await test.setUp()
            let unknown = try await ask("nobody@example.com", test)
            let known = try await ask("OWNER@example.com", test, address: "192.0.2.2")
            #expect(unknown.status == 202 && known.status == 202)
            #expect(unknown.text == known.text)
            func fields(_ answer: TestAnswer) -> [String] { answer.headers.map(\.name.rawName).sorted() }
            #expect(fields(unknown) == fields(known))
            // Neither can be signed in to with the password that was sent.
            #expect(try await test.login("nobody@example.com", address: "192.0.2.3").status == 401)
            #expect(try await ask("owner@example.com", test, password: "a different one").status == 202)

            #expect(await test.mails.next().recipient == "nobody@example.com")
            for _ in 1...2 {
                let notice = await test.mails.next()
                #expect(notice.recipient == "owner@example.com")
                #expect(notice.subject == "You have an account already")
                #expect(notice.text.contains("http://127.0.0.1:8090/forgot-password"))
                #expect(!notice.text.contains("token"))
            }
            #expect(try await test.login("owner@example.com").status == 200, "the password is as before")
        }
    }

    @Test func whoeverReadsTheMailDecidesWhichRequestCounts() async throws {
        try await with { (test) async throws in
            #expect(try await ask("new@example.com", test, password: "of somebody else").status == 202)
            let first = await test.mails.nextToken()
            #expect(try await ask("new@example.com", test, address: "192.0.2.2").status == 202)
            let second = await test.mails.nextToken()
            #expect(try await confirm(second, test) == 204)
            #expect(try await confirm(first, test) == 403)
            #expect(try await test.login("new@example.com").status == 200)
            #expect(try await test.login("new@example.com", "of somebody else").status == 401)
        }
    }

    @Test func anInvitationMakesItAtOnce() async throws {
        try await with { (test) async throws in
            let (owner, company) = try await test.setUp()
            #expect(try await ask("new@example.com", test).status == 202)
            let waiting = await test.mails.nextToken()
            let tokens = try await test.join("new@example.com", .viewer, company, by: owner.access)
            #expect(try await test.send(.get, "/companies/\(company)", token: tokens.access).status == 200)
            #expect(try await confirm(waiting, test) == 403, "somebody has the address by now")
        }
    }

    @Test func linksEndAfterADay() async throws {
        try await with { (test) async throws in
            #expect(try await ask("new@example.com", test).status == 202)
            let token = await test.mails.nextToken()
            test.clock.advance(by: .seconds(24 * 3600))
            #expect(try await confirm(token, test) == 403)
            test.clock.advance(by: .seconds(1))
            await test.platform.forgetExpired()
            let left = try await test.services.database.read { connection in
                try connection.first(SQLStatement("SELECT COUNT(*) FROM platform_registrations"), []) { $0.integer() }
            }
            #expect(left == 0)
        }
    }

    @Test func nobodyIsSentManyMails() async throws {
        try await with { (test) async throws in
            for _ in 1...5 { #expect(try await ask("new@example.com", test).status == 202) }
            #expect(try await ask("NEW@example.com", test).status == 429)
            #expect(try await ask("other@example.com", test).status == 202)
        }
    }
}
