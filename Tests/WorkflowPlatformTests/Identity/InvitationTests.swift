import HTTPTypes
import Testing
import WorkflowCore
import WorkflowTesting

@testable import WorkflowPlatform

@Suite(.timeLimit(.minutes(5))) struct InvitationTests {
    private func invite(
        _ email: String, _ role: Role, _ path: String, by token: String, _ test: TestPlatform
    ) async throws -> (id: String, token: String) {
        let answer = try await test.send(
            .post, "\(path)/invitations", token: token,
            ["email": .string(email), "role": .string(role.rawValue)])
        #expect(answer.status == 201)
        return (try answer.data["id"]?.stringValue ?? "", await test.mails.nextToken())
    }

    private func accept(_ invitation: String, by token: String, _ test: TestPlatform) async throws -> TestAnswer {
        try await test.send(.post, "/auth/invitations/accept", token: token, ["token": .string(invitation)])
    }

    @Test(arguments: TestDatabase.allCases)
    func aStrangerJoins(database: TestDatabase) async throws {
        try await TestPlatform.with(database) { (test) async throws in
            let (owner, company) = try await test.setUp()
            let path = "/companies/\(company)"
            let invitation = try await invite("new@example.com", .viewer, path, by: owner.access, test)
            let list = try await test.send(.get, "\(path)/invitations", token: owner.access).data
            #expect(list.arrayValue?.map { $0["email"] } == ["new@example.com"])
            let tokens = try await test.register("new@example.com", invitation: invitation.token)
            #expect(try await test.send(.get, "/auth/me", token: tokens.access).data["email_verified"] == true)
            #expect(try await test.send(.get, path, token: tokens.access).status == 200)
            #expect(try await test.send(.put, path, token: tokens.access, ["name": "x"]).status == 403)
            #expect(try await test.send(.get, "\(path)/invitations", token: owner.access).data == [])
            #expect(try await accept(invitation.token, by: tokens.access, test).status == 403, "it works once")
        }
    }

    @Test func aCompanyInvitesSoManyAMinute() async throws {
        try await TestPlatform.with { (test) async throws in
            let (owner, company) = try await test.setUp()
            func invite() async throws -> Int {
                try await test.send(
                    .post, "/companies/\(company)/invitations", token: owner.access,
                    ["email": "new@example.com", "role": "viewer"]
                ).status
            }
            for _ in 1...60 { #expect(try await invite() == 201) }
            #expect(try await invite() == 429)
            test.clock.advance(by: .seconds(60))
            #expect(try await invite() == 201)
        }
    }

    @Test func whatHasExpiredIsNotListed() async throws {
        try await TestPlatform.with { (test) async throws in
            let (owner, company) = try await test.setUp()
            let path = "/companies/\(company)"
            _ = try await invite("new@example.com", .viewer, path, by: owner.access, test)
            test.clock.advance(by: .seconds(7 * 24 * 3600))
            let later = try TestPlatform.Tokens(await test.login("owner@example.com"))
            #expect(try await test.send(.get, "\(path)/invitations", token: later.access).data == [])
        }
    }

    @Test func whoeverHasTheTokenSeesWhatIsOffered() async throws {
        try await TestPlatform.with { (test) async throws in
            let alpha = try await TestTenant.make("Alpha", test)
            func show(_ token: String) async throws -> TestAnswer {
                try await test.send(.post, "/auth/invitations/show", ["token": .string(token)])
            }
            let (id, token) = try await invite(
                "new@example.com", .editor, "/projects/\(alpha.project)", by: alpha.token(.admin), test)
            let offer = try await show(token)
            #expect(offer.status == 200)
            #expect(try offer.data["company_name"] == "Alpha")
            #expect(try offer.data["resource_type"] == "project")
            #expect(try offer.data["resource_name"] == "Alpha project")
            #expect(try offer.data["role"] == "editor")
            #expect(try offer.data["email"] == "new@example.com")
            #expect(try offer.data["has_account"] == false)
            #expect(try await show(token + "x").status == 403)
            let (_, known) = try await invite(
                "Alpha-viewer@example.com", .owner, "/companies/\(alpha.company)", by: alpha.token(.owner), test)
            #expect(try await show(known).data["has_account"] == true)
            let withdrawn = try await test.send(
                .delete, "/companies/\(alpha.company)/invitations/\(id)", token: alpha.token(.admin))
            #expect(withdrawn.status == 204)
            #expect(try await show(token).status == 403)
        }
    }

    @Test func itIsForItsAddressOnly() async throws {
        try await TestPlatform.with { (test) async throws in
            let (alpha, beta) = (try await TestTenant.make("Alpha", test), try await TestTenant.make("Beta", test))
            let invitation = try await invite(
                "Beta-viewer@EXAMPLE.com", .editor, "/projects/\(alpha.project)", by: alpha.token(.admin), test)
            #expect(try await accept(invitation.token, by: beta.token(.owner), test).status == 403)
            let body: JSONValue = [
                "email": "other@example.com", "password": .string(TestPlatform.password), "display_name": "O",
                "invitation_token": .string(invitation.token),
            ]
            #expect(try await test.send(.post, "/auth/register", body).status == 403)
            #expect(try await accept(invitation.token, by: beta.token(.viewer), test).status == 200)
            let viewer = beta.token(.viewer)
            #expect(try await test.send(.get, "/projects/\(alpha.project)", token: viewer).status == 200)
            #expect(try await test.send(.get, "/companies/\(alpha.company)", token: viewer).status == 403)
        }
    }

    @Test func itEndsWithdrawnOrAfterAWeekOrWithTheInviter() async throws {
        try await TestPlatform.with { (test) async throws in
            let tenant = try await TestTenant.make("Alpha", test)
            let guest = try await TestTenant.person("guest", [], test)
            let (path, admin) = ("/companies/\(tenant.company)", tenant.token(.admin))
            let withdrawn = try await invite(guest.email, .viewer, path, by: admin, test)
            let place = "\(path)/invitations/\(withdrawn.id)"
            #expect(try await test.send(.delete, place, token: admin).status == 204)
            #expect(try await accept(withdrawn.token, by: guest.token, test).status == 403)
            let orphan = try await invite(guest.email, .admin, path, by: admin, test)
            let demotion = try await test.send(
                .put, "\(path)/members/\(tenant.id(.admin))", token: tenant.token(.owner), ["role": "editor"])
            #expect(demotion.status == 200)
            #expect(try await accept(orphan.token, by: guest.token, test).status == 403)
            let late = try await invite(guest.email, .viewer, path, by: tenant.token(.owner), test)
            test.clock.advance(by: .seconds(7 * 24 * 3600))
            let session = try await TestTenant.person("guest2", [], test)
            #expect(try await accept(late.token, by: session.token, test).status == 403)
        }
    }

    @Test func itRaisesARoleAndNeverLowersOne() async throws {
        try await TestPlatform.with { (test) async throws in
            let tenant = try await TestTenant.make("Alpha", test)
            let path = "/companies/\(tenant.company)"
            for (role, expected) in [(Role.admin, Role.admin), (.viewer, .admin)] {
                let invitation = try await invite(
                    "Alpha-editor@example.com", role, path, by: tenant.token(.owner), test)
                #expect(try await accept(invitation.token, by: tenant.token(.editor), test).status == 200)
                let grants = try await test.send(.get, "/auth/memberships", token: tenant.token(.editor)).data
                #expect(grants[0]?["role"] == .string(expected.rawValue))
            }
        }
    }
}
