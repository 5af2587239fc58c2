import Logging
import Testing
import WorkflowCore
import WorkflowStore
import WorkflowTesting

@testable import WorkflowPlatform

/// What becomes of lines while the database refuses them.
@Suite(.timeLimit(.minutes(5))) struct LogLossTests {
    @Test func linesWaitForTheDatabaseAndWhatWasLostIsTold() async throws {
        let database = RefusingDatabase(try await TestDatabase.allCases[0].open())
        var configuration = PlatformConfiguration()
        configuration.passwordCost = 2
        configuration.secretsKey = SecretString(String(repeating: "k", count: 32))
        configuration.logs.writeInterval = .zero
        configuration.logs.waitingBytes = 8 * 64 << 10
        let test = try await TestPlatform.open(database, configuration)
        let tenant = try await TestTenant.make("Alpha", test)
        try await test.running {
            database.refuse(true)
            test.record(.info, "first", of: tenant.workflow)
            try await until { test.services.logs.waitingCount == 0 }
            for number in 0..<1000 { test.record(.info, "\(number)", of: tenant.workflow) }
            test.record(.error, "broken", of: tenant.workflow)
            let kept = test.services.logs.waitingCount
            #expect((50..<500).contains(kept))
            database.refuse(false)
            test.clock.advance(by: .seconds(2))
            try await until { try await test.logTotal(of: tenant.workflow) == 1 + kept + 1 }
            let path = "/workflows/\(tenant.workflow)/logs"
            let found = try await test.messages("\(path)?level=warn", token: tenant.token(.viewer))
            #expect(
                found == [
                    "\(1001 - kept) lines of the log were lost, since they came faster than they could be written",
                    "broken",
                ])
            let first = try await test.messages("\(path)?q=first", token: tenant.token(.viewer))
            #expect(first == ["first"])
        }
        await database.close()
    }

    /// The last lines of a workflow are those of its stop.
    @Test func theLastLinesAreWrittenAtTheEnd() async throws {
        let database = try await TestDatabase.allCases[0].open()
        var configuration = PlatformConfiguration()
        configuration.passwordCost = 2
        configuration.secretsKey = SecretString(String(repeating: "k", count: 32))
        let first = try await TestPlatform.open(database, configuration)
        let tenant = try await TestTenant.make("Alpha", first)
        let id = try await first.running {
            let workflow = try await TestWorkflow.make(logging, tenant, first)
            #expect(try await workflow.deploy().status == 200)
            _ = try await first.call(workflow.id, "/hello?message=bye&count=3000")
            return workflow.id
        }
        let found = try await first.messages("/workflows/\(id)/logs?page_size=2", token: tenant.token(.viewer))
        #expect(found.first == "The workflow was stopped")
        #expect(try await first.logTotal(of: id) > 3000)
        await database.close()
    }
}
