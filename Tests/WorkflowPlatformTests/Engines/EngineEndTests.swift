#if SQLite
import Testing
import WorkflowCore
import WorkflowPlatform
import WorkflowTesting

/// What is left when a workflow does not run any more.
@Suite struct EngineEndTests {
    @Test func `A start that fails leaves nothing behind`() async throws {
        try await withStateFolder { folder in
            try await withEngines(provider: FolderStores(folder: folder)) { engines in
                let broken = fragile("bad", "fails: prepare")
                await #expect(throws: DeploymentError.self) {
                    try await engines.manager.deploy(try deployment("a", version: 1, broken))
                }
                #expect(await engines.manager.status(of: try workflowID("a"))?.state == .failed)
                #expect(try await engines.get("/w/a/hello").status == 404)
                // The path is free, and so is the store.
                var other = try deployment("b", saying("other"))
                other.mount = try DeploymentMount(path: "/w/a")
                try await engines.manager.deploy(other)
                #expect(try await engines.get("/w/a/hello").body == "other")
                await engines.manager.stop(try workflowID("b"))
                try await engines.manager.deploy(try deployment("a", version: 2, saying("good")))
                #expect(try await engines.get("/w/a/hello").body == "good")
            }
        }
    }

    @Test func `A stop waits for requests and really ends`() async throws {
        try await withStateFolder { folder in
            let provider = FolderStores(folder: folder)
            try await withEngines(provider: provider) { engines in
                let held = application("type: test.held\n    config: {gate: stop, says: done}")
                try await engines.manager.deploy(try deployment("a", held))
                async let begun = engines.get("/w/a/hello")
                try await until { HeldRequests.gate("stop").waitingCount == 1 }
                let id = try workflowID("a")
                async let stopped = engines.manager.stop(id)
                try await until { await engines.manager.status(of: id)?.state == .stopping }
                HeldRequests.gate("stop").open()
                #expect(try await begun.body == "done")
                #expect(await stopped?.state == .stopped)
                #expect(try await engines.get("/w/a/hello").status == 404)
                // Nobody holds the store any more.
                let store = try await provider.openStore(of: DeploymentKey(id))
                await store.close()
                #expect(await engines.manager.stop(try workflowID("nobody")) == nil)
            }
        }
    }
}
#endif
