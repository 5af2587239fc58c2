import HTTPTypes
import Testing
import WorkflowCore
import WorkflowTesting

@testable import WorkflowPlatform

@Suite(.timeLimit(.minutes(5))) struct PermissionTests {
    private static func set(
        _ role: Role, of user: ID<User>, on workflow: TestWorkflow, by token: String
    ) async throws -> TestAnswer {
        try await workflow.test.send(
            .post, "/workflows/\(workflow.id)/permissions", token: token,
            ["user_id": .string(user.text), "role": .string(role.rawValue)])
    }

    @Test(arguments: TestDatabase.allCases)
    func aRoleOnOneWorkflowIsGivenChangedAndTakenAway(database: TestDatabase) async throws {
        try await TestPlatform.withTenant(database) { test, tenant in
            let workflow = try await TestWorkflow.make(saying("one"), tenant, test)
            let other = try await TestWorkflow.make(saying("two"), name: "Other", tenant, test)
            let (outsider, admin) = (tenant.outsider, tenant.token(.admin))
            let path = "/workflows/\(workflow.id)"
            #expect(try await test.send(.get, path, token: outsider.token).status == 403)

            let given = try await Self.set(.editor, of: outsider.id, on: workflow, by: admin)
            #expect(given.status == 201)
            #expect(try given.data["resource_type"] == "workflow")
            #expect(try given.data["resource_id"] == .string(workflow.id.text))
            let change: JSONValue = ["description": "new"]
            #expect(try await test.send(.put, path, token: outsider.token, change).status == 200)
            #expect(try await test.send(.post, "\(path)/deploy", token: outsider.token, [:]).status == 403)
            #expect(try await test.send(.get, "/workflows/\(other.id)", token: outsider.token).status == 403)
            #expect(try await test.send(.get, "/projects/\(tenant.project)", token: outsider.token).status == 403)
            let seen = try await test.send(.get, "/workflows", token: outsider.token).data.arrayValue
            #expect(seen?.map { $0["id"] } == [.string(workflow.id.text)])

            let changed = try await Self.set(.viewer, of: outsider.id, on: workflow, by: admin)
            #expect(changed.status == 200)
            #expect(try changed.data["role"] == "viewer")
            #expect(try changed.data["revision"] == 2)
            #expect(try await test.send(.put, path, token: outsider.token, change).status == 403)
            #expect(try await test.send(.get, path, token: outsider.token).status == 200)

            let member = "\(path)/permissions/\(outsider.id)"
            #expect(try await test.send(.delete, member, token: admin).status == 204)
            #expect(try await test.send(.delete, member, token: admin).status == 404)
            #expect(try await test.send(.get, path, token: outsider.token).status == 403)
            let audit = try await test.send(
                .get, "/companies/\(tenant.company)/audit?resource_id=\(outsider.id)", token: admin)
            #expect(
                try audit.data.arrayValue?.map { $0["action"] } == ["member.remove", "member.update", "member.add"])
        }
    }

    /// A role on the workflow raises what the company gives, and never lowers it.
    @Test func inheritedRolesStillHold() async throws {
        try await TestPlatform.withTenant { test, tenant in
            let workflow = try await TestWorkflow.make(saying("one"), tenant, test)
            let owner = tenant.token(.owner)
            #expect(try await Self.set(.viewer, of: tenant.id(.admin), on: workflow, by: owner).status == 201)
            #expect(try await workflow.send(.post, "/deploy", as: .admin, [:]).status == 200)
            test.clock.advance(by: .milliseconds(1))
            #expect(try await Self.set(.admin, of: tenant.id(.viewer), on: workflow, by: owner).status == 201)
            #expect(try await workflow.send(.post, "/stop", as: .viewer).status == 200)
            // The list of the workflow is about the workflow, that of the project about the project.
            let listed = try await workflow.send(.get, "/permissions?page_size=1", as: .viewer)
            #expect(try listed.json["total"] == 2)
            #expect(try listed.data[0]?["email"] == "Alpha-viewer@example.com")
            let cursor = try listed.json["next_cursor"]?.stringValue ?? ""
            let rest = try await workflow.send(.get, "/permissions?page_size=1&cursor=\(cursor)", as: .viewer)
            #expect(try rest.data[0]?["email"] == "Alpha-admin@example.com")
            let project = try await test.send(.get, "/projects/\(tenant.project)/members", token: owner)
            #expect(try project.json["total"] == 0)
        }
    }

    @Test func nobodyGivesBeyondTheirOwnRole() async throws {
        try await TestPlatform.withTenant { test, tenant in
            let workflow = try await TestWorkflow.make(saying("one"), tenant, test)
            let beyond = try await Self.set(.owner, of: tenant.outsider.id, on: workflow, by: tenant.token(.admin))
            #expect(beyond.status == 403)
            #expect(beyond.text.contains("With the role admin you cannot give, change or take away owner."))
            _ = try await Self.set(.owner, of: tenant.outsider.id, on: workflow, by: tenant.token(.owner))
            let demotion = try await Self.set(.viewer, of: tenant.outsider.id, on: workflow, by: tenant.token(.admin))
            #expect(demotion.status == 403)
            // An owner of the workflow is one there only.
            let member: JSONValue = ["user_id": .string(tenant.outsider.id.text), "role": "viewer"]
            let company = "/companies/\(tenant.company)/members"
            #expect(try await test.send(.post, company, token: tenant.outsider.token, member).status == 403)
            let stranger = try await TestTenant.make("Beta", test)
            let foreign = try await Self.set(.viewer, of: stranger.id(.viewer), on: workflow, by: tenant.token(.owner))
            #expect(foreign.status == 404)
            #expect(try foreign.problem == "not-a-member")
            #expect(
                try await Self.set(.viewer, of: stranger.id(.viewer), on: workflow, by: stranger.token(.owner)).status
                    == 404)
        }
    }
}
