import HTTPTypes
import Testing
import WorkflowCore
import WorkflowStore
import WorkflowTesting

@testable import WorkflowPlatform

/// Every route, with every role and a foreign tenant, made from the route table: a new route cannot be forgotten.
@Suite(.timeLimit(.minutes(5))) struct RouteWalkTests {
    /// Who calls.
    enum Who: Sendable, CaseIterable {
        case nobody, garbage, stranger, outsider, viewer, editor, admin, owner
        case ownersKey, ownersReadingKey, ownersOtherKey, strangersKey, endedSession

        var role: Role? {
            switch self {
            case .viewer: .viewer
            case .editor: .editor
            case .admin: .admin
            case .owner, .ownersKey, .ownersReadingKey, .ownersOtherKey: .owner
            default: nil
            }
        }
    }

    /// What is in the database.
    struct World {
        let tenant: TestTenant
        let stranger: TestTenant
        let parameters: [String: String]

        /// Makes everything anew.
        ///
        /// - Parameters:
        ///   - role: Whose API key there is to withdraw.
        ///   - suffix: What tells this world from others in the same database.
        static func make(keyOf role: Role, suffix: String = "", _ test: TestPlatform) async throws -> World {
            let tenant = try await TestTenant.make("Alpha\(suffix)", test)
            let stranger = try await TestTenant.make("Beta\(suffix)", test)
            let owner = tenant.token(.owner)
            let invitation = try await test.send(
                .post, "/companies/\(tenant.company)/invitations", token: owner,
                ["email": "new@example.com", "role": "viewer"])
            let account = try await test.send(
                .post, "/companies/\(tenant.company)/service-accounts", token: owner,
                ["name": "robot", "role": "viewer"])
            let target = try await TestTenant.person(
                "target\(suffix)",
                [
                    Grant(.viewer, on: ResourcePath(company: tenant.company)),
                    Grant(.viewer, on: ResourcePath(company: tenant.company).appending(tenant.organization)),
                    Grant(.viewer, on: tenant.path), Grant(.viewer, on: tenant.path.appending(tenant.workflow)),
                ], test)
            let key = try await tenant.key(role, ["*:read"], test)
            let (link, event, other) = try await tenant.addLink(test)
            let iam = try await tenant.addIAMProvider(test)
            let provider = try await tenant.provider(test)
            for person in Array(tenant.people.values) + [tenant.outsider] + stranger.people.values {
                try await person.link(provider, of: tenant.company, test)
            }
            let promotion = Promotion(
                id: test.services.newID(), workflow: tenant.workflow, source: EnvironmentName(stored: "dev"),
                target: .production, version: 1, storedStatus: .pending, comment: "", requestedBy: target.id,
                keyMadeBy: nil, createdAt: test.clock.now, expiresAt: test.clock.now.advanced(by: .seconds(3600)))
            try await test.services.database.write { try PromotionTable.insert(promotion, $0) }
            return World(
                tenant: tenant, stranger: stranger,
                parameters: [
                    "userId": target.id.text, "keyId": key.id,
                    "invitationId": try #require(invitation.data["id"]?.stringValue),
                    "accountId": try #require(account.data["id"]?.stringValue),
                    "v": "1", "name": "TOKEN", "provider": provider.text, "providerId": provider.text,
                    "linkId": link, "deliveryId": event, "target": other,
                    "iamProviderId": iam.provider, "iamMappingId": iam.mapping,
                    "promotionId": promotion.id.text, "environment": "staging",
                ])
        }

        func path(_ route: APIRoute, session: ID<Session>?) throws -> String {
            try route.path.split(separator: "/").map { segment -> String in
                guard segment.hasPrefix("{") else { return String(segment) }
                let name = String(segment.dropFirst().dropLast())
                return try #require(
                    value(name, route, session: session), "add a value for the parameter \(name) to this test")
            }.reduce("") { "\($0)/\($1)" }
        }

        /// What stands in the place of a parameter of a path; `nil` when there is nothing for it.
        func value(_ name: String, _ route: APIRoute, session: ID<Session>?) -> String? {
            // The identities have the identifiers of the sessions.
            if name == "sessionId" || name == "identityId" { return session?.text ?? tenant.company.text }
            guard case .role(_, _, let on, _) = route.access, on.parameter == name else { return parameters[name] }
            switch (on.belonging, on.level) {
            case (.execution, _): return tenant.execution.text
            case (.iamProvider, _), (.iamMapping, _): return parameters[name]
            case (nil, .company): return tenant.company.text
            case (nil, .organization): return tenant.organization.text
            case (nil, .project): return tenant.project.text
            case (nil, .workflow): return tenant.workflow.text
            }
        }

        func caller(
            _ who: Who, _ route: APIRoute, _ test: TestPlatform
        ) async throws -> (token: String?, session: ID<Session>?) {
            switch who {
            case .nobody: return (nil, nil)
            case .garbage: return ("eyJhbGciOiJub25lIn0.e30.", nil)
            case .stranger: return (stranger.token(.owner), stranger.people[.owner]?.session)
            case .outsider: return (tenant.outsider.token, tenant.outsider.session)
            case .viewer, .editor, .admin, .owner:
                let person = try #require(who.role.flatMap { tenant.people[$0] })
                return (person.token, person.session)
            case .ownersKey: return (try await tenant.key(.owner, ["*:admin"], test).secret, nil)
            case .ownersReadingKey: return (try await tenant.key(.owner, ["*:read"], test).secret, nil)
            case .ownersOtherKey:
                guard case .role(_, let area, _, _) = route.access else { return (nil, nil) }
                let others = Area.allCases.filter { $0 != area }.map { "\($0.rawValue):admin" }
                return (try await tenant.key(.owner, others, test).secret, nil)
            case .strangersKey: return (try await stranger.key(.owner, ["*:admin"], test).secret, nil)
            case .endedSession:
                let person = try #require(tenant.people[.owner])
                try await test.services.database.write { connection in
                    _ = try SessionTable.end(
                        person.session, of: person.id, reason: "test", now: test.clock.now, connection)
                }
                return (person.token, nil)
            }
        }
    }

    /// The status that is expected; `nil` when the request may go on.
    private static func refusal(_ who: Who, _ route: APIRoute) -> Int? {
        let isKey = [.ownersKey, .ownersReadingKey, .ownersOtherKey, .strangersKey].contains(who)
        switch route.access {
        case .open: return nil
        case .signedIn(let byPerson):
            // These routes belong to no area that the scopes of a key could leave out.
            if who == .ownersOtherKey { return nil }
            if [.nobody, .garbage, .endedSession].contains(who) { return 401 }
            return isKey && byPerson ? 403 : nil
        case .role(let needed, _, let on, let byPerson):
            switch who {
            case .nobody, .garbage, .endedSession: return 401
            case .stranger, .strangersKey: return 404
            case .outsider: return on.isAnywhere ? nil : 403
            case .ownersOtherKey: return 403
            case .ownersReadingKey: return byPerson || needed > .viewer ? 403 : nil
            case .ownersKey: return byPerson ? 403 : nil
            case .viewer, .editor, .admin, .owner: return (who.role ?? .viewer) >= needed ? nil : 403
            }
        }
    }

    @Test(arguments: APIRoutes.all.map(\.name))
    func everyRouteRefusesWhomItShould(name: String) async throws {
        let route = try #require(APIRoutes.all.first { $0.name == name })
        try await TestPlatform.with { (test) async throws in
            let world = try await World.make(keyOf: .owner, test)
            for who in Who.allCases {
                guard let refusal = Self.refusal(who, route) else { continue }
                let (token, session) = try await world.caller(who, route, test)
                let path = try world.path(route, session: session)
                let before = try await Digest.make(of: world.tenant.company, test)
                let answer = try await test.send(route.method, path, token: token, route.body == nil ? nil : [:])
                #expect(answer.status == refusal, "\(route.name) as \(who): \(answer.text)")
                #expect(!answer.text.contains("Alpha"), "\(route.name) as \(who): \(answer.text)")
                let after = try await Digest.make(of: world.tenant.company, test)
                #expect(before == after, "\(route.name) as \(who) has changed something")
            }
        }
    }

    @Test(arguments: APIRoutes.all.map(\.name))
    func everyRouteLetsInWhomItShould(name: String) async throws {
        let route = try #require(APIRoutes.all.first { $0.name == name })
        for who in Who.allCases where Self.refusal(who, route) == nil {
            if case .role = route.access {} else if who == .ownersOtherKey { continue }
            // What was let in may have removed what the next one needs.
            try await TestPlatform.with { (test) async throws in
                let world = try await World.make(keyOf: who.role ?? .owner, test)
                let (token, session) = try await world.caller(who, route, test)
                let path = try world.path(route, session: session)
                let answer = try await test.send(route.method, path, token: token, route.body == nil ? nil : [:])
                let isRefused = [401, 403, 404, 405].contains(answer.status) || answer.status >= 500
                #expect(!isRefused, "\(route.name) as \(who): \(answer.status) \(answer.text)")
            }
        }
    }

    /// What the table says, said once more: whoever loosens a rule has to do it in two places.
    @Test func theRulesAreTheOnesThatWereDecided() {
        let rules = APIRoutes.all.map { route in
            let rule =
                switch route.access {
                case .open: "open"
                case .signedIn(let byPerson): byPerson ? "person" : "signed in"
                case .role(let role, let area, let on, let byPerson):
                    "\(role.rawValue) \(area.rawValue)" + (byPerson ? " person" : "")
                        + (on.isAnywhere ? " anywhere" : "")
                }
            return "\(route.method.rawValue) \(route.path): \(rule)"
        }
        #expect(rules.sorted() == AccessRules.expected.sorted())
    }

    @Test func namesAreUnique() {
        #expect(Set(APIRoutes.all.map(\.name)).count == APIRoutes.all.count)
    }
}

/// All that a company owns, as text.
enum Digest {
    private static let ofCompany = "workflow_id IN (SELECT id FROM platform_workflows WHERE company_id = ?)"
    private static let ofLink = "link_id IN (SELECT id FROM platform_workflow_links WHERE company_id = ?)"
    private static let tables = [
        "platform_companies WHERE id = ?", "platform_organizations WHERE company_id = ?",
        "platform_projects WHERE company_id = ?", "platform_memberships WHERE company_id = ?",
        "platform_api_keys WHERE company_id = ?", "platform_invitations WHERE company_id = ?",
        "platform_users WHERE company_id = ?", "platform_audit_heads WHERE company_id = ?",
        "platform_workflows WHERE company_id = ?", "platform_workflow_versions WHERE \(ofCompany)",
        "platform_deployments WHERE \(ofCompany)", "platform_secrets WHERE \(ofCompany)",
        "platform_workflow_links WHERE company_id = ?", "platform_link_deliveries WHERE \(ofLink)",
        "platform_executions WHERE \(ofCompany)",
        "platform_identity_providers WHERE company_id = ?", "platform_identities WHERE company_id = ?",
        "platform_iam_providers WHERE company_id = ?", "platform_iam_mappings WHERE company_id = ?",
        "platform_workflow_environments WHERE company_id = ?", "platform_promotions WHERE \(ofCompany)",
        "platform_company_environments WHERE company_id = ?",
    ]
    private static let columns = [
        "id, name, slug, metadata, revision", "id, name, slug, metadata, revision",
        "id, name, slug, description, revision", "id, user_id, resource_id, role, revision",
        "id, name, scopes, prefix, COALESCE(revoked_at, 0)", "id, email, role, hash, COALESCE(revoked_at, 0)",
        "id, display_name, active, revision, kind", "company_id, sequence, hash, hash, sequence",
        "id, name, status, version, revision", "version, config_yaml, created_by, created_at, workflow_id",
        "workflow_id, number, version, deployed_by, COALESCE(ended_at, 0)",
        "name, sealed, revision, updated_by, workflow_id",
        "id, source_id, target_id, pattern, config", "id, link_id, event_type, dead, attempts",
        "id, status, sequence, workflow_id, started_at",
        "id, name, issuer, client_secret, revision", "id, user_id, provider, subject, email",
        "id, provider_type, name, config, revision", "id, provider_id, external_identifier, resource_id, role",
        "workflow_id, environment, status, COALESCE(deployed_version, 0), company_id",
        "id, status, version, COALESCE(decided_at, 0), target",
        "company_id, environments, revision, company_id, revision",
    ]
    private static let statements = zip(columns, tables).map { columns, table in
        SQLStatement("SELECT \(columns) FROM \(table) ORDER BY 1")
    }

    static func make(of company: ID<Company>, _ test: TestPlatform) async throws -> [String] {
        try await test.services.database.read { connection in
            try statements.flatMap { statement in
                try connection.all(statement, [.id(company)]) { row in
                    (0..<5).map { _ in row.text() }.joined(separator: "|")
                }
            }
        }
    }
}
