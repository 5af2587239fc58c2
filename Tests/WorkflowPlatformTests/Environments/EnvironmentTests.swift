import HTTPTypes
import Testing
import WorkflowCore
import WorkflowStore
import WorkflowTesting

@testable import WorkflowPlatform

@Suite(.timeLimit(.minutes(5))) struct EnvironmentTests {
    @Test(arguments: TestDatabase.allCases)
    func aWorkflowRunsInSeveralEnvironmentsByItself(database: TestDatabase) async throws {
        try await TestPlatform.withTenant(database) { test, tenant in
            let workflow = try await TestWorkflow.make(saying("one ${secret.WORD}"), tenant, test)
            for (environment, word) in [("prod", "p"), ("staging", "s")] {
                let set = try await workflow.send(
                    .put, "/secrets/WORD", in: environment, as: .editor, ["value": .string(word)])
                #expect(set.status == 200)
            }
            #expect(try await workflow.deploy().status == 200)
            _ = try await workflow.save(saying("two ${secret.WORD}"))
            let staged = try await workflow.deploy(in: "staging")
            #expect(try staged.data["deployed_version"] == 2)
            // Its own version, address and secrets; without an environment it is about prod.
            #expect(try await workflow.said() == "one p")
            #expect(try await workflow.said(in: "staging") == "two s")
            #expect(try await workflow.send(.get).data["deployed_version"] == 1)
            #expect(try await workflow.send(.get, "/secrets", in: "dev", as: .viewer).data == [])
            // Where the secret is not set, it does not start.
            #expect(try await workflow.deploy(in: "dev").status == 422)

            let status = try await workflow.send(.get, "/status", in: "staging", as: .viewer)
            #expect(try status.data["environment"] == "staging")
            #expect(try status.data["version"] == 2)
            #expect(try status.data["path"] == .string("/w/\(workflow.id).staging"))
            let listed = try await workflow.send(.get, "/environments", as: .viewer)
            let rows = try listed.data.arrayValue?.map { item in
                [item["environment"], item["status"], item["deployed_version"]]
            }
            #expect(rows == [["dev", "draft", .null], ["staging", "active", 2], ["prod", "active", 1]])
            #expect(try listed.data[2]?["path"] == .string("/w/\(workflow.id)"))

            #expect(try await workflow.deploy(1, in: "staging").status == 200)
            #expect(try await workflow.said(in: "staging") == "one s")
            let back = try await workflow.send(.post, "/rollback", in: "staging")
            #expect(try back.data["deployed_version"] == 2)
            // What ran in prod is no earlier version of staging.
            #expect(try await workflow.send(.post, "/rollback").problem == "no-earlier-version")
            let history = try await workflow.send(.get, "/deployments", in: "staging")
            #expect(try history.data.arrayValue?.map { $0["version"] } == [2, 1, 2])
            #expect(try await workflow.send(.get, "/deployments").data.arrayValue?.count == 1)

            let stopped = try await workflow.send(.post, "/stop", in: "staging")
            #expect(try stopped.data["status"] == "stopped")
            #expect(try await workflow.said(in: "staging") == "404")
            #expect(try await workflow.said() == "one p")
            #expect(try await workflow.send(.get).data["status"] == "active")
        }
    }

    @Test(arguments: TestDatabase.allCases)
    func everyEnvironmentRunsAgainAfterARestart(kind: TestDatabase) async throws {
        let database = try await kind.open()
        var configuration = PlatformConfiguration()
        configuration.passwordCost = 2
        configuration.secretsKey = SecretString(String(repeating: "k", count: 32))
        let clock = TestClock()
        let first = try await TestPlatform.open(database, configuration, clock: clock)
        let tenant = try await TestTenant.make("Alpha", first)
        let workflow = try await TestWorkflow.make(saying("one"), tenant, first)
        _ = try await workflow.deploy(in: "dev")
        _ = try await workflow.save(saying("two"))
        _ = try await workflow.deploy(in: "staging")
        _ = try await workflow.deploy()
        _ = try await workflow.send(.post, "/stop")
        await first.engines.shutdown()

        let second = try await TestPlatform.open(database, configuration, clock: clock)
        await second.services.workflows.restore()
        let again = TestWorkflow(id: workflow.id, test: second, tenant: tenant)
        #expect(try await again.said(in: "dev") == "one")
        #expect(try await again.said(in: "staging") == "two")
        #expect(try await second.call(workflow.id, "/hello").status == 404)
        #expect(await second.engines.statuses().map(\.environment.text) == ["dev", "staging"])
        await second.engines.shutdown()
        await database.close()
    }

    @Test func removalReachesEveryEnvironment() async throws {
        try await TestPlatform.withTenant { test, tenant in
            let workflow = try await TestWorkflow.make(saying("one"), tenant, test)
            for environment in ["dev", "staging", "prod"] { _ = try await workflow.deploy(in: environment) }
            #expect(try await workflow.send(.delete, "/environments/prod").problem == "default-environment")
            #expect(try await workflow.send(.delete, "/environments/other").status == 404)
            _ = try await workflow.send(.put, "/secrets/A", in: "dev", as: .editor, ["value": "x"])
            #expect(try await workflow.send(.delete, "/environments/dev").status == 204)
            #expect(try await workflow.said(in: "dev") == "404")
            #expect(try await workflow.send(.get, "/secrets", in: "dev", as: .viewer).data == [])
            #expect(await test.engines.statuses().map(\.environment.text) == ["prod", "staging"])
            #expect(try await workflow.send(.delete).status == 204)
            #expect(await test.engines.statuses().isEmpty)
            #expect(try await workflow.actions().suffix(2) == ["workflow.clear", "workflow.delete"])
        }
    }

    @Test func theEnvironmentsOfACompanyAreSet() async throws {
        try await TestPlatform.withTenant { test, tenant in
            let path = "/companies/\(tenant.company)/environments"
            let before = try await test.send(.get, path, token: tenant.token(.viewer))
            #expect(try before.data["environments"]?.arrayValue?.map { $0["name"] } == ["dev", "staging", "prod"])
            #expect(before.headers[.eTag] == "\"r0\"")
            #expect(try await tenant.setEnvironments(["prod"], as: .admin, test).status == 403)
            let set = try await tenant.setEnvironments(["qa", "prod!"], test)
            #expect(try set.data["environments"]?[1]?["requires_approval"] == true)
            let workflow = try await TestWorkflow.make(saying("one"), tenant, test)
            #expect(try await workflow.deploy(in: "qa").status == 200)
            let unknown = try await workflow.deploy(in: "staging")
            #expect(unknown.status == 400)
            #expect(
                try unknown.json["errors"]?[0]?["detail"]
                    == "The company has no such environment; it has qa, prod.")
            #expect(try await tenant.setEnvironments(["prod"], test).problem == "environment-in-use")
            #expect(try await workflow.send(.delete, "/environments/qa").status == 204)
            #expect(try await tenant.setEnvironments(["prod"], test).status == 200)

            for (names, detail) in [
                (["dev"], "There must be one named prod."), (["prod", "prod"], "There is one of this name before it."),
                (["prod", "Dev"], "A short name has lower-case letters"),
                (["prod", String(repeating: "x", count: 21)], "more than 20 characters"),
                (["prod"] + (1...10).map { "e\($0)" }, "more than 10 items"),
            ] {
                let refused = try await tenant.setEnvironments(names, test)
                #expect(refused.status == 400)
                #expect(refused.text.contains(detail), "\(refused.text)")
            }
            let stale = try await test.send(
                .put, path, token: tenant.token(.owner), ["environments": [["name": "prod"]]],
                headers: [.ifMatch: "\"r0\""])
            #expect(stale.status == 412)
        }
    }

    /// What was there before environments is in prod.
    @Test(arguments: TestDatabase.allCases)
    func whatWasDeployedBeforeIsInProd(kind: TestDatabase) async throws {
        let (database, clock) = (try await kind.open(), TestClock())
        let before = PlatformSchema.migrations.prefix { $0.name != "010-environments" }
        _ = try await SQLMigrator(Array(before), table: PlatformSchema.versionTable).migrate(database, now: clock.now)
        let (company, workflow) = (workflowsOfTests(1), workflowsOfTests(2))
        try await database.write { connection in
            try connection.executeScript(
                """
                INSERT INTO platform_companies VALUES ('\(company)', 'A', 'a', '\(company)', '{}', 1, 1, 1);
                INSERT INTO platform_organizations VALUES ('\(company)', '\(company)', 'O', 'o', '{}', 1, 1, 1);
                INSERT INTO platform_projects
                    VALUES ('\(company)', '\(company)', '\(company)', 'P', 'p', '', '{}', 1, 1, 1);
                INSERT INTO platform_workflows VALUES ('\(workflow)', '\(company)', '\(company)', '\(company)', 'W',
                    'w', '', 1, 'active', 1, '\(company)', '\(company)', 1, 1, 1, '{}');
                INSERT INTO platform_workflow_versions
                    VALUES ('\(workflow)', 1, '\(saying("old").replacing("'", with: "''"))', '\(company)', 1);
                INSERT INTO platform_deployments VALUES ('\(workflow)', 1, 1, '\(company)', 1, NULL);
                """)
        }
        let test = try await TestPlatform.open(database, PlatformConfiguration(), clock: clock)
        await test.services.workflows.restore()
        #expect(try await test.call(ID(stored: workflow), "/hello").text == "old")
        let key = DeploymentKey(ID(stored: workflow))
        let page = PageRequest(cursor: .start, limit: 10)
        let history = try await database.read { try DeploymentTable.list(of: key, page, $0) }
        #expect(history.items.map(\.version) == [1])
        await test.engines.shutdown()
        await database.close()
    }

    private func workflowsOfTests(_ number: Int) -> String { "01890000-0000-7000-8000-00000000000\(number)" }
}
