import HTTPTypes
import Testing
import WorkflowCore
import WorkflowStore
import WorkflowTesting

@testable import WorkflowPlatform

@Suite(.timeLimit(.minutes(5))) struct DeploymentTests {
    @Test(arguments: TestDatabase.allCases)
    func aVersionIsDeployedReplacedRolledBackAndStopped(database: TestDatabase) async throws {
        try await TestPlatform.withTenant(database) { test, tenant in
            let workflow = try await TestWorkflow.make(saying("one"), tenant, test)
            let deployed = try await workflow.deploy()
            #expect(deployed.status == 200)
            #expect(try deployed.data["status"] == "active")
            #expect(try deployed.data["deployed_version"] == 1)
            #expect(try await workflow.said() == "one")

            _ = try await workflow.save(saying("two"))
            #expect(try await workflow.said() == "one")
            #expect(try await workflow.deploy().status == 200)
            #expect(try await workflow.said() == "two")
            #expect(try await workflow.deploy(1).status == 200)
            #expect(try await workflow.said() == "one")

            let back = try await workflow.send(.post, "/rollback", as: .admin)
            #expect(try back.data["deployed_version"] == 2)
            #expect(try await workflow.said() == "two")
            let status = try await workflow.send(.get, "/status", as: .viewer)
            #expect(try status.data["status"] == "running")
            #expect(try status.data["version"] == 2)
            #expect(try status.data["path"] == .string("/w/\(workflow.id)"))
            #expect(try status.data["modules"]?.arrayValue?.count == 3)

            let stopped = try await workflow.send(.post, "/stop", as: .admin)
            #expect(try stopped.data["status"] == "stopped")
            #expect(try stopped.data["deployed_version"] == .null)
            #expect(try await test.call(workflow.id, "/hello").status == 404)
            let history = try await workflow.send(.get, "/deployments", as: .viewer)
            #expect(try history.data.arrayValue?.map { $0["version"] } == [2, 1, 2, 1])
            #expect(try history.data.arrayValue?.contains { $0["ended_at"]?.isNull ?? true } == false)
            #expect(
                try await workflow.actions() == [
                    "workflow.create", "workflow.deploy", "workflow.update", "workflow.deploy", "workflow.deploy",
                    "workflow.rollback", "workflow.stop",
                ])
        }
    }

    @Test func whatCannotBeDoneChangesNothing() async throws {
        try await TestPlatform.withTenant { test, tenant in
            let workflow = try await TestWorkflow.make(nil, tenant, test)
            let empty = try await workflow.deploy()
            #expect(empty.status == 409)
            #expect(try empty.json["detail"] == "The workflow has no configuration yet.")
            _ = try await workflow.save(saying("one"))
            #expect(try await workflow.deploy(2).problem == "no-such-version")
            #expect(try await workflow.send(.post, "/rollback").problem == "no-earlier-version")
            #expect(try await workflow.send(.post, "/stop").problem == "not-deployed")
            _ = try await workflow.deploy()
            #expect(try await workflow.send(.post, "/rollback").problem == "no-earlier-version")
            #expect(try await workflow.said() == "one")
            #expect(try await workflow.actions() == ["workflow.create", "workflow.update", "workflow.deploy"])
        }
    }

    /// A version that starts and fails at once: the one before goes on, and the database says so.
    @Test func aVersionThatDoesNotStartLeavesTheOneBefore() async throws {
        try await TestPlatform.withTenant { test, tenant in
            let workflow = try await TestWorkflow.make(saying("one"), tenant, test)
            _ = try await workflow.deploy()
            let saved = try await workflow.save(fragile("two", "fails: prepare"))
            #expect(saved.status == 200, "\(saved.text)")
            let refused = try await workflow.deploy()
            #expect(refused.status == 503)
            #expect(try refused.problem == "deployment-unavailable")
            #expect(try await workflow.said() == "one")
            #expect(try await workflow.send(.get).data["deployed_version"] == 1)
            #expect(try await workflow.send(.get, "/status").data["last_error"]?.stringValue?.isEmpty == false)
        }
    }

    /// Minutes may pass until a version runs; it is decided again then.
    @Test func whatMayNotRunAnyMoreWhenItHasStartedDoesNot() async throws {
        try await TestPlatform.withTenant { test, tenant in
            #expect(try await tenant.setEnvironments(["prod"], test).status == 200)
            let workflow = try await TestWorkflow.make(saying("one"), tenant, test)
            _ = try await workflow.deploy()
            #expect(try await workflow.save(fragile("two", "holds: approval")).status == 200)
            let gate = HeldRequests.gate("approval")
            async let answer = workflow.deploy()
            while gate.waitingCount == 0 { await Task.yield() }
            #expect(try await tenant.setEnvironments(["prod!"], test).status == 200)
            gate.open()
            #expect(try await answer.problem == "approval-required")
            #expect(try await workflow.said() == "one")
            #expect(try await workflow.send(.get).data["deployed_version"] == 1)
        }
    }

    @Test func aDeploymentThatWasNotPossibleMayBeRepeatedWithItsKey() async throws {
        try await TestPlatform.withTenant { test, tenant in
            let workflow = try await TestWorkflow.make(fragile("one", "fails: prepare"), tenant, test)
            let key: HTTPFields = [try #require(HTTPField.Name("Idempotency-Key")): "k-1"]
            for _ in 1...2 {
                let answer = try await test.send(
                    .post, "/workflows/\(workflow.id)/deploy", token: tenant.token(.admin), [:], headers: key)
                #expect(try answer.problem == "deployment-unavailable")
            }
        }
    }

    @Test func whatBelongsToAProjectStopsWithIt() async throws {
        try await TestPlatform.withTenant { test, tenant in
            var workflows: [TestWorkflow] = []
            for name in ["a", "b", "c", "d"] {
                let workflow = try await TestWorkflow.make(saying(name), name: name, tenant, test)
                #expect(try await workflow.deploy().status == 200)
                workflows.append(workflow)
            }
            #expect(try await workflows[0].send(.delete).status == 204)
            #expect(try await test.call(workflows[0].id, "/hello").status == 404)
            #expect(try await workflows[1].said() == "b")
            let token = tenant.token(.owner)
            #expect(try await test.send(.delete, "/projects/\(tenant.project)", token: token).status == 204)
            for workflow in workflows { #expect(try await test.call(workflow.id, "/hello").status == 404) }
            #expect(await test.engines.statuses().isEmpty)
        }
    }

    @Test(arguments: ["organizations", "companies"])
    func whatBelongsToACompanyStopsWithIt(kind: String) async throws {
        try await TestPlatform.withTenant { test, tenant in
            let workflow = try await TestWorkflow.make(saying("one"), tenant, test)
            _ = try await workflow.deploy()
            let id = kind == "companies" ? tenant.company.text : tenant.organization.text
            let removed = try await test.send(.delete, "/\(kind)/\(id)", token: tenant.token(.owner))
            #expect(removed.status == 204)
            #expect(try await test.call(workflow.id, "/hello").status == 404)
            #expect(await test.engines.statuses().isEmpty)
        }
    }

    /// Two at once: each is answered, and what runs is what the database says.
    @Test func deploymentsAtOnceFollowOneAnother() async throws {
        try await TestPlatform.withTenant { test, tenant in
            let workflow = try await TestWorkflow.make(saying("1"), tenant, test)
            for number in 2...4 { _ = try await workflow.save(saying("\(number)")) }
            await withTaskGroup(of: Int?.self) { group in
                for version in 1...4 { group.addTask { try? await workflow.deploy(version).status } }
                for await status in group { #expect(status == 200) }
            }
            let wanted = try await workflow.send(.get).data["deployed_version"]?.intValue
            #expect(try await workflow.said() == wanted.map { "\($0)" })
            let history = try await workflow.send(.get, "/deployments")
            #expect(try history.data.arrayValue?.count { $0["ended_at"]?.isNull ?? true } == 1)
        }
    }

    @Test(arguments: TestDatabase.allCases)
    func whatRanRunsAgainAfterARestart(kind: TestDatabase) async throws {
        let database = try await kind.open()
        var configuration = PlatformConfiguration()
        configuration.passwordCost = 2
        configuration.secretsKey = SecretString(String(repeating: "k", count: 32))
        let clock = TestClock()
        let first = try await TestPlatform.open(database, configuration, clock: clock)
        let tenant = try await TestTenant.make("Alpha", first)
        var ids: [ID<Workflow>] = []
        try await first.running {
            for name in ["one", "two", "three"] {
                let workflow = try await TestWorkflow.make(saying("\(name) ${secret.WORD}"), name: name, tenant, first)
                _ = try await workflow.send(.put, "/secrets/WORD", ["value": "sesame"])
                #expect(try await workflow.deploy().status == 200)
                ids.append(workflow.id)
            }
            let last = TestWorkflow(id: ids[2], test: first, tenant: tenant)
            #expect(try await last.send(.post, "/stop").status == 200)
            let next = TestWorkflow(id: ids[1], test: first, tenant: tenant)
            _ = try await next.save(saying("newer"))
        }
        #expect(try await first.call(ids[0], "/hello").status == 404)

        let second = try await TestPlatform.open(database, configuration, clock: clock)
        await second.services.workflows.restore()
        #expect(try await second.call(ids[0], "/hello").text == "one sesame")
        #expect(try await second.call(ids[1], "/hello").text == "two sesame")
        #expect(try await second.call(ids[2], "/hello").status == 404)
        await second.engines.shutdown()

        configuration.secretsKey = SecretString(String(repeating: "x", count: 32))
        let third = try await TestPlatform.open(database, configuration, clock: clock)
        await third.services.workflows.restore()
        let statuses = await third.engines.statuses()
        #expect(statuses.map(\.state) == [.stopped, .stopped])
        #expect(
            statuses.allSatisfy {
                $0.lastError?.hasPrefix("it was not started with the platform: The secrets cannot be decrypted") == true
            })
        await third.engines.shutdown()
        await database.close()
    }

    /// What runs is what the database says, also when it could not be told.
    @Test func aDeploymentThatCannotBeNotedIsTakenBack() async throws {
        let database = RefusingDatabase(try await TestDatabase.allCases[0].open())
        var configuration = PlatformConfiguration()
        configuration.passwordCost = 2
        configuration.secretsKey = SecretString(String(repeating: "k", count: 32))
        let test = try await TestPlatform.open(database, configuration)
        let tenant = try await TestTenant.make("Alpha", test)
        let workflow = try await TestWorkflow.make(saying("one"), tenant, test)

        database.refuse(true)
        #expect(try await workflow.deploy().status == 503)
        #expect(try await test.call(workflow.id, "/hello").status == 404)
        database.refuse(false)
        #expect(try await workflow.deploy().status == 200)
        _ = try await workflow.save(saying("two"))
        database.refuse(true)
        #expect(try await workflow.deploy().status == 503)
        #expect(try await workflow.said() == "one")
        #expect(try await workflow.send(.post, "/stop").status == 503)
        #expect(try await workflow.said() == "one")
        database.refuse(false)
        #expect(try await workflow.send(.get).data["deployed_version"] == 1)
        await test.engines.shutdown()
        await database.close()
    }
}
