#if SQLite
import HTTPTypes
import Testing
import WorkflowCore
import WorkflowStore
import WorkflowTesting

@testable import WorkflowPlatform

/// Versions that lack states in which instances are.
@Suite(.timeLimit(.minutes(2))) struct StrandedInstanceTests {
    /// A workflow with orders that can be put aside, and another version with another name for that.
    private static func with(_ body: (OrderFixture) async throws -> Void) async throws {
        try await withStateFolder { folder in
            let database = try await TestDatabase.allCases[0].open()
            var configuration = PlatformConfiguration()
            configuration.passwordCost = 2
            configuration.secretsKey = SecretString(String(repeating: "k", count: 32))
            let test = try await TestPlatform.open(
                database, configuration, provider: FolderStores(folder: folder))
            try await test.running {
                let tenant = try await TestTenant.make("Alpha", test)
                let workflow = try await TestWorkflow.make(OrderFixture.configuration("held"), tenant, test)
                #expect(try await workflow.deploy().status == 200)
                _ = try await workflow.save(OrderFixture.configuration("parked"))
                try await body(OrderFixture(workflow: workflow))
            }
            await database.close()
        }
    }

    @Test func aDeploymentThatWouldStrandInstancesSaysWhichAndWhatHelps() async throws {
        try await Self.with { orders in
            for id in ["one", "two"] { try await orders.make(id, puttingAside: true) }
            let planned = try await orders.workflow.send(
                .post, "/plan", as: .viewer, ["config_yaml": .string(OrderFixture.configuration("parked"))])
            let group: JSONValue = [
                "definition": "order", "state": "held", "count": 2, "reason": "stateGone", "strandedBefore": false,
            ]
            #expect(try planned.data["plan"]?["stranded"] == [group])

            let refused = try await orders.workflow.deploy()
            #expect(refused.status == 409)
            #expect(try refused.problem == "stranded-instances")
            #expect(try refused.json["stranded"] == [group])
            let detail = try #require(try refused.json["detail"]?.stringValue)
            #expect(detail.contains("order: 2 in \"held\""))
            #expect(detail.contains("with mapping, such as {\"order\":{\"held\":\"…\"}}, or leave them"))
            #expect(detail.contains("with force"))
            #expect(try await orders.workflow.send(.get).data["deployed_version"] == 1)
            let status = try await orders.workflow.send(.get, "/status").data["last_error"]?.stringValue
            #expect(status?.hasPrefix("version 2: running instances are in states") == true)
            #expect(try await orders.state("one") == "held")
        }
    }

    @Test func aMappingMovesInstancesWithTheDeploymentAndBackWithTheRollback() async throws {
        try await Self.with { orders in
            try await orders.make("one", puttingAside: true)
            let wrong = try await orders.deploy(["mapping": ["order": ["held": "parkt"]]])
            #expect(wrong.status == 422)
            #expect(try wrong.problem == "invalid-mapping")
            #expect(try wrong.json["errors"]?[0]?["pointer"] == "/mapping/order/held")
            #expect(try await orders.state("one") == "held")

            #expect(try await orders.deploy(["mapping": ["order": ["held": "parked"]]]).status == 200)
            #expect(try await orders.state("one") == "parked")
            #expect(try await orders.workflow.send(.post, "/rollback", as: .admin).problem == "stranded-instances")
            let back = try await orders.workflow.send(
                .post, "/rollback", as: .admin, ["mapping": ["order": ["parked": "held"]]])
            #expect(back.status == 200)
            #expect(try await orders.state("one") == "held")
            let path = "/companies/\(orders.workflow.tenant.company)/audit?action=workflow.rollback"
            let audit = try await orders.workflow.test.send(
                .get, path, token: orders.workflow.tenant.token(.admin))
            #expect(try audit.data[0]?["details"]?["mapping"] == ["order": ["parked": "held"]])
        }
    }

    @Test func forceLeavesInstancesWhereTheyAre() async throws {
        try await Self.with { orders in
            try await orders.make("one", puttingAside: true)
            #expect(
                try await orders.workflow.send(.post, "/deploy", as: .editor, ["force": true]).status == 403)
            #expect(try await orders.deploy(["force": true]).status == 200)
            #expect(try await orders.state("one") == "held")
            // It changes nothing for those that were left behind before.
            _ = try await orders.workflow.save(OrderFixture.configuration("parked", path: "/other"))
            #expect(try await orders.deploy().status == 200)
        }
    }

    /// A version that takes the place of one that was stopped.
    @Test func aStartAfterAStopIsNoWayAround() async throws {
        try await Self.with { orders in
            try await orders.make("one", puttingAside: true)
            #expect(try await orders.workflow.send(.post, "/stop").status == 200)
            #expect(try await orders.deploy().problem == "stranded-instances")
            #expect(try await orders.workflow.send(.get).data["status"] == "stopped")
            #expect(try await orders.deploy(["mapping": ["order": ["held": "parked"]]]).status == 200)
            #expect(try await orders.state("one") == "parked")
        }
    }

    @Test func aPromotionTakesTheSame() async throws {
        try await Self.with { orders in
            try await orders.make("one", puttingAside: true)
            #expect(try await orders.workflow.deploy(2, in: "staging").status == 200)
            #expect(try await orders.workflow.promote("staging", to: "prod").problem == "stranded-instances")
            let mapping: JSONValue = ["order": ["held": "parked"]]
            let body: JSONValue = ["from": "staging", "to": "prod", "mapping": mapping]
            let tenant = orders.workflow.tenant
            _ = try await tenant.setEnvironments(["dev", "staging", "prod!"], orders.workflow.test)
            let early = try await orders.workflow.send(.post, "/promote", as: .admin, body)
            #expect(early.status == 400)
            #expect(try early.json["errors"]?[0]?["pointer"] == "/mapping")
            let asked = try await orders.workflow.promote("staging", to: "prod")
            let id = try #require(try asked.data["id"]?.stringValue)
            let approval = "/promotions/\(id)/approve"
            #expect(try await orders.workflow.send(.post, approval, [:]).problem == "stranded-instances")
            #expect(try await orders.workflow.send(.post, approval, ["mapping": mapping]).status == 200)
            #expect(try await orders.state("one") == "parked")
        }
    }
}
#endif
