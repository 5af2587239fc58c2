#if SQLite
import Foundation
import HTTPTypes
import Synchronization
import Testing
import WorkflowCore
import WorkflowStore
import WorkflowStoreSQLite
import WorkflowTesting

@testable import WorkflowPlatform

/// What is there again after the process has ended in the middle of a deployment.
@Suite(.timeLimit(.minutes(2))) struct InterruptedDeploymentTests {
    private static let aside: JSONValue = ["mapping": ["order": ["held": "parked"]]]

    private static func open(_ database: any SQLDatabase, _ folder: String) async throws -> TestPlatform {
        var configuration = PlatformConfiguration()
        configuration.passwordCost = 2
        configuration.secretsKey = SecretString(String(repeating: "k", count: 32))
        return try await TestPlatform.open(
            database, configuration, provider: FolderStores(folder: "\(folder)/workflows"))
    }

    private static func database(_ folder: String) async throws -> any SQLDatabase {
        try await SQLiteDatabase.open(SQLiteDatabase.Configuration(path: "\(folder)/platform.sqlite"))
    }

    /// Deploys the second version, and stops time between the moment at which it takes over and the one at which the
    /// database says so.
    ///
    /// - Parameters:
    ///   - prepare: What happens before.
    ///   - deployment: The body of the deployment.
    ///   - check: Looks at a platform on a copy of what was on the disk then.
    private func interrupt(
        _ deployment: JSONValue, prepare: (OrderFixture) async throws -> Void,
        check: (OrderFixture) async throws -> Void
    ) async throws {
        try await withStateFolder { folder in
            let (before, after) = ("\(folder)/before", "\(folder)/after")
            try FileManager.default.createDirectory(atPath: before, withIntermediateDirectories: true)
            let database = StallingDatabase(try await Self.database(before))
            let first = try await Self.open(database, before)
            let tenant = try await TestTenant.make("Alpha", first)
            let orders = OrderFixture(
                workflow: try await TestWorkflow.make(OrderFixture.configuration("held"), tenant, first))
            #expect(try await orders.deploy().status == 200)
            _ = try await orders.workflow.save(OrderFixture.configuration("parked"))
            try await prepare(orders)

            database.stall(before: "INSERT INTO platform_deployments")
            async let answer = orders.deploy(deployment)
            try await database.stalled()
            try FileManager.default.copyItem(atPath: before, toPath: after)
            database.goOn()
            #expect(try await answer.status == 503)
            await first.engines.shutdown()
            await database.close()

            let copy = try await Self.database(after)
            let second = try await Self.open(copy, after)
            await second.services.workflows.restore()
            try await check(
                OrderFixture(workflow: TestWorkflow(id: orders.workflow.id, test: second, tenant: tenant)))
            await second.engines.shutdown()
            await copy.close()
        }
    }

    @Test func whatLeftNothingBehindIsTakenBack() async throws {
        try await interrupt([:]) { _ in
        } check: { orders in
            #expect(try await orders.workflow.send(.get).data["deployed_version"] == 1)
            let status = try await orders.workflow.send(.get, "/status")
            #expect(try status.data["version"] == 1)
            #expect(try status.data["status"] == "running")
            #expect(
                try status.data["last_error"]
                    == "version 2 was not deployed: the platform stopped meanwhile; deploy it again")
            #expect(try await orders.deploy().status == 200)
            #expect(try await orders.workflow.send(.get, "/status").data["last_error"] == .null)
        }
    }

    /// The version before could not go on with what the mapping has moved.
    @Test func whatHasMovedInstancesIsCompleted() async throws {
        try await interrupt(Self.aside) {
            try await $0.make("one", puttingAside: true)
        } check: { orders in
            #expect(try await orders.state("one") == "parked")
            let workflow = try await orders.workflow.send(.get)
            #expect(try workflow.data["deployed_version"] == 2)
            #expect(try await orders.workflow.send(.get, "/status").data["version"] == 2)
            let history = try await orders.workflow.send(.get, "/deployments")
            #expect(try history.data.arrayValue?.map { $0["version"] } == [2, 1])
            #expect(try history.data[0]?["deployed_by"] == .string(orders.workflow.tenant.id(.admin).text))
            #expect(try await orders.workflow.actions().last == "workflow.deploy")
        }
    }

    @Test func aFirstDeploymentIsTakenBack() async throws {
        try await interrupt([:]) { orders in
            let stopped = try await orders.workflow.send(.post, "/stop")
            #expect(stopped.status == 200)
        } check: { orders in
            #expect(try await orders.workflow.send(.get).data["status"] == "stopped")
            let status = try await orders.workflow.send(.get, "/status")
            #expect(try status.data["status"] == "stopped")
            #expect(try status.data["last_error"]?.stringValue?.hasPrefix("version 2 was not deployed") == true)
        }
    }

    @Test func whatWasRefusedIsNotBegunAnyMore() async throws {
        try await TestPlatform.withTenant { test, tenant in
            let workflow = try await TestWorkflow.make(saying("one"), tenant, test)
            #expect(try await workflow.deploy().status == 200)
            _ = try await workflow.save(fragile("two", "fails: prepare"))
            #expect(try await workflow.deploy().status == 503)
            let left = try await test.services.database.read {
                try DeploymentIntentionTable.keys(after: nil, limit: 1, $0)
            }
            #expect(left.isEmpty)
        }
    }
}

/// A database in which a transaction with a certain statement comes to a stand, and fails in the end.
private final class StallingDatabase: SQLDatabase {
    private struct Stalled: Error {}

    private let database: any SQLDatabase
    private let statement = Mutex<String?>(nil)
    private let reached = TestGate()
    private let gate = TestGate()

    init(_ database: any SQLDatabase) {
        self.database = database
    }

    /// Has the next transactions with a statement come to a stand.
    func stall(before statement: String) { self.statement.withLock { $0 = statement } }

    /// Returns when one has.
    func stalled() async throws { try await reached.wait() }

    /// Has it fail.
    func goOn() { gate.open() }

    var isShared: Bool { database.isShared }
    var dialect: SQLDialect { database.dialect }

    func write<Result: Sendable>(
        _ body: @escaping @Sendable (any SQLConnection) throws -> Result,
        committed: @escaping @Sendable (Result) -> Void
    ) async throws -> Result {
        let statement = statement.withLock { $0 }
        do {
            return try await database.write(
                { try body(Connection(connection: $0, statement: statement)) }, committed: committed)
        } catch is Stalled {
            reached.open()
            try await gate.wait()
            throw SQLError(.unavailable, "it is gone")
        }
    }

    func read<Result: Sendable>(
        _ body: @escaping @Sendable (any SQLConnection) throws -> Result
    ) async throws -> Result {
        try await database.read(body)
    }

    func close() async { await database.close() }

    private struct Connection: SQLConnection {
        let connection: any SQLConnection
        let statement: String?

        func execute(_ statement: SQLStatement, _ arguments: [SQLValue]) throws -> Int {
            if let wanted = self.statement, statement.sql.contains(wanted) { throw Stalled() }
            return try connection.execute(statement, arguments)
        }

        func query(_ statement: SQLStatement, _ arguments: [SQLValue], _ row: (any SQLRow) throws -> Void) throws {
            try connection.query(statement, arguments, row)
        }

        func executeScript(_ sql: String) throws { try connection.executeScript(sql) }
    }
}
#endif
