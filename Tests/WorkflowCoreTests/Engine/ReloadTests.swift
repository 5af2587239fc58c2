import Synchronization
import Testing
import WorkflowTesting

@testable import WorkflowCore

@Suite(.timeLimit(.minutes(1))) struct ReloadTests {
    @Test func makesChangedModulesAnewAndKeepsOthers() async throws {
        try await ReloadFixture.run(
            """
            modules:
              - {name: kept, type: kept, config: {port: 1}}
              - {name: other, type: kept, config: {port: 1}}
              - {name: plain, type: probe}
            """
        ) { app async throws in
            let report = try await app.reload(
                """
                modules:
                  - {name: kept, type: kept, config: {port: 1}}
                  - {name: other, type: kept, config: {port: 2}}
                  - {name: plain, type: probe}
                  - {name: added, type: probe}
                """)
            #expect(report.status == .reloaded)
            #expect(report.generation == 2)
            #expect(report.plan?.carriedOver == ["kept"])
            #expect(app.probe.journal.modules("prepare") == ["kept", "other", "plain", "other", "plain", "added"])
            #expect(app.probe.journal.modules("join") == ["kept", "other", "kept", "other"])
            #expect(app.probe.journal.modules("check").contains("kept in 2"))
            #expect(app.probe.journal.modules("shutdown").isEmpty, "those before stay ready for a while")
            app.clock.advance(by: .seconds(60))
            try await app.wait { app.probe.journal.modules("shutdown").count >= 2 }
            #expect(app.probe.journal.modules("shutdown") == ["plain", "other"])
            #expect(app.engine.modules.map(\.generation) == [1, 2, 2, 2])
        }
    }

    @Test func aKeptModuleShowsTheGenerationThatIsActive() async throws {
        let yaml = "modules: [{name: kept, type: kept}, {name: other, type: probe, config: {port: PORT}}]"
        try await ReloadFixture.run(yaml.replacing("PORT", with: "1")) { app async throws in
            let kept = try #require(app.engine.runningGeneration?.services.find(KeptProbe.self, named: "kept"))
            func port() -> Int? {
                kept.context.services.find(ResidentProbe.self, named: "other")?.configuration.port
            }
            #expect(port() == 1)
            for number in 2...5 {
                try await app.reload(yaml.replacing("PORT", with: "\(number)"))
                #expect(port() == number)
                #expect(kept.context.generation.number == number)
                #expect(app.engine.runningGeneration?.healthChecks.map(\.name) == ["kept"])
            }
        }
    }

    @Test func earlierGenerationsGoAway() async throws {
        let yaml = """
            modules: [{name: kept, type: kept}, {name: other, type: probe, config: {port: PORT}}]
            workflows: {flow: {}}
            """
        try await ReloadFixture.run(yaml.replacing("PORT", with: "1")) { app async throws in
            for number in 2...20 { try await app.reload(yaml.replacing("PORT", with: "\(number)")) }
            app.clock.advance(by: .seconds(60))
            try await app.wait { app.probe.liveModules <= 3 }
            #expect(app.probe.journal.modules("shutdown").count == 19 * 2)
            #expect(Set(app.probe.journal.modules("run")) == ["kept", "other", "flow"])
            #expect(app.probe.journal.modules("run").count - app.probe.journal.modules("end").count == 3)
        }
    }

    @Test(arguments: [
        "modules: [{name: a, type: probe}]",
        "# the same\nmodules:\n  - type: probe\n    name: a\n    config: {}\n",
    ])
    func theSameMeaningIsNoReload(yaml: String) async throws {
        try await ReloadFixture.run("modules: [{name: a, type: probe, config: {}}]") { app async throws in
            let isSame = try ApplicationConfiguration(yaml: yaml).hash == app.engine.configuration.hash
            let report = try await app.reload(yaml)
            #expect(report.status == (isSame ? .unchanged : .reloaded))
            #expect(isSame || yaml.count < 40, "an absent config is another text than an empty one")
        }
    }

    @Test func aModuleWhoseFileHasChangedIsMadeAnewAlthoughTheConfigurationIsTheSame() async throws {
        let yaml = "modules: [{name: kept, type: kept}]"
        try await ReloadFixture.run(yaml) { app async throws in
            #expect(try await app.reload(yaml).status == .unchanged)
            let kept = try app.engine.service(KeptProbe.self)
            kept.isOutdated.store(true, ordering: .relaxed)
            #expect(try await app.reload(yaml).status == .reloaded)
            #expect(try app.engine.service(KeptProbe.self) !== kept)
        }
    }

    @Test(arguments: ["init", "validate", "prepare", "activate"])
    func aConfigurationThatFailsNeverTakesOver(part: String) async throws {
        try await ReloadFixture.run(
            "modules: [{name: kept, type: kept}, {name: a, type: probe}]"
        ) { app async throws in
            let report = try await app.reload(
                "modules: [{name: kept, type: kept}, {name: a, type: probe, config: {fail: \(part)}}]")
            #expect(report.status == .refused)
            #expect(report.reason != nil)
            #expect(report.issues.isEmpty == (part == "prepare" || part == "activate"))
            #expect(report.generation == 1)
            #expect(app.engine.runningGeneration?.number == 1)
            #expect(app.engine.runningGeneration?.isReady == true)
            let journal = app.probe.journal
            #expect(journal.modules("shutdown") == (part == "init" || part == "validate" ? [] : ["a"]))
            #expect(journal.modules("run").count - journal.modules("end").count == 2, "the old ones go on")
            let kept = try app.engine.service(KeptProbe.self)
            #expect(kept.context.generation.number == 1)
            let next = try await app.reload("modules: [{name: kept, type: kept}]")
            #expect(next.status == .reloaded)
            // One that has not come as far as taking over leaves its number to the next.
            #expect(next.generation == (part == "activate" ? 3 : 2))
        }
        // And everything is shut down in the end.
    }

    @Test func anErrorIsToldWithItsPlace() async throws {
        try await ReloadFixture.run("modules: [{name: a, type: probe}]") { app async throws in
            let report = try await app.reload("modules:\n  - {name: a, type: prob}\n")
            #expect(report.status == .refused)
            #expect(report.issues.map(\.description).first?.contains("<config>:2:") == true)
            #expect(app.engine.lastReload == report)
        }
    }

    @Test func reloadsFollowOneAnother() async throws {
        try await ReloadFixture.run("modules: [{name: a, type: probe, config: {port: 1}}]") { app async throws in
            let reports = try await withThrowingTaskGroup(of: ReloadReport.self) { group in
                for number in 2...9 {
                    group.addTask {
                        try await app.reload("modules: [{name: a, type: probe, config: {port: \(number)}}]")
                    }
                }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(reports.map(\.generation).sorted() == Array(2...9))
            #expect(app.engine.runningGeneration?.number == 9)
        }
    }

    @Test func aStopDuringAReloadTakesTheNewModulesBack() async throws {
        try await ReloadFixture.run("modules: [{name: a, type: probe}]") { app async throws in
            let gate = TestGate()
            app.probe.on("prepare b") { try await gate.wait() }
            let reload = Task { try await app.reload("modules: [{name: b, type: probe}]") }
            try await app.wait { gate.waitingCount > 0 }
            let stop = Task { await app.engine.stop() }
            try await app.wait { app.engine.runningGeneration == nil }
            gate.open()
            await #expect(throws: WorkflowError.self) { try await reload.value }
            await stop.value
            #expect(Set(app.probe.journal.modules("shutdown")) == ["a", "b"])
            #expect(app.probe.liveModules == 0)
        }
    }

    @Test func theStoreIsNotExchanged() async throws {
        let registry = ModuleRegistry([ResidentProbe.self, StoreProbe.self])
        try await ReloadFixture.run("modules: [{name: a, type: probe}]", registry: registry) { app async throws in
            let report = try await app.reload("modules: [{name: a, type: probe}, {name: db, type: store}]")
            #expect(report.status == .refused)
            #expect(report.issues.first?.message == "the state store cannot be exchanged while the application runs")
        }
    }
}
