import HTTPTypes
import Testing
import WorkflowCore
import WorkflowStore
import WorkflowTesting

@testable import WorkflowPlatform

@Suite(.timeLimit(.minutes(5))) struct WorkflowSecretTests {
    @Test(arguments: TestDatabase.allCases)
    func aSecretIsSetUsedRotatedAndNeverShown(database: TestDatabase) async throws {
        try await TestPlatform.withTenant(database) { test, tenant in
            let workflow = try await TestWorkflow.make(saying("say ${secret.WORD}"), tenant, test)
            let missing = try await workflow.deploy()
            #expect(missing.status == 422)
            #expect(try missing.json["errors"]?[0]?["detail"] == "there is no secret WORD in the environment prod")
            let hint = try missing.json["errors"]?[0]?["hint"]
            #expect(hint == "set it there, or name the environment that has it")

            let set = try await workflow.send(.put, "/secrets/WORD", as: .editor, ["value": "open-sesame"])
            #expect(set.status == 200)
            #expect(try set.data["revision"] == 1)
            #expect(!set.text.contains("sesame"))
            #expect(try await workflow.deploy().status == 200)
            #expect(try await workflow.said() == "say open-sesame")

            let rotated = try await workflow.send(.put, "/secrets/WORD", as: .editor, ["value": "other-sesame"])
            #expect(try rotated.data["revision"] == 2)
            #expect(try await workflow.said() == "say open-sesame")
            #expect(try await workflow.deploy().status == 200)
            #expect(try await workflow.said() == "say other-sesame")

            for path in [
                "", "/secrets", "/versions", "/versions/1", "/versions/1/diff", "/status", "/deployments",
            ] {
                let answer = try await workflow.send(.get, path, as: .viewer)
                #expect(answer.status == 200, "\(path)")
                #expect(!answer.text.contains("sesame"), "\(path)")
            }
            let list = try await workflow.send(.get, "/secrets", as: .viewer)
            #expect(try list.data.arrayValue?.map { $0["name"] } == ["WORD"])
            let audit = try await test.send(
                .get, "/companies/\(tenant.company)/audit", token: tenant.token(.admin))
            #expect(audit.text.contains("workflow-secret.set"))
            #expect(!audit.text.contains("sesame"))

            #expect(try await workflow.send(.delete, "/secrets/WORD", as: .editor).status == 204)
            #expect(try await workflow.send(.delete, "/secrets/WORD", as: .editor).status == 404)
            #expect(try await workflow.said() == "say other-sesame")
            #expect(try await workflow.deploy().status == 422)
        }
    }

    @Test func theDatabaseHoldsNoSecretThatCanBeRead() async throws {
        try await TestPlatform.withTenant { test, tenant in
            let workflow = try await TestWorkflow.make(nil, tenant, test)
            _ = try await workflow.send(.put, "/secrets/A", ["value": "open-sesame"])
            let row = try await test.services.database.read { try WorkflowTable.find(workflow.id, $0) }
            let found = try #require(row)
            let sealed = try await test.services.database.read {
                try SecretTable.sealed(of: DeploymentKey(workflow.id), $0)
            }
            #expect(!(sealed.first?.sealed.contains("sesame") ?? true))

            // One that was moved to another name is not taken for it.
            try await test.services.database.write { connection in
                try SecretTable.save(
                    "B", of: DeploymentKey(workflow.id), sealed: sealed[0].sealed, by: tenant.id(.owner),
                    now: test.clock.now,
                    connection)
            }
            let error = await #expect(throws: HTTPError.self) {
                try await test.services.database.read { connection in
                    _ = try test.services.workflows.vault.values(of: found, in: .production, connection)
                }
            }
            #expect(error?.status == .serviceUnavailable)
        }
    }

    @Test(arguments: ["1A", "A-B", "A%20B", String(repeating: "A", count: 129), "%C3%84"])
    func aWrongNameIsNotFound(name: String) async throws {
        try await TestPlatform.withTenant { test, tenant in
            let workflow = try await TestWorkflow.make(nil, tenant, test)
            #expect(try await workflow.send(.put, "/secrets/\(name)", ["value": "x"]).status == 404)
        }
    }

    @Test func withoutAKeyThereAreNoSecrets() async throws {
        try await TestPlatform.with { (test) async throws in
            let tenant = try await TestTenant.make("Alpha", test)
            let database = test.services.database
            var configuration = PlatformConfiguration()
            configuration.passwordCost = 2
            let other = try await TestPlatform.open(database, configuration, clock: test.clock)
            let path = "/workflows/\(tenant.workflow)/secrets/NEW"
            let answer = try await other.send(.put, path, token: tenant.token(.owner), ["value": "x"])
            #expect(answer.status == 503)
            #expect(try answer.problem == "secrets-unavailable")
            configuration.secretsKey = SecretString(String(repeating: "x", count: 32))
            let third = try await TestPlatform.open(database, configuration, clock: test.clock)
            let locked = try await third.send(.put, path, token: tenant.token(.owner), ["value": "x"])
            #expect(try locked.problem == "secrets-locked")
            configuration.secretsKey = SecretString("short")
            let error = await #expect(throws: WorkflowError.self) {
                _ = try await TestPlatform.open(database, configuration, clock: test.clock)
            }
            #expect(error?.message == "The key for secrets must have at least 32 bytes.")
        }
    }
}
