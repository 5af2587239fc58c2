#if SQLite && PostgreSQL
import Testing
import WorkflowCore

@testable import WorkflowPlatform

/// One workflow in two environments: as if it were two.
@Suite(.timeLimit(.minutes(5))) struct EnvironmentIsolationTests {
    @Test(arguments: TenantIsolationTests.Place.allCases)
    func aWorkflowHasAStateOfItsOwnInEachEnvironment(place: TenantIsolationTests.Place) async throws {
        let staging = try #require(EnvironmentName("pre-prod"))
        let workflow = try workflowID("acme")
        let keys = [DeploymentKey(workflow), DeploymentKey(workflow, in: staging)]
        try await place.withProvider { provider, names in
            try await withEngines(provider: provider) { engines in
                for key in keys {
                    try await engines.manager.deploy(
                        Deployment(
                            workflow: key.workflow, environment: key.environment, version: 1,
                            configuration: TenantIsolationTests.shop, mount: try DeploymentMount(path: "/w/\(key)")))
                }
                let (here, there) = ("/w/\(workflow)/orders", "/w/\(workflow).pre-prod/orders")
                let created = try await engines.post(there, #"{"id": "one"}"#)
                #expect(created.status == 201)
                #expect(created.header("location") == "\(there)/one")
                #expect(try await engines.get("\(here)/one").status == 404)
                #expect(try await engines.post(here, #"{"id": "one"}"#).status == 201)
                let moved = try await engines.manager.invoke(
                    keys[1], "order", action: "pay", data: ["instanceId": "one"])
                #expect(moved["currentState"] == "paid")
                #expect(try await engines.get("\(here)/one").json["state"] == "new")

                let expected = keys.map { place == .sqlite ? $0.description : $0.namespace }
                #expect(try names() == expected.sorted())
                await engines.manager.stop(keys[1])
                #expect(try await engines.get("\(there)/one").status == 404)
                #expect(try await engines.get("\(here)/one").status == 200)
                try await engines.manager.remove(keys[1])
                #expect(try names() == [expected[0]])
                #expect(await engines.manager.statuses().map(\.environment) == [.production])
            }
        }
    }

    @Test func namesForDatabasesAreDifferentAndShortEnough() throws {
        let longest = try #require(EnvironmentName(String(repeating: "x", count: EnvironmentName.longest)))
        let workflow = try workflowID("acme")
        let namespaces = ["prod", "a-b", "a", "b"].compactMap { EnvironmentName($0) }
            .map { DeploymentKey(workflow, in: $0).namespace }
        #expect(Set(namespaces).count == 4)
        #expect(namespaces[0] == workflow.namespace)
        // PostgreSQL cuts names that are longer than 63 bytes.
        #expect(DeploymentKey(workflow, in: longest).namespace.utf8.count <= 63)
        #expect(["", "A", "a_b", "-a", String(repeating: "x", count: 21)].allSatisfy { EnvironmentName($0) == nil })
    }
}
#endif
