#if SQLite
import HTTPTypes
import Testing
import WorkflowCore
import WorkflowStore
import WorkflowStoreSQLite
import WorkflowTesting

@testable import WorkflowPlatform

@Suite(.timeLimit(.minutes(5))) struct LinkRestartTests {
    /// A platform whose workflows and database are in a folder, as after a start of the process.
    private func open(
        _ folder: String, _ body: (TestPlatform, RefusingDatabase) async throws -> Void
    ) async throws {
        var configuration = PlatformConfiguration()
        configuration.passwordCost = 2
        configuration.requestsPerMinute = 1_000_000
        configuration.secretsKey = SecretString(String(repeating: "k", count: 32))
        configuration.signingSecret = SecretString(String(repeating: "s", count: 32))
        let database = RefusingDatabase(
            try await SQLiteDatabase.open(SQLiteDatabase.Configuration(path: "\(folder)/platform.sqlite")))
        let engines = EngineManager(
            registry: engineTestRegistry, provider: FolderStores(folder: folder), settings: engineSettings())
        let clock = TestClock()
        let platform = try await Platform.open(
            database: database, configuration: configuration,
            environment: EngineEnvironment(clock: clock, logger: .quiet), mail: MailRecorder(), engines: engines)
        let test = TestPlatform(platform: platform, clock: clock, mails: MailRecorder(), engines: engines)
        try await test.running { try await body(test, database) }
        await database.close()
    }

    @Test func whatIsOnRecordIsDeliveredAfterARestart() async throws {
        try await withStateFolder { folder in
            var tenants: [TestTenant] = []
            try await open(folder) { test, _ in
                let tenant = try await TestTenant.make("Alpha", test)
                let links = LinkFixture(test: test, tenant: tenant)
                let source = try await links.workflow("Source", orders)
                let target = try await links.workflow(
                    "Target", listening("restart", to: "order.*"), isDeployed: false)
                try await links.link(source, target, "order.paid")
                _ = try await test.engines.invoke(source.id, "order", action: "pay", data: ["id": "1"])
                try await until { links.count("recorded") == 1 }
                tenants.append(tenant)
            }
            try await open(folder) { test, _ in
                let links = LinkFixture(test: test, tenant: tenants[0])
                let workflows = try await test.send(.get, "/workflows", token: tenants[0].token(.owner))
                let target = try #require(
                    try workflows.data.arrayValue?.first { $0["name"] == "Target" }?["id"]?.stringValue
                        .flatMap(ID<Workflow>.init))
                #expect(RecordedMessages.recorder("restart").handled.isEmpty)
                _ = try await TestWorkflow(id: target, test: test, tenant: tenants[0]).deploy()
                try await links.passing { RecordedMessages.recorder("restart").handled.count == 1 }
                try await until { links.count("delivered") == 1 }
            }
        }
    }

    @Test func whatThePlatformCouldNotPutOnRecordIsStillInTheStoreOfTheSource() async throws {
        try await withStateFolder { folder in
            try await open(folder) { test, database in
                let tenant = try await TestTenant.make("Alpha", test)
                let links = LinkFixture(test: test, tenant: tenant)
                let source = try await links.workflow("Source", orders)
                let target = try await links.workflow("Target", listening("outage", to: "order.*"))
                try await links.link(source, target, "order.paid")
                database.refuse(true)
                for number in 1...3 {
                    _ = try await test.engines.invoke(
                        source.id, "order", action: "pay", data: ["id": .string("\(number)")])
                }
                let outbox = try #require(test.engines.running(source.id)?.engine.runningGeneration?.store)
                try await until { try await outbox.outbox(limit: 10).count == 3 }
                #expect(links.count("recorded") == 0)
            }
            try await open(folder) { test, _ in
                let messages = try await RecordedMessages.recorder("outage").waitForMessages(3, limit: .seconds(60))
                #expect(Set(messages.compactMap { $0.payload["id"]?.stringValue }) == ["1", "2", "3"])
                // None is there twice, whatever was repeated on the way.
                #expect(Set(messages.map(\.id)).count == 3)
            }
        }
    }
}
#endif
