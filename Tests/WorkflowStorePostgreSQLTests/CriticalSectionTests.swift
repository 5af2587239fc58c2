#if PostgreSQL
import Foundation
import Synchronization
import TestServices
import Testing
import WorkflowCore
import WorkflowModules
import WorkflowStore
import WorkflowStorePostgreSQL
import WorkflowTesting

/// Runs of hooks that are alone in their critical sections, on all nodes.
@Suite(.serialized, .timeLimit(.minutes(2))) struct CriticalSectionTests {
    /// A handler that notes how many of its runs go on at the same time.
    private struct Counter: WorkflowModule {
        static let descriptor = ModuleDescriptor(type: "test.counter", summary: "Counts its runs.")

        final class Runs: Sendable {
            struct State {
                var running: [String: Int] = [:]
                var most: [String: Int] = [:]
                var total = 0
                /// Whether a run goes on until another one has been there at the same time.
                var waitsForAnother = false
            }

            let state = Mutex(State())
        }

        static let runs = Runs()

        init(configuration: EmptyConfiguration, context: ModuleContext) {
            context.generation.handlers.add(.step(Step()), name: context.name)
        }

        struct Step: ProcessingStep {
            let policy = StepPolicy(successTransition: "finish")

            func execute(_ invocation: StepInvocation) async throws -> JSONObject {
                let sku = invocation.data["sku"]?.stringValue ?? ""
                let waitsForAnother = Counter.runs.state.withLock { state in
                    state.running[sku, default: 0] += 1
                    state.most[sku] = max(state.most[sku] ?? 0, state.running[sku] ?? 0)
                    state.total += 1
                    return state.waitsForAnother
                }
                if waitsForAnother {
                    while Counter.runs.state.withLock({ $0.most[sku] ?? 0 }) < 2 {
                        try Task.checkCancellation()
                        await Task.yield()
                    }
                } else {
                    for _ in 0..<200 { await Task.yield() }
                }
                Counter.runs.state.withLock { $0.running[sku, default: 0] -= 1 }
                return [:]
            }
        }
    }

    private static let registry = ModuleRegistry([
        DatabaseModule.self, PersistenceStoreModule.self, StateMachineEngineModule.self,
        StateMachineWorkflowModule.self, Counter.self,
    ])

    private static func yaml(_ dsn: String, section: String) -> String {
        """
        modules:
          - {name: db, type: database.workflow, config: {dsn: "\(dsn)", maxOpenConns: 4}}
          - {name: persistence, type: persistence.store}
          - {name: engine, type: statemachine.engine}
          - {name: counter, type: test.counter}
        workflows:
          statemachine:
            engine: engine
            definitions:
              - name: order
                initialState: new
                states: {new: , reserved: , done: {isFinal: true}}
                transitions:
                  reserve: {fromState: new, toState: reserved}
                  finish: {fromState: reserved, toState: done}
            hooks:
              - {transitions: [reserve], handler: counter\(section)}
        """
    }

    /// Reserves 40 orders of two goods on two nodes, and waits until all are done.
    ///
    /// - Returns: How many runs went on at once for each of the goods, at most.
    private func reserve(section: String) async throws -> [String: Int] {
        let yaml = Self.yaml(try PostgreSQLServer.shared().database(), section: section)
        Counter.runs.state.withLock { $0 = .init(waitsForAnother: section.isEmpty) }
        return try await withTestEngine(yaml, registry: Self.registry, environment: DatabaseFixture.environment) {
            one in
            try await withTestEngine(yaml, registry: Self.registry, environment: DatabaseFixture.environment) { two in
                let engines = [try one.service(StateMachineEngine.self), try two.service(StateMachineEngine.self)]
                for index in 0..<40 {
                    let data: JSONObject = ["sku": .string("sku\(index / 2 % 2)")]
                    _ = try await engines[index % 2].create("order", id: "\(index)", data: data, firing: "reserve")
                }
                let store = try #require(one.runningGeneration?.store)
                while try await !store.openInstanceCounts().isEmpty { await Task.yield() }
                return Counter.runs.state.withLock { state in
                    #expect(state.total == 40)
                    return state.most
                }
            }
        }
    }

    @Test func oneRunAtATimeGoesOnForEachName() async throws {
        #expect(try await reserve(section: ", criticalSection: \"'stock-' + sku\"") == ["sku0": 1, "sku1": 1])
    }

    @Test func withoutASectionSeveralDo() async throws {
        #expect(try await reserve(section: "").values.allSatisfy { $0 > 1 })
    }

    @Test func aSectionIsFreeAgainWhenACallerWasCancelledOnTheWayIn() async throws {
        let store = try await SQLStateStore.postgreSQL(.init(dsn: try PostgreSQLServer.shared().database()))
        for round in 0..<200 {
            let caller = Task { try await store.enterSection("stock-a", within: .seconds(30), lost: {}) }
            for _ in 0..<round * 5 { await Task.yield() }
            caller.cancel()
            if case .success(let leave?) = await caller.result { await leave() }
        }
        let leave = try #require(try await store.enterSection("stock-a", within: .seconds(5), lost: {}))
        await leave()
        await store.close()
    }

    @Test func withoutAConnectionTheErrorSaysSo() async throws {
        let dsn = try PostgreSQLServer.shared().database()
        var configuration = PostgreSQLDatabase.Configuration(dsn: dsn)
        configuration.maximumConnections = 1
        let store = try await SQLStateStore.postgreSQL(configuration)
        let leave = try #require(try await store.enterSection("stock-a", within: .seconds(5), lost: {}))
        let error = await #expect(throws: StoreError.self) {
            _ = try await store.enterSection("stock-b", within: .milliseconds(10), lost: {})
        }
        #expect("\(error as Any)".contains("no connection to the database was free for the lock"))
        await leave()
        await store.close()
    }

    @Test func aSectionIsFreeAgainWhenItWasLeft() async throws {
        let dsn = try PostgreSQLServer.shared().database()
        let store = try await SQLStateStore.postgreSQL(.init(dsn: dsn))
        let leave = try #require(try await store.enterSection("stock-a", within: .seconds(5), lost: {}))
        #expect(try await store.enterSection("stock-a", within: .milliseconds(50), lost: {}) == nil)
        let other = try #require(try await store.enterSection("stock-b", within: .seconds(5), lost: {}))
        await leave()
        let again = try #require(try await store.enterSection("stock-a", within: .seconds(5), lost: {}))
        for leave in [other, again] { await leave() }
        await store.close()
    }

    @Test func whoIsCancelledWaitsNoLonger() async throws {
        let store = try await SQLStateStore.postgreSQL(.init(dsn: try PostgreSQLServer.shared().database()))
        let leave = try #require(try await store.enterSection("s", within: .seconds(5), lost: {}))
        let waiting = Task { try await store.enterSection("s", within: .seconds(600), lost: {}) != nil }
        for _ in 0..<1000 { await Task.yield() }
        waiting.cancel()
        await #expect(throws: CancellationError.self) { try await waiting.value }
        await leave()
        await store.close()
    }

    @Test func aSectionEndsWithItsConnection() async throws {
        let server = try PostgreSQLServer.shared()
        let dsn = try server.database()
        let name = String(try #require(dsn.split(separator: "/").last))
        let store = try await SQLStateStore.postgreSQL(.init(dsn: dsn))
        let (losses, loss) = AsyncStream.makeStream(of: Void.self)
        let leave = try #require(try await store.enterSection("s", within: .seconds(5)) { loss.yield() })
        let holder = "SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory'"
        try server.psql(name, "\(holder) AND database = (SELECT oid FROM pg_database WHERE datname = '\(name)')")
        var iterator = losses.makeAsyncIterator()
        _ = await iterator.next()
        let other = try #require(try await store.enterSection("s", within: .seconds(5), lost: {}))
        for leave in [leave, other] { await leave() }
        await store.close()
    }
}
#endif
