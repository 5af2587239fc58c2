import HTTPTypes
import WorkflowCore
import WorkflowModules
import WorkflowStore

/// Invitations.
enum InvitationRoutes {
    static let all: [APIRoute] = [
        invite("Company", "/companies/{id}", .company("id")),
        invite("Organization", "/organizations/{id}", .organization("id")),
        invite("Project", "/projects/{id}", .project("id")),
        APIRoute(
            name: "listInvitations", method: .get, path: "/companies/{id}/invitations", tag: "Members",
            summary: "The invitations to anything in a company that wait to be accepted.",
            access: .role(.admin, .members, on: .company("id")), answer: .page(Documents.invitation),
            handler: list),
        APIRoute(
            name: "withdrawInvitation", method: .delete, path: "/companies/{id}/invitations/{invitationId}",
            tag: "Members", summary: "Withdraws an invitation.",
            access: .role(.admin, .members, on: .company("id")), answer: .noContent, handler: withdraw),
        APIRoute(
            name: "showInvitation", method: .post, path: "/auth/invitations/show", tag: "Sign-in",
            summary: "What an invitation offers, for whoever has its token from the e-mail.", access: .open,
            body: .object([.required("token", .text(1...200))]), answer: .ok(Documents.invitationOffer),
            problems: [403: "The invitation does not work."], handler: show),
        APIRoute(
            name: "acceptInvitation", method: .post, path: "/auth/invitations/accept", tag: "Account",
            summary: "Accepts an invitation that was sent to the address of whoever calls.",
            access: .signedIn(byPerson: true), body: .object([.required("token", .text(1...200))]),
            answer: .ok(Documents.invitation), problems: [403: "The invitation does not work."], handler: accept),
    ]

    private static func invite(_ name: String, _ path: String, _ reference: ResourceReference) -> APIRoute {
        APIRoute(
            name: "inviteTo\(name)", method: .post, path: "\(path)/invitations", tag: "Members",
            summary: "Offers somebody a role on the \(reference.level.rawValue) by e-mail.",
            access: .role(.admin, .members, on: reference),
            body: .object([.required("email", .email), .required("role", .role)]),
            answer: .created(Documents.invitation),
            problems: [403: "The caller may not give the role, or is a program that an IAM provider vouches for."],
            handler: invite)
    }

    @Sendable private static func invite(_ call: APICall) async throws -> APIAnswer {
        let (services, path, user) = (call.services, try call.path, try call.caller.user)
        // Whoever invited must still hold the role when somebody accepts; a program holds its roles while it calls.
        if case .program = try call.caller.credential {
            throw PlatformError.forbidden(
                "A program that an IAM provider vouches for cannot invite; sign in, or use an API key.")
        }
        guard let role = Role(rawValue: try call.requiredText("role")) else {
            throw PlatformError.defect("the body has an unknown role")
        }
        if let wait = services.invitationThrottle.begin(address: path.company.text, now: call.now) {
            throw PlatformError.tooMany("The company has sent too many invitations.", wait: wait)
        }
        let token = services.secrets.make(.invitation)
        let invitation = Invitation(
            id: services.newID(), company: path.company, level: path.level, resource: path.resource,
            email: try call.requiredText("email"), role: role, invitedBy: user, createdAt: call.now,
            expiresAt: call.now.advanced(by: services.configuration.invitationLifetime), acceptedAt: nil,
            revokedAt: nil)
        let members = try Members(call)
        let company = try await services.database.write { connection in
            try services.audit.lock(path.company, connection)
            try members.authorize([role], connection)
            try InvitationTable.insert(invitation, hash: SecretTokens.hash(token), connection)
            let event = call.event(
                "invitation.create", "invitation", invitation.id.text, Documents.record(invitation))
            try services.audit.append(event, to: path.company, now: call.now, connection)
            return try CompanyTable.find(path.company, connection)
        }
        let link = PlatformPages.Page.invitation.address(services.configuration, token: token)
        services.mail.submit(
            MailMessage(
                recipient: invitation.email, subject: "You are invited to \(Self.line(company?.name ?? ""))",
                text: """
                    You are offered the role \(role.rawValue). Accept before \(invitation.expiresAt):

                    \(link)
                    """))
        return .data(.object(Documents.make(invitation)))
    }

    /// A name without what would begin a new line of a header.
    private static func line(_ name: String) -> String {
        String(name.unicodeScalars.filter { $0.value >= 0x20 && $0.value != 0x7F }.map(Character.init))
    }

    @Sendable private static func list(_ call: APICall) async throws -> APIAnswer {
        let (company, page) = (try call.path.company, try call.page)
        let found = try await call.services.database.read { connection in
            try InvitationTable.list(of: company, page, now: call.now, connection)
        }
        return .page(found, limit: page.limit) { Documents.make($0) }
    }

    @Sendable private static func withdraw(_ call: APICall) async throws -> APIAnswer {
        let (company, id): (ID<Company>, ID<Invitation>) = (try call.path.company, try call.id("invitationId"))
        try await call.services.database.write { connection in
            try call.services.audit.lock(company, connection)
            guard let invitation = try InvitationTable.find(id, in: company, connection),
                try InvitationTable.revoke(id, at: call.now, connection)
            else { throw PlatformError.notFound }
            let event = call.event("invitation.withdraw", "invitation", id.text, Documents.record(invitation))
            try call.services.audit.append(event, to: company, now: call.now, connection)
        }
        return .nothing
    }

    @Sendable private static func show(_ call: APICall) async throws -> APIAnswer {
        try Throttling.countRegistration(call)
        let token = try call.requiredText("token")
        let offer = try await call.services.database.read { try Invitations.offer(token, call, $0) }
        return .data(.object(offer))
    }

    @Sendable private static func accept(_ call: APICall) async throws -> APIAnswer {
        let token = try call.requiredText("token")
        let invitation = try await call.services.database.write { connection in
            let user = try Accounts.current(call, connection)
            return try Invitations.accept(token, by: user, call, connection)
        }
        return .data(.object(Documents.make(invitation)))
    }
}
