import HTTPTypes
import Logging
import Testing
import WorkflowCore
import WorkflowStore
import WorkflowTesting

@testable import WorkflowPlatform

/// Tickets that open a stream in place of a token.
@Suite(.timeLimit(.minutes(5))) struct StreamTicketTests {
    private func ticket(_ stream: String, _ tenant: TestTenant, _ test: TestPlatform) async throws -> String {
        let answer = try await test.send(
            .post, "/workflows/\(tenant.workflow)/stream-tickets", token: tenant.token(.viewer),
            ["stream": .string(stream)])
        #expect(answer.status == 201)
        return try answer.data["ticket"]?.stringValue ?? ""
    }

    private func path(_ tenant: TestTenant, _ ticket: String) -> String {
        "/workflows/\(tenant.workflow)/logs/stream?ticket=\(ticket)"
    }

    @Test func aTicketOpensItsStreamOnce() async throws {
        try await TestPlatform.withTenant { test, tenant in
            let ticket = try await ticket("logs", tenant, test)
            #expect(ticket.hasPrefix("wft_"))
            try await test.withStream(path(tenant, ticket)) { (stream) async throws in
                await stream.untilBegun()
                test.record(.info, "hello", of: tenant.workflow)
                #expect(await stream.events("log", 1).count == 1)
                let again = try await test.stream(path(tenant, ticket)).refusal
                #expect(again?.status == 401)
            }
        }
    }

    @Test func aTicketOpensNothingElse() async throws {
        try await TestPlatform.with { (test) async throws in
            let (tenant, other) = (try await TestTenant.make("Alpha", test), try await TestTenant.make("Beta", test))
            let foreign = try await ticket("logs", other, test)
            #expect(try await test.stream(path(tenant, foreign)).refusal?.status == 401)
            let events = try await ticket("events", tenant, test)
            #expect(try await test.stream(path(tenant, events)).refusal?.status == 401)
            let lists = try await ticket("logs", tenant, test)
            let list = try await test.send(.get, "/workflows/\(tenant.workflow)/logs?ticket=\(lists)")
            #expect(list.status == 401)
            #expect(try await test.stream(path(tenant, "wft_x")).refusal?.status == 401)
            #expect(try await test.stream(path(tenant, tenant.token(.owner))).refusal?.status == 401)
        }
    }

    @Test func aTicketDoesNotLast() async throws {
        try await TestPlatform.withTenant { test, tenant in
            let late = try await ticket("logs", tenant, test)
            test.clock.advance(by: .seconds(60))
            #expect(try await test.stream(path(tenant, late)).refusal?.status == 401)
        }
    }

    /// It is worth as much as the session that it was made in.
    @Test func aTicketEndsWithItsSession() async throws {
        try await TestPlatform.withTenant { test, tenant in
            let (used, unused) = (try await ticket("logs", tenant, test), try await ticket("logs", tenant, test))
            try await test.withStream(path(tenant, used)) { (stream) async throws in
                await stream.untilBegun()
                #expect(try await test.send(.post, "/auth/logout", token: tenant.token(.viewer)).status / 100 == 2)
                #expect(try await test.stream(path(tenant, unused)).refusal?.status == 401)
                test.clock.advance(by: .seconds(15))
                #expect(await stream.ending() == "The session has ended, or the API key was withdrawn.")
            }
        }
    }
}
