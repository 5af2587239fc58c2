#if PostgreSQL
import Synchronization
import TestServices
import Testing
import WorkflowCore
import WorkflowModules
import WorkflowStore
import WorkflowStorePostgreSQL
import WorkflowTesting

/// What nodes tell each other at once. Their clocks stand still, so that nobody looks into the database by himself.
@Suite(.serialized, .timeLimit(.minutes(2))) struct NoticeTests {
    /// What a watcher has heard.
    private final class Heard: Sendable {
        let instances = Mutex<[StateMachineInstance]>([])
        let isEnded = Atomic(false)
    }

    private static let registry = ModuleRegistry([
        DatabaseModule.self, PersistenceStoreModule.self, StateMachineEngineModule.self,
        StateMachineWorkflowModule.self, MessageHandlerModule.self,
    ])

    private static func yaml(_ dsn: String) -> String {
        """
        modules:
          - {name: db, type: database.workflow, config: {dsn: "\(dsn)", maxOpenConns: 4}}
          - {name: persistence, type: persistence.store}
          - {name: engine, type: statemachine.engine}
          - {name: log, type: messaging.handler}
        workflows:
          statemachine:
            engine: engine
            definitions:
              - name: job
                initialState: new
                states: {new: , done: {isFinal: true}}
                transitions:
                  touch: {fromState: new, toState: new}
                  finish: {fromState: new, toState: done}
            hooks:
              - {transitions: [finish], handler: log}
        """
    }

    private static var environment: EngineEnvironment {
        var environment = EngineEnvironment(clock: TestClock(), logger: .quiet)
        environment.databaseDrivers = [PostgreSQLDriver()]
        return environment
    }

    private static func work(of owner: String) -> WorkItem {
        let now = TestClock().now
        return WorkItem(
            id: "w", instanceID: "j", engine: "engine", transition: "finish", fromState: "new", toState: "done",
            handlers: ["log"], notBefore: now, leaseOwner: owner, leaseUntil: now.advanced(by: .seconds(1_000_000)),
            createdAt: now)
    }

    @Test func workThatANodeHandsBackIsDoneByAnotherAtOnce() async throws {
        let dsn = try PostgreSQLServer.shared().database()
        let leaving = try await SQLStateStore.postgreSQL(.init(dsn: dsn))
        try await leaving.register("leaving", data: [:])
        try await withTestEngine(Self.yaml(dsn), registry: Self.registry, environment: Self.environment) { engine in
            _ = try await engine.service(StateMachineEngine.self).create("job", id: "j", data: [:])
            try await leaving.commit(StoreTransaction([.enqueueWork(Self.work(of: "leaving"))]))
            // The node looks once when it begins to listen; what comes later it can only be told.
            while try await leaving.nodes().count < 2 { await Task.yield() }
            try await leaving.leave("leaving")
            while try await leaving.workItem(id: "w") != nil { await Task.yield() }
        }
        await leaving.close()
    }

    @Test func aChangeOnAnotherNodeReachesWhoWatchesTheInstance() async throws {
        let dsn = try PostgreSQLServer.shared().database()
        try await withTestEngine(Self.yaml(dsn), registry: Self.registry, environment: Self.environment) { one in
            try await withTestEngine(Self.yaml(dsn), registry: Self.registry, environment: Self.environment) { two in
                let (making, watching) = (
                    try one.service(StateMachineEngine.self), try two.service(StateMachineEngine.self)
                )
                _ = try await making.create("job", id: "j", data: [:])
                let heard = Heard()
                try await withThrowingTaskGroup(of: Void.self) { group in
                    group.addTask {
                        for await instance in watching.changes(of: "j") {
                            heard.instances.withLock { $0.append(instance) }
                        }
                        heard.isEnded.store(true, ordering: .relaxed)
                    }
                    // Until the other node knows that somebody watches.
                    while heard.instances.withLock({ $0.isEmpty }) { _ = try await making.fire("touch", on: "j") }
                    let last = try await making.fire("finish", on: "j")
                    while !heard.isEnded.load(ordering: .relaxed) { await Task.yield() }
                    #expect(heard.instances.withLock { $0.last } == last)
                    try await group.waitForAll()
                }
            }
        }
    }

    @Test func aNodeWhoseConnectionWasCutListensAgain() async throws {
        let server = try PostgreSQLServer.shared()
        let dsn = try server.database()
        let (teller, hearer) = (
            try await SQLStateStore.postgreSQL(.init(dsn: dsn)), try await SQLStateStore.postgreSQL(.init(dsn: dsn))
        )
        var news = try #require(hearer.notices()).makeAsyncIterator()
        #expect(await news.next() == .connected)
        var notice = StoreNotice(sender: "teller")
        notice.changed = ["\"quoted\" 'ä'"]
        try await teller.tell(notice)
        #expect(await news.next() == .notice(notice))
        let name = String(try #require(dsn.split(separator: "/").last))
        let listening = "datname = '\(name)' AND query LIKE 'LISTEN%'"
        try server.psql("postgres", "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE \(listening)")
        #expect(await news.next() == .disconnected)
        #expect(await news.next() == .connected)
        try await teller.tell(notice)
        #expect(await news.next() == .notice(notice))
        for store in [teller, hearer] { await store.close() }
        // Servers take note of the end of a connection a little later.
        let connections = "SELECT count(*) FROM pg_stat_activity WHERE datname = '\(name)'"
        while try server.psql("postgres", connections) != "0" { await Task.yield() }
    }

    @Test func withoutListeningNobodyIsTold() async throws {
        var configuration = PostgreSQLDatabase.Configuration(dsn: try PostgreSQLServer.shared().database())
        configuration.listens = false
        let store = try await SQLStateStore.postgreSQL(configuration)
        #expect(store.notices() == nil)
        await store.close()
    }
}
#endif
