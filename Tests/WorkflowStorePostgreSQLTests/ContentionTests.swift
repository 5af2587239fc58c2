#if PostgreSQL
import Synchronization
import TestServices
import Testing
import WorkflowCore
import WorkflowModules
import WorkflowStorePostgreSQL
import WorkflowTesting

/// Many transitions of one instance at the same time, from several nodes.
@Suite(.serialized, .timeLimit(.minutes(2))) struct ContentionTests {
    private static let registry = ModuleRegistry([
        DatabaseModule.self, PersistenceStoreModule.self, StateMachineEngineModule.self,
        StateMachineWorkflowModule.self,
    ])

    private static func yaml(_ dsn: String, condition: String) -> String {
        """
        modules:
          - {name: db, type: database.workflow, config: {dsn: "\(dsn)", maxOpenConns: 4}}
          - {name: persistence, type: persistence.store}
          - {name: engine, type: statemachine.engine}
        workflows:
          statemachine:
            engine: engine
            definitions:
              - name: theatre
                initialState: open
                states: {open: , closed: {isFinal: true}}
                transitions:
                  book: {fromState: open, toState: open, \(condition)}
                  close: {fromState: open, toState: closed}
        """
    }

    /// Books seats from two nodes at once.
    ///
    /// - Returns: The errors, and the state at the end.
    private func book(
        _ seats: Int, condition: String
    ) async throws -> (errors: [WorkflowError], instance: StateMachineInstance?, history: Int) {
        let dsn = try PostgreSQLServer.shared().database()
        let yaml = Self.yaml(dsn, condition: condition)
        let environment = DatabaseFixture.environment
        return try await withTestEngine(yaml, registry: Self.registry, environment: environment) { one in
            try await withTestEngine(yaml, registry: Self.registry, environment: DatabaseFixture.environment) { two in
                let engines = [try one.service(StateMachineEngine.self), try two.service(StateMachineEngine.self)]
                _ = try await engines[0].create("theatre", id: "t", data: [:])
                let errors = try await withThrowingTaskGroup(of: WorkflowError?.self) { group in
                    for seat in 0..<seats {
                        group.addTask {
                            do {
                                _ = try await engines[seat % 2].fire("book", on: "t", data: ["seat\(seat)": true])
                                return nil
                            } catch let error as WorkflowError {
                                return error
                            }
                        }
                    }
                    return try await group.reduce(into: []) { $0 += [$1].compactMap(\.self) }
                }
                let store = try #require(one.runningGeneration?.store)
                let history = try await store.history(instanceID: "t", limit: 1000).count
                return (errors, try await engines[1].instance("t"), history)
            }
        }
    }

    @Test(arguments: ["data: {booked: true}", "condition: length(keys(data)) <= 1000"])
    func noneOfFiftyIsLostOrRefused(condition: String) async throws {
        let (errors, instance, history) = try await book(50, condition: condition)
        #expect(errors.isEmpty)
        #expect(instance?.data.filter { $0.key.hasPrefix("seat") }.count == 50)
        #expect(instance?.version == 51)
        #expect(history == 51)
    }

    @Test func aGuardLetsExactlyAsManyThroughAsItSays() async throws {
        let (errors, instance, history) = try await book(50, condition: "condition: length(keys(data)) <= 30")
        #expect(errors.count == 20)
        #expect(errors.allSatisfy { $0.code == .transitionRefused })
        #expect(errors.first?.message == "The condition of the transition \"book\" does not hold.")
        #expect(instance?.data.count == 30)
        #expect(history == 31)
    }

    @Test func ofManyThatLeaveAStateOneWins() async throws {
        let dsn = try PostgreSQLServer.shared().database()
        let yaml = Self.yaml(dsn, condition: "data: {}")
        try await withTestEngine(yaml, registry: Self.registry, environment: DatabaseFixture.environment) { one in
            try await withTestEngine(yaml, registry: Self.registry, environment: DatabaseFixture.environment) { two in
                let engines = [try one.service(StateMachineEngine.self), try two.service(StateMachineEngine.self)]
                _ = try await engines[0].create("theatre", id: "t", data: [:])
                let codes = await withTaskGroup(of: WorkflowError.Code?.self) { group in
                    for index in 0..<20 {
                        group.addTask {
                            do {
                                _ = try await engines[index % 2].fire("close", on: "t")
                                return nil
                            } catch { return (error as? WorkflowError)?.code }
                        }
                    }
                    return await group.reduce(into: []) { $0.append($1) }
                }
                #expect(codes.count { $0 == nil } == 1)
                #expect(codes.allSatisfy { [nil, .conflict, .transitionRefused].contains($0) })
            }
        }
    }
}
#endif
