import Testing
import WorkflowCore
import WorkflowTesting

@testable import WorkflowModules

/// Instances in a state that a new configuration makes final, or not final any more.
@Suite(.timeLimit(.minutes(1))) struct StateCompletionTests {
    private static func yaml(final: Set<String>) -> String {
        func state(_ name: String) -> String { "\(name): {isFinal: \(final.contains(name))}" }
        return """
            modules: [{name: machines, type: statemachine.engine}]
            workflows:
              statemachine:
                definitions:
                  - name: parcel
                    initialState: packed
                    states: {packed: , \(state("sent")), \(state("archived"))}
                    transitions:
                      send: {fromState: packed, toState: sent}
                      archive: {fromState: sent, toState: archived}
            """
    }

    /// A store that outlives the engine.
    private struct KeptStore: ForwardingStateStore {
        let base: any StateStore = InMemoryStateStore()
        var isShared = false
        func close() async {}
    }

    private static func create(_ app: TestApplication, _ ids: String...) async throws {
        for id in ids { _ = try await app.machine().create("parcel", id: id, data: [:], firing: "send") }
    }

    private static func open(_ app: TestApplication) throws -> Double {
        let metrics = try #require(app.engine.runningGeneration?.environment.metrics)
        return metrics.activeWorkflows.with("parcel").value
    }

    @Test func theyFollowAConfigurationThatWasChangedWhileNothingRan() async throws {
        let options = TestApplication.Options(store: KeptStore())
        func completed(_ ids: String...) async throws -> [Bool?] {
            var completed: [Bool?] = []
            for id in ids { completed.append(try await options.store.instance(id: id)?.completed) }
            return completed
        }
        try await TestApplication.run(Self.yaml(final: ["archived"]), options) { app async throws in
            try await Self.create(app, "a", "b", "c")
            _ = try await app.machine().fire("archive", on: "c")
            _ = try await app.machine().create("parcel", id: "d", data: [:])
        }
        #expect(try await completed("a", "b", "c", "d") == [false, false, true, false])
        try await TestApplication.run(Self.yaml(final: ["sent", "archived"]), options) { app async throws in
            #expect(try await completed("a", "b", "c", "d") == [true, true, true, false])
            #expect(try Self.open(app) == 1)
        }
        try await TestApplication.run(Self.yaml(final: []), options) { app async throws in
            #expect(try await completed("a", "b", "c", "d") == [false, false, false, false])
            #expect(try Self.open(app) == 4)
        }
    }

    @Test func theyFollowAReloadAndAlsoOneThatIsTakenBack() async throws {
        let clock = TestClock()
        try await TestApplication.run(Self.yaml(final: ["archived"]), .init(clock: clock)) { app async throws in
            try await Self.create(app, "a", "b")
            func reload(_ final: Set<String>, commit: @escaping @Sendable () async throws -> Void = {}) async throws {
                try await app.engine.reload(
                    try ApplicationConfiguration(yaml: Self.yaml(final: final)), commit: commit)
            }
            try await reload(["sent"])
            #expect(try await app.machine().instance("a")?.completed == true)
            #expect(try Self.open(app) == 0)
            try await reload([]) { throw WorkflowError(.unavailable, "told to fail") }
            #expect(app.engine.lastReload?.status == .refused)
            #expect(try await app.machine().instance("a")?.completed == true)
            #expect(try Self.open(app) == 0)
        }
    }

    @Test func whatTheConfigurationBeforeStillBringsThereFollowsWhenItHasEnded() async throws {
        let clock = TestClock()
        try await TestApplication.run(Self.yaml(final: ["archived"]), .init(clock: clock)) { app async throws in
            let earlier = try app.machine()
            try await app.engine.reload(try ApplicationConfiguration(yaml: Self.yaml(final: ["sent"])))
            _ = try await earlier.create("parcel", id: "a", data: [:], firing: "send")
            #expect(try await app.machine().instance("a")?.completed == false)
            try await withTimeLimit("the earlier configuration ends") {
                while try await app.machine().instance("a")?.completed == false {
                    try Task.checkCancellation()
                    clock.advanceToNextSleeper()
                    await Task.yield()
                }
            }
            #expect(try Self.open(app) == 0)
        }
    }

    @Test func whatItBringsThereFollowsAtTheNextStartWhenTheEngineStopsBefore() async throws {
        let options = TestApplication.Options(clock: TestClock(), store: KeptStore())
        try await TestApplication.run(Self.yaml(final: ["archived"]), options) { app async throws in
            let earlier = try app.machine()
            try await app.engine.reload(try ApplicationConfiguration(yaml: Self.yaml(final: ["sent"])))
            _ = try await earlier.create("parcel", id: "a", data: [:], firing: "send")
        }
        #expect(try await options.store.instance(id: "a")?.completed == false)
        try await TestApplication.run(Self.yaml(final: ["sent"]), options) { app async throws in
            #expect(try await app.machine().instance("a")?.completed == true)
        }
    }

    @Test func whatANodeWithAnEarlierConfigurationBringsThereFollows() async throws {
        let clock = TestClock()
        let options = TestApplication.Options(clock: clock, store: KeptStore(isShared: true))
        let (old, new) = (Self.yaml(final: ["archived"]), Self.yaml(final: ["sent"]))
        func isCompleted(_ id: String) async throws -> Bool? { try await options.store.instance(id: id)?.completed }
        try await TestApplication.run(old, options) { slow async throws in
            try await TestApplication.run(new, options) { _ async throws in
                try await Self.create(slow, "a", "b")
                #expect(try await isCompleted("a") == false)
            }
            try await TestApplication.run(new, options) { _ async throws in
                #expect(try await isCompleted("a") == true)
            }
            try await slow.engine.reload(try ApplicationConfiguration(yaml: new))
            try await Self.create(slow, "c")
            #expect(try await isCompleted("c") == true)
        }
    }

    @Test func aNodeThatFollowsOthersOpensWhatItHasCompletedBefore() async throws {
        let clock = TestClock()
        let options = TestApplication.Options(clock: clock, store: KeptStore(isShared: true))
        let (old, new) = (Self.yaml(final: ["sent"]), Self.yaml(final: ["archived"]))
        try await TestApplication.run(old, options) { slow async throws in
            try await TestApplication.run(new, options) { _ async throws in try await Self.create(slow, "a") }
            #expect(try await options.store.instance(id: "a")?.completed == true)
            try await slow.engine.reload(try ApplicationConfiguration(yaml: new))
            #expect(try await options.store.instance(id: "a")?.completed == false)
        }
    }
}
