#if PostgreSQL && canImport(Glibc)
import Foundation
import TestServices
import Testing
import WorkflowCore
import WorkflowModules
import WorkflowStore
import WorkflowStorePostgreSQL
import WorkflowTesting

/// What callers get when the answer to their commit is lost.
@Suite(.serialized, .timeLimit(.minutes(2))) struct LostCommitTests {

    private static func record(_ version: Int64) -> StoreTransaction {
        StoreTransaction([
            .appendHistory(
                TransitionRecord(
                    instanceID: "i", version: version, transition: "go", fromState: "a", toState: "b",
                    timestamp: Timestamp(seconds: 1)))
        ])
    }

    /// A store behind a proxy.
    private func run(
        on server: PostgreSQLServer, _ body: (SQLStateStore, CuttingProxy) async throws -> Void
    ) async throws {
        let dsn = try server.database()
        let proxy = try CuttingProxy(to: server.port)
        defer { proxy.close() }
        var configuration = PostgreSQLDatabase.Configuration(
            dsn: dsn.replacingOccurrences(of: ":\(server.port)/", with: ":\(proxy.port)/"))
        configuration.maximumConnections = 1
        let store = try await SQLStateStore.postgreSQL(configuration)
        try await body(store, proxy)
        await store.close()
    }

    private func versions(_ store: SQLStateStore) async throws -> [Int64] {
        try await store.history(instanceID: "i", limit: 100).map(\.version)
    }

    @Test func aCommitThatTookEffectIsNoError() async throws {
        try await run(on: .shared()) { store, proxy in
            for version in 1...5 {
                proxy.cutNext(.answer)
                try await store.commit(Self.record(Int64(version)))
            }
            #expect(proxy.cuts == 5)
            #expect(try await versions(store) == [1, 2, 3, 4, 5])
        }
    }

    @Test func aCommitThatDidNotArriveIsMadeAgain() async throws {
        try await run(on: .shared()) { store, proxy in
            for version in 1...3 {
                proxy.cutNext(.commit)
                try await store.commit(Self.record(Int64(version)))
            }
            #expect(proxy.cuts == 3)
            #expect(try await versions(store) == [1, 2, 3])
        }
    }

    @Test func aDecisionAboutALockedInstanceIsMadeOnce() async throws {
        try await run(on: .shared()) { store, proxy in
            let now = Timestamp(seconds: 1)
            let instance = StateMachineInstance(
                id: "i", workflowType: "w", currentState: "a", startTime: now, lastUpdated: now)
            try await store.commit(StoreTransaction([.createInstance(instance)]))
            for cut in [CuttingProxy.Cut.answer, .commit] {
                proxy.cutNext(cut)
                try await store.commit(locking: "i") { instance in
                    StoreTransaction(instance.map { [.updateInstance($0, expectedVersion: $0.version)] } ?? [])
                }
            }
            #expect(proxy.cuts == 2)
            #expect(try await store.instance(id: "i")?.version == 3)
        }
    }

    @Test(arguments: [CuttingProxy.Cut.answer, .commit])
    func aStatementOfAnotherModuleTakesEffectOnce(_ cut: CuttingProxy.Cut) async throws {
        let server = try PostgreSQLServer.shared()
        let dsn = try server.database()
        let proxy = try CuttingProxy(to: server.port)
        defer { proxy.close() }
        let address = dsn.replacingOccurrences(of: ":\(server.port)/", with: ":\(proxy.port)/")
        try await DatabaseFixture.run(address, extra: ", maxOpenConns: 1") { database in
            _ = try await database.execute(SQLCommand("CREATE TABLE public.items (id int)"))
            proxy.cutNext(cut)
            #expect(try await database.execute(SQLCommand("INSERT INTO public.items VALUES (1), (2)")) == 2)
            #expect(
                try await database.query(SQLCommand("SELECT id FROM public.items"), rowLimit: 9).rows == [[1], [2]])
        }
        #expect(proxy.cuts == 1)
    }

    @Test func whatNobodyCanTellIsAnError() async throws {
        try await run(on: .shared()) { store, proxy in
            proxy.cutNext(.answer, thenRefusing: true)
            let error = await #expect(throws: StoreError.self) { try await store.commit(Self.record(1)) }
            #expect(error?.code == .unavailable)
            let text = error?.message ?? ""
            #expect(text.hasSuffix("; whether the transaction took effect is not known"), "\(text)")
        }
    }

    @Test func aServerThatIsStartedAgainStillKnows() async throws {
        let server = try PostgreSQLServer()
        try server.start()
        defer { server.remove() }
        try await run(on: server) { store, proxy in
            proxy.cutNext(.answer) {
                server.stop()
                do { try server.start() } catch { Issue.record(error) }
            }
            try await store.commit(Self.record(1))
            #expect(try await versions(store) == [1])
        }
    }

    @Test func aServerThatCrashedIsNotBelieved() async throws {
        let server = try PostgreSQLServer()
        try server.start()
        defer { server.remove() }
        try await run(on: server) { store, proxy in
            proxy.cutNext(.answer) {
                server.stop(immediately: true)
                do { try server.start() } catch { Issue.record(error) }
            }
            let error = await #expect(throws: StoreError.self) { try await store.commit(Self.record(1)) }
            #expect(error?.message.hasSuffix("whether the transaction took effect is not known") == true)
            let versions = try await versions(store)
            #expect(versions == [1])
        }
    }
}
#endif
