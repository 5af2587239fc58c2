import HTTPTypes
import Testing
import WorkflowCore
import WorkflowStore
import WorkflowTesting

@testable import WorkflowPlatform

@Suite(.timeLimit(.minutes(5))) struct PromotionTests {
    /// A workflow whose second version runs in staging and whose first runs in prod, which needs an approval.
    private static func with(
        _ database: TestDatabase = TestDatabase.allCases[0],
        _ body: (TestPlatform, TestTenant, TestWorkflow) async throws -> Void
    ) async throws {
        try await TestPlatform.withTenant(database) { test, tenant in
            let workflow = try await TestWorkflow.make(saying("one"), tenant, test)
            _ = try await workflow.deploy()
            _ = try await workflow.save(saying("two"))
            _ = try await workflow.deploy(in: "staging")
            #expect(try await tenant.setEnvironments(["dev", "staging", "prod!"], test).status == 200)
            try await body(test, tenant, workflow)
        }
    }

    private func decide(
        _ verb: String, _ promotion: TestAnswer, as role: Role, _ workflow: TestWorkflow
    ) async throws -> TestAnswer {
        let id = try promotion.data["id"]?.stringValue ?? ""
        return try await workflow.send(.post, "/promotions/\(id)/\(verb)", as: role, ["comment": "ok"])
    }

    @Test func withoutAnApprovalItIsDoneAtOnce() async throws {
        try await Self.with { test, tenant, workflow in
            let done = try await workflow.promote("staging", to: "dev")
            #expect(done.status == 200)
            #expect(try done.data["status"] == "done")
            #expect(try done.data["version"] == 2)
            #expect(try await workflow.said(in: "dev") == "two")
            #expect(try await workflow.promote("staging", to: "dev", as: .editor).status == 403)
            #expect(try await workflow.actions().last == "workflow.promote")
        }
    }

    @Test(arguments: TestDatabase.allCases)
    func somebodyElseApproves(database: TestDatabase) async throws {
        try await Self.with(database) { test, tenant, workflow in
            let asked = try await workflow.promote("staging", to: "prod")
            #expect(asked.status == 202)
            #expect(try asked.data["status"] == "pending")
            #expect(try await workflow.said() == "one")
            let own = try await decide("approve", asked, as: .admin, workflow)
            #expect(own.status == 403)
            #expect(own.text.contains("You have asked for it yourself; somebody else has to decide."))
            #expect(try await decide("reject", asked, as: .admin, workflow).status == 403)
            #expect(try await decide("approve", asked, as: .editor, workflow).status == 403)
            // What runs there meanwhile does not change what was asked for.
            _ = try await workflow.save(saying("three"))
            _ = try await workflow.deploy(in: "staging")

            let approved = try await decide("approve", asked, as: .owner, workflow)
            #expect(approved.status == 200)
            #expect(try approved.data["status"] == "done")
            #expect(try approved.data["decided_by"] == .string(tenant.id(.owner).text))
            #expect(try approved.data["decision_comment"] == "ok")
            #expect(try await workflow.said() == "two")
            #expect(try await decide("approve", asked, as: .owner, workflow).problem == "promotion-closed")
            let listed = try await workflow.send(.get, "/promotions", as: .viewer)
            #expect(try listed.data.arrayValue?.map { $0["status"] } == ["done"])
            #expect(
                try await workflow.actions().suffix(4) == [
                    "workflow.promotion-request", "workflow.update", "workflow.deploy", "workflow.promotion-approve",
                ])
        }
    }

    @Test func whatNeedsAnApprovalIsNotDeployedOtherwise() async throws {
        try await Self.with { test, tenant, workflow in
            let refused = try await workflow.deploy()
            #expect(refused.status == 409)
            #expect(try refused.problem == "approval-required")
            #expect(try await workflow.said() == "one")
            // The version that runs was approved before, and so was what ran before it.
            #expect(try await workflow.deploy(1).status == 200)
            let asked = try await workflow.promote("staging", to: "prod")
            #expect(try await decide("approve", asked, as: .owner, workflow).status == 200)
            #expect(try await workflow.send(.post, "/rollback", as: .admin).status == 200)
            #expect(try await workflow.said() == "one")
        }
    }

    @Test func aRequestIsRejectedReplacedOrExpires() async throws {
        try await Self.with { test, tenant, workflow in
            let first = try await workflow.promote("staging", to: "prod", as: .editor)
            #expect(try await decide("reject", first, as: .admin, workflow).data["status"] == "rejected")
            #expect(try await decide("approve", first, as: .owner, workflow).problem == "promotion-closed")
            test.clock.advance(by: .seconds(1))
            let second = try await workflow.promote("staging", to: "prod", as: .editor)
            test.clock.advance(by: .seconds(1))
            let third = try await workflow.promote("staging", to: "prod", as: .editor)
            #expect(try await decide("approve", second, as: .admin, workflow).problem == "promotion-closed")
            test.clock.advance(by: .seconds(1))
            // Sessions of the test end before a week has passed, so the row is older instead.
            try await test.services.database.write { [now = test.clock.now] connection in
                try connection.executeScript(
                    "UPDATE platform_promotions SET expires_at = \(now.nanoseconds) WHERE status = 'pending'")
            }
            let late = try await decide("approve", third, as: .admin, workflow)
            #expect(late.status == 409)
            #expect(try late.json["detail"] == "It cannot be decided about any more: it is expired.")
            let listed = try await workflow.send(.get, "/promotions", as: .viewer)
            #expect(try listed.data.arrayValue?.map { $0["status"] } == ["expired", "replaced", "rejected"])
            #expect(try await workflow.said() == "one")
            _ = try await workflow.promote("staging", to: "prod", as: .editor)
            let again = try await workflow.send(.get, "/promotions", as: .viewer)
            #expect(
                try again.data.arrayValue?.map { $0["status"] } == ["pending", "expired", "replaced", "rejected"])
        }
    }

    @Test func whoHasMadeTheKeyHasAskedAsWell() async throws {
        try await Self.with { test, tenant, workflow in
            let path = "/companies/\(tenant.company)/service-accounts"
            let account = try await test.send(
                .post, path, token: tenant.token(.owner), ["name": "pipeline", "role": "editor"])
            let id = try account.data["id"]?.stringValue ?? ""
            let key = try await test.send(
                .post, "\(path)/\(id)/api-keys", token: tenant.token(.owner),
                ["name": "key", "scopes": ["*:admin"]])
            let secret = try key.data["key"]?.stringValue ?? ""
            let asked = try await test.send(
                .post, "/workflows/\(workflow.id)/promote", token: secret, ["from": "staging", "to": "prod"])
            #expect(asked.status == 202)
            #expect(try await decide("approve", asked, as: .owner, workflow).status == 403)
            #expect(try await decide("approve", asked, as: .admin, workflow).status == 200)
        }
    }

    @Test func twoWhoApproveAtOnceDeployOnce() async throws {
        try await Self.with { test, tenant, workflow in
            let asked = try await workflow.promote("staging", to: "prod", as: .editor)
            let statuses = try await withThrowingTaskGroup(of: Int.self) { group in
                for role in [Role.admin, .owner, .admin, .owner] {
                    group.addTask { try await decide("approve", asked, as: role, workflow).status }
                }
                return try await group.reduce(into: []) { $0.append($1) }.sorted()
            }
            #expect(statuses == [200, 409, 409, 409])
            #expect(try await workflow.send(.get, "/deployments").data.arrayValue?.count == 2)
        }
    }

    @Test func whatCannotBePromotedIsRefused() async throws {
        try await Self.with { test, tenant, workflow in
            #expect(try await workflow.promote("dev", to: "staging").problem == "not-deployed")
            #expect(try await workflow.promote("dev", to: "dev").json["errors"]?[0]?["pointer"] == "/to")
            #expect(try await workflow.promote("qa", to: "dev").json["errors"]?[0]?["pointer"] == "/from")
            // The same checks as for a deployment: the secret is not set in prod.
            _ = try await workflow.save(saying("${secret.WORD}"))
            _ = try await workflow.send(.put, "/secrets/WORD", in: "staging", as: .editor, ["value": "x"])
            #expect(try await workflow.deploy(in: "staging").status == 200)
            let asked = try await workflow.promote("staging", to: "prod")
            #expect(try await decide("approve", asked, as: .owner, workflow).status == 422)
            #expect(try await workflow.said() == "one")
            // Once it is, the same request can be approved.
            _ = try await workflow.send(.put, "/secrets/WORD", in: "prod", as: .editor, ["value": "y"])
            #expect(try await decide("approve", asked, as: .owner, workflow).status == 200)
            #expect(try await workflow.said() == "y")
        }
    }
}
