import HTTPTypes
import Testing
import WorkflowCore
import WorkflowTesting

@testable import WorkflowPlatform

@Suite(.timeLimit(.minutes(5))) struct MailTests {
    @Test func aForgottenPasswordIsReset() async throws {
        try await TestPlatform.with { (test) async throws in
            let (tokens, _) = try await test.setUp()
            #expect(try await test.send(.post, "/auth/password/forgot", ["email": "owner@example.com"]).status == 202)
            let token = await test.mails.nextToken()
            func reset(_ token: String) async throws -> Int {
                try await test.send(
                    .post, "/auth/password/reset",
                    ["token": .string(token), "new_password": "staple battery"]
                ).status
            }
            #expect(try await reset(token + "x") == 403)
            #expect(try await reset(token) == 204)
            #expect(try await reset(token) == 403, "a token works once")
            #expect(try await test.send(.get, "/auth/me", token: tokens.access).status == 401)
            #expect(try await test.login("owner@example.com").status == 401)
            #expect(try await test.login("owner@example.com", "staple battery").status == 200)
        }
    }

    @Test func resetTokensEndAfterAnHourAndWithTheNextOne() async throws {
        try await TestPlatform.with { (test) async throws in
            _ = try await test.setUp()
            _ = try await test.send(.post, "/auth/password/forgot", ["email": "owner@example.com"])
            let first = await test.mails.nextToken()
            _ = try await test.send(.post, "/auth/password/forgot", ["email": "owner@example.com"])
            let second = await test.mails.nextToken()
            func reset(_ token: String) async throws -> Int {
                try await test.send(
                    .post, "/auth/password/reset",
                    ["token": .string(token), "new_password": "staple battery"]
                ).status
            }
            #expect(try await reset(first) == 403)
            test.clock.advance(by: .seconds(3600))
            #expect(try await reset(second) == 403)
        }
    }

    @Test func nobodyLearnsWhetherThereIsAnAccount() async throws {
        try await TestPlatform.with { (test) async throws in
            _ = try await test.setUp()
            let unknown = try await test.send(.post, "/auth/password/forgot", ["email": "nobody@example.com"])
            let known = try await test.send(.post, "/auth/password/forgot", ["email": "owner@example.com"])
            #expect(unknown.status == 202)
            #expect(unknown.text == known.text)
            #expect(await test.mails.next().recipient == "owner@example.com")
            #expect(test.mails.count == 0)
        }
    }

    @Test func anAddressIsVerified() async throws {
        try await TestPlatform.with {
            $0.registration = .open
        } _: { (test) async throws in
            let tokens = try await test.register("new@example.com")
            let token = await test.mails.nextToken()
            #expect(try await test.send(.post, "/auth/email/verify", ["token": .string(token)]).status == 204)
            #expect(try await test.send(.get, "/auth/me", token: tokens.access).data["email_verified"] == true)
            #expect(try await test.send(.post, "/auth/email/verify", ["token": .string(token)]).status == 403)
            #expect(try await test.send(.post, "/auth/email/send", token: tokens.access).status == 409)
        }
    }

    @Test func aTokenForOnePurposeDoesNotDoForAnother() async throws {
        try await TestPlatform.with {
            $0.registration = .open
        } _: { (test) async throws in
            _ = try await test.register("new@example.com")
            let token = await test.mails.nextToken()
            let answer = try await test.send(
                .post, "/auth/password/reset", ["token": .string(token), "new_password": "staple battery"])
            #expect(answer.status == 403)
        }
    }
}
