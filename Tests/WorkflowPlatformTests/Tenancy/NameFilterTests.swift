import HTTPTypes
import Testing
import WorkflowCore
import WorkflowTesting

@testable import WorkflowPlatform

/// Lists of everything that one may see, and finding it there by what people call it.
@Suite(.timeLimit(.minutes(5))) struct NameFilterTests {
    private static func found(_ path: String, as token: String, _ test: TestPlatform) async throws -> Set<String> {
        let answer = try await test.send(.get, path, token: token)
        #expect(answer.status == 200, "\(path): \(answer.text)")
        return Set((try answer.data.arrayValue ?? []).compactMap { $0["id"]?.stringValue })
    }

    @Test(arguments: TestDatabase.allCases)
    func projectsAndOrganizationsAreListedAsFarAsRolesReach(database: TestDatabase) async throws {
        try await TestPlatform.withTenant(database) { test, tenant in
            let stranger = try await TestTenant.make("Beta", test)
            let main = tenant.path
            let both: Set<String> = [tenant.project.text, tenant.elsewhere.text]
            let organization = ResourcePath(company: tenant.company).appending(tenant.organization)
            let people: [(String, grants: [Grant], projects: Set<String>, organizations: Int)] = [
                ("company", [Grant(.viewer, on: ResourcePath(company: tenant.company))], both, 2),
                ("organization", [Grant(.viewer, on: organization)], [tenant.project.text], 1),
                ("project", [Grant(.viewer, on: main)], [tenant.project.text], 0),
                ("workflow", [Grant(.viewer, on: main.appending(tenant.workflow))], [], 0),
                ("twice", [Grant(.viewer, on: main), Grant(.viewer, on: organization)], [tenant.project.text], 1),
                ("nobody", [], [], 0),
            ]
            for (name, grants, projects, organizations) in people {
                let token = try await TestTenant.person(name, grants, test).token
                #expect(try await Self.found("/projects", as: token, test) == projects, "\(name)")
                #expect(try await Self.found("/organizations", as: token, test).count == organizations, "\(name)")
            }
            #expect(try await Self.found("/projects", as: stranger.token(.viewer), test).isDisjoint(with: both))

            let first = try await test.send(.get, "/projects?page_size=1", token: tenant.token(.viewer))
            let cursor = try first.json["next_cursor"]?.stringValue ?? ""
            let rest = try await Self.found("/projects?page_size=1&cursor=\(cursor)", as: tenant.token(.viewer), test)
            #expect(rest.union([try first.data[0]?["id"]?.stringValue ?? ""]) == both)
        }
    }

    @Test(arguments: TestDatabase.allCases)
    func thingsAreFoundByNamesShortNamesAndIdentifiers(database: TestDatabase) async throws {
        try await TestPlatform.withTenant(database) { test, tenant in
            let stranger = try await TestTenant.make("Beta", test)
            let (token, mine) = (tenant.token(.viewer), tenant.workflow.text)
            let narrow = try await TestTenant.person(
                "narrow", [Grant(.viewer, on: tenant.path.appending(tenant.workflow))], test)
            for query in [
                "name=workflow", "name=Alpha%20workflow", "name=\(mine)", "company=alpha&name=workflow",
                "company=\(tenant.company)&project=project&name=workflow",
                "company=Alpha&organization=main&project=Alpha%20project",
            ] {
                #expect(try await Self.found("/workflows?\(query)", as: token, test) == [mine], "\(query)")
                #expect(try await Self.found("/workflows?\(query)", as: narrow.token, test) == [mine], "\(query)")
            }
            for query in [
                "name=WORKFLOW", "company=beta", "organization=other", "name=\(stranger.workflow)", "name=%25",
            ] {
                #expect(try await Self.found("/workflows?\(query)", as: token, test) == [], "\(query)")
            }
            _ = try await test.send(
                .put, "/workflows/\(mine)", token: tenant.token(.editor), ["labels": ["team": "blue"]])
            #expect(try await Self.found("/workflows?label=team:blue&project=project", as: token, test) == [mine])
            #expect(try await Self.found("/workflows?label=team:blue&organization=other", as: token, test) == [])
            #expect(
                try await Self.found("/projects?name=project&organization=other", as: token, test)
                    == [tenant.elsewhere.text])
            #expect(
                try await Self.found("/organizations?company=alpha&name=main", as: token, test)
                    == [tenant.organization.text])
            #expect(try await test.send(.get, "/organizations?project=project", token: token).status == 400)
            #expect(try await test.send(.get, "/projects?name=", token: token).status == 400)
        }
    }

    @Test func aKeyNeedsTheScope() async throws {
        try await TestPlatform.withTenant { test, tenant in
            let stranger = try await TestTenant.make("Beta", test)
            let both = try await TestTenant.person(
                "both", [tenant, stranger].map { Grant(.viewer, on: ResourcePath(company: $0.company)) }, test)
            #expect(try await Self.found("/projects", as: both.token, test).count == 4)
            let made = try await test.send(
                .post, "/companies/\(tenant.company)/api-keys", token: both.token,
                ["name": "k", "scopes": ["projects:read"]])
            let key = try #require(try made.data["key"]?.stringValue)
            #expect(try await Self.found("/projects", as: key, test) == [tenant.project.text, tenant.elsewhere.text])
            #expect(try await test.send(.get, "/organizations", token: key).status == 403)
        }
    }
}
