import HTTPTypes
import Synchronization
import Testing
import WorkflowCore
import WorkflowStore
import WorkflowTesting

@testable import WorkflowPlatform

/// That records never stand in the way of what they tell of.
@Suite(.timeLimit(.minutes(5))) struct ExecutionRecorderTests {
    @Test(arguments: TestDatabase.allCases)
    func aBlockedDatabaseSlowsNoRequestAndLosesNoStatus(database: TestDatabase) async throws {
        let blocking = Mutex<BlockingDatabase?>(nil)
        try await ExecutionFixture.with(
            database,
            wrapping: { opened in
                let wrapped = BlockingDatabase(opened)
                blocking.withLock { $0 = wrapped }
                return wrapped
            }
        ) { fixture in
            let gate = try #require(blocking.withLock { $0 })
            gate.block(true)
            let start = ContinuousClock.now
            for number in 0..<200 {
                let answer = try await fixture.post("/orders", ["id": .string("o\(number)")])
                #expect(answer.status == 201)
            }
            // Each would have waited for the database otherwise.
            #expect(start.duration(to: .now) < .seconds(20))
            try await until { gate.waiting == 1 }
            _ = try await fixture.send(.delete, "/orders/o7")
            #expect(try await fixture.list().isEmpty)
            gate.block(false)
            let id = fixture.workflow.id
            try await until {
                let counts = try await fixture.test.services.database.read { try ExecutionTable.counts(of: [id], $0) }
                return counts == [id: [.running: 199, .cancelled: 1]]
            }
        }
    }

    @Test func aDatabaseThatRefusesIsTriedAgain() async throws {
        let refusing = Mutex<RefusingDatabase?>(nil)
        try await ExecutionFixture.with(
            wrapping: { opened in
                let wrapped = RefusingDatabase(opened)
                refusing.withLock { $0 = wrapped }
                return wrapped
            }
        ) { fixture in
            let database = try #require(refusing.withLock { $0 })
            database.refuse(true)
            _ = try await fixture.post("/orders", ["id": "o1"])
            #expect(await fixture.test.services.executions.flush() == false)
            _ = try await fixture.post("/orders/o1/pay", ["with": "cash"])
            try await until { fixture.upstream.requests.count == 2 }
            database.refuse(false)
            let execution = try await fixture.ended("kind=instance")
            #expect(execution["status"] == "completed")
            let steps = try await fixture.steps(execution)
            #expect(steps.map { $0["step_name"] } == ["created", "pay", "charge", "finish"])
            #expect(execution["trigger_data"]?["id"] == "o1")
        }
    }

    @Test func detailsAreLeftOutAndCountedWhenThereIsNoRoom() async throws {
        try await TestPlatform.withTenant { test, tenant in
            let environment = EngineEnvironment(clock: test.clock, logger: .quiet)
            let recorder = ExecutionRecorder(
                database: test.services.database, environment: environment, hub: ActivityHub(),
                limits: ExecutionRoom.Limits(bytes: 100, steps: 1))
            let source = EngineSource(DeploymentKey(tenant.workflow)) { (3, nil) }
            let invoker = ["x", "y"].map { ExecutionScope(id: test.services.newID(Execution.self).text + $0) }
            for scope in invoker {
                let call = CallActivity(
                    scope: scope,
                    call: WorkflowCall(
                        workflow: "part", action: "act", data: ["text": .string(String(repeating: "t", count: 60))]),
                    startedAt: test.clock.now, trace: "")
                recorder.hear(.called(call), from: source)
                var step = StepActivity(
                    of: .call(scope), key: "1", name: "s", type: "t", startedAt: test.clock.now)
                step.endedAt = test.clock.now
                step.status = .completed
                recorder.hear(.step(step), from: source)
                recorder.hear(.returned(call, .success(.null)), from: source)
            }
            #expect(await recorder.flush())
            let found = try await test.services.database.read { connection in
                try invoker.map { try ExecutionTable.find(ID(stored: $0.id), connection) }
            }
            #expect(found.map { $0?.status } == [.completed, .completed])
            #expect(found.map { $0?.input.state } == ["complete", "dropped"])
            #expect(found.map { $0?.stepCount } == [1, 0])
            #expect(found.map { $0?.dropped } == [0, 2])
            let metrics = String(decoding: environment.metrics.registry.render(), as: UTF8.self)
            #expect(metrics.contains("platform_execution_details_dropped_total 2"))
            // What was written has made room.
            let scope = ExecutionScope(id: test.services.newID(Execution.self).text)
            let call = CallActivity(
                scope: scope, call: WorkflowCall(workflow: "part", action: "act", data: ["a": 1]),
                startedAt: test.clock.now, trace: "")
            recorder.hear(.called(call), from: source)
            #expect(await recorder.flush())
            let last = try await test.services.database.read { try ExecutionTable.find(ID(stored: scope.id), $0) }
            #expect(last?.input.state == "complete")
        }
    }

    @Test func whatEndsWithTheProcessIsWritten() async throws {
        let opened = try await TestDatabase.allCases[0].open()
        let test = try await ExecutionFixture.open(opened)
        let id = try await test.running { () -> ID<Workflow> in
            let tenant = try await TestTenant.make("Alpha", test)
            let workflow = try await TestWorkflow.make(ExecutionFixture.configuration(1), tenant, test)
            #expect(try await workflow.deploy().status == 200)
            let fixture = ExecutionFixture(
                test: test, tenant: tenant, workflow: workflow, upstream: try await Upstream())
            _ = try await fixture.post("/orders", ["id": "o1"])
            await fixture.upstream.stop()
            return workflow.id
        }
        let counts = try await opened.read { try ExecutionTable.counts(of: [id], $0) }
        #expect(counts == [id: [.running: 1]])
        await opened.close()
    }
}

#if SQLite
extension ExecutionRecorderTests {
    /// The process ends between the last change of an instance and its record.
    @Test(arguments: [EnvironmentName.production, EnvironmentName(stored: "staging")])
    func whatAProcessHasNotRecordedIsCaughtUpWith(environment: EnvironmentName) async throws {
        try await withStateFolder { folder in
            let opened = try await TestDatabase.allCases[0].open()
            let (database, upstream) = (RefusingDatabase(opened), try await Upstream())
            let first = try await ExecutionFixture.open(database, provider: FolderStores(folder: folder))
            let (tenant, id) = try await first.running { () -> (TestTenant, ID<Workflow>) in
                let tenant = try await TestTenant.make("Alpha", first)
                let workflow = try await TestWorkflow.make(
                    ExecutionFixture.configuration(upstream.port), tenant, first)
                #expect(try await workflow.deploy(in: environment.text).status == 200)
                let fixture = ExecutionFixture(test: first, tenant: tenant, workflow: workflow, upstream: upstream)
                for order in ["paid", "gone", "open"] {
                    _ = try await fixture.post("/orders", ["id": .string(order)], in: environment)
                }
                try await until { try await fixture.list("status=running").count == 3 }
                database.refuse(true)
                _ = try await fixture.post("/orders/paid/pay", [:], in: environment)
                _ = try await fixture.send(.delete, "/orders/gone", in: environment)
                try await until { fixture.upstream.requests.count == 2 }
                return (tenant, workflow.id)
            }
            database.refuse(false)
            let second = try await ExecutionFixture.open(database, provider: FolderStores(folder: folder))
            try await second.running { () async throws -> Void in
                let fixture = ExecutionFixture(
                    test: second, tenant: tenant, workflow: TestWorkflow(id: id, test: second, tenant: tenant),
                    upstream: upstream)
                #expect(try await fixture.ended("kind=instance&instance_id=paid")["status"] == "completed")
                #expect(try await fixture.ended("kind=instance&instance_id=gone")["status"] == "cancelled")
                #expect(try await fixture.list("instance_id=open").map { $0["status"] } == ["running"])
            }
            await upstream.stop()
            await opened.close()
        }
    }
}
#endif

/// A database whose changes wait for a while.
final class BlockingDatabase: SQLDatabase {
    private struct State {
        var isBlocked = false
        var waiting: [CheckedContinuation<Void, Never>] = []
    }

    private let database: any SQLDatabase
    private let state = Mutex(State())

    init(_ database: any SQLDatabase) {
        self.database = database
    }

    /// How many changes wait.
    var waiting: Int { state.withLock { $0.waiting.count } }

    /// Has changes wait, or go on.
    func block(_ isBlocked: Bool) {
        let waiting = state.withLock { state in
            state.isBlocked = isBlocked
            defer { if !isBlocked { state.waiting = [] } }
            return isBlocked ? [] : state.waiting
        }
        for continuation in waiting { continuation.resume() }
    }

    var isShared: Bool { database.isShared }
    var dialect: SQLDialect { database.dialect }

    func write<Result: Sendable>(
        _ body: @escaping @Sendable (any SQLConnection) throws -> Result,
        committed: @escaping @Sendable (Result) -> Void
    ) async throws -> Result {
        await withCheckedContinuation { continuation in
            let goesOn = state.withLock { state in
                if state.isBlocked { state.waiting.append(continuation) }
                return !state.isBlocked
            }
            if goesOn { continuation.resume() }
        }
        return try await database.write(body, committed: committed)
    }

    func read<Result: Sendable>(
        _ body: @escaping @Sendable (any SQLConnection) throws -> Result
    ) async throws -> Result {
        try await database.read(body)
    }

    func close() async { await database.close() }
}
