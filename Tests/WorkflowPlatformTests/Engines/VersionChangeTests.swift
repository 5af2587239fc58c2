import Synchronization
import Testing
import WorkflowCore
import WorkflowPlatform
import WorkflowTesting

/// Deploying one version after another.
@Suite struct VersionChangeTests {
    @Test func `No request fails while versions follow one another`() async throws {
        try await withEngines { engines in
            try await engines.manager.deploy(try deployment("a", version: 1, saying("1")))
            let load = Load()
            try await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 0..<4 { group.addTask { await load.run(engines) } }
                for version in 2...8 {
                    let status = try await engines.manager.deploy(
                        try deployment("a", version: version, saying("\(version)")))
                    #expect(status.version == version)
                    // What begins from here on is answered by the new version.
                    #expect(try await engines.get("/w/a/hello").body == "\(version)")
                }
                load.end()
                try await group.waitForAll()
            }
            #expect(load.failures == [])
            #expect(load.bodies.count > 1)
        }
    }

    /// Requests without end.
    private final class Load: Sendable {
        private struct State {
            var isOver = false
            var bodies: Set<String> = []
            var failures: [String] = []
        }

        private let state = Mutex(State())

        var bodies: Set<String> { state.withLock { $0.bodies } }
        var failures: [String] { state.withLock { $0.failures } }
        private var isOver: Bool { state.withLock { $0.isOver } }

        func end() { state.withLock { $0.isOver = true } }

        func run(_ engines: EngineFixture) async {
            while !isOver {
                do {
                    let answer = try await engines.get("/w/a/hello")
                    state.withLock { state in
                        state.bodies.insert(answer.body)
                        if answer.status != 200 { state.failures.append("\(answer.status) \(answer.body)") }
                    }
                } catch {
                    state.withLock { $0.failures.append("\(error)") }
                }
            }
        }
    }

    @Test func `A request ends with the version that it began with`() async throws {
        try await withEngines { engines in
            let held = application("type: test.held\n    config: {gate: version, says: old}")
            try await engines.manager.deploy(try deployment("a", version: 1, held))
            async let begun = engines.get("/w/a/hello")
            try await until { HeldRequests.gate("version").waitingCount == 1 }
            try await engines.manager.deploy(try deployment("a", version: 2, saying("new")))
            #expect(try await engines.get("/w/a/hello").body == "new")
            HeldRequests.gate("version").open()
            #expect(try await begun.body == "old")
        }
    }

    @Test func `A version that is wrong leaves the one before`() async throws {
        try await withEngines { engines in
            try await engines.manager.deploy(try deployment("a", version: 1, saying("good")))
            let error = await #expect(throws: DeploymentError.self) {
                try await engines.manager.deploy(try deployment("a", version: 2, "modules: [{name: x, type: nothing}]"))
            }
            #expect(error?.code == .invalid)
            #expect(error?.issues.first?.message == "unknown module type \"nothing\"")
            let broken = fragile("bad", "fails: prepare")
            let second = await #expect(throws: DeploymentError.self) {
                try await engines.manager.deploy(try deployment("a", version: 3, broken))
            }
            #expect(second?.code == .unavailable)
            #expect(second?.message == "f (test.fragile): It cannot be had.")
            let status = try #require(await engines.manager.status(of: workflowID("a")))
            #expect(status.state == .running)
            #expect(status.version == 1)
            #expect(status.nextVersion == nil)
            #expect(status.lastError == "version 3: f (test.fragile): It cannot be had.")
            #expect(try await engines.get("/w/a/hello").body == "good")
        }
    }

    @Test func `Deployments of one workflow follow one another`() async throws {
        try await withEngines { engines in
            try await withThrowingTaskGroup(of: Void.self) { group in
                for version in 1...5 {
                    group.addTask {
                        try await engines.manager.deploy(try deployment("a", version: version, saying("\(version)")))
                    }
                }
                try await group.waitForAll()
            }
            let status = try #require(await engines.manager.status(of: workflowID("a")))
            #expect(status.state == .running)
            #expect(try await engines.get("/w/a/hello").body == "\(status.version ?? 0)")
            #expect(await engines.manager.statuses().count == 1)
        }
    }

    @Test func `A deployment outlives the caller that began it`() async throws {
        try await withEngines { engines in
            let caller = Task { try await engines.manager.deploy(try deployment("a", saying("hello"))) }
            caller.cancel()
            _ = await caller.result
            let status = try #require(await engines.manager.status(of: workflowID("a")))
            #expect(status.state == .running)
            #expect(try await engines.get("/w/a/hello").body == "hello")
        }
    }

    @Test func `A version that fails after the change is taken back, with its path and limits`() async throws {
        let clock = TestClock()
        var settings = engineSettings(clock: clock)
        settings.reloadPolicy = ReloadPolicy(observation: .seconds(10), minimumRequests: 3)
        try await withEngines(settings: settings) { engines in
            let id = try workflowID("a")
            try await engines.manager.deploy(try deployment("a", version: 1, saying("good")))
            var failing = try deployment(
                "a", version: 2, application("type: http.handler\n    config: {status: 500}"))
            failing.mount = try DeploymentMount(path: "/w/moved")
            #expect(try await engines.manager.deploy(failing).version == 2)
            for _ in 0..<3 { #expect(try await engines.get("/w/moved/hello").status == 500) }
            try await until {
                clock.advance(by: .milliseconds(500))
                return await engines.manager.status(of: id)?.version == 1
            }
            let status = try #require(await engines.manager.status(of: id))
            #expect(status.state == .running)
            #expect(status.lastError?.hasPrefix("version 2 was taken back: ") == true)
            // The modules of the other version end at their own pace.
            try await until { try await engines.get("/w/a/hello").body == "good" }
            #expect(try await engines.get("/w/moved/hello").status == 404)
        }
    }

    @Test func `A version on another path is not on the one before any more`() async throws {
        try await withEngines { engines in
            try await engines.manager.deploy(try deployment("a", version: 1, saying("hello")))
            var moved = try deployment("a", version: 2, saying("hello"))
            moved.mount = try DeploymentMount(path: "/w/elsewhere")
            #expect(try await engines.manager.deploy(moved).paths == ["/w/elsewhere/"])
            #expect(try await engines.get("/w/elsewhere/hello").body == "hello")
            #expect(try await engines.get("/w/a/hello").status == 404)
        }
    }
}
