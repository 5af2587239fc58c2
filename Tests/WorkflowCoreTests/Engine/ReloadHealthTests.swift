import Synchronization
import Testing
import WorkflowTesting

@testable import WorkflowCore

@Suite(.timeLimit(.minutes(1))) struct ReloadHealthTests {
    private let one = "modules: [{name: kept, type: kept}, {name: h, type: health, config: {port: 1}}]"
    private let two = "modules: [{name: kept, type: kept}, {name: h, type: health, config: {port: 2}}]"

    @Test func modulesThatDoNotBecomeHealthyNeverTakeOver() async throws {
        try await ReloadFixture.run(one) { app async throws in
            app.probe.illPorts.withLock { $0 = [2] }
            let reload = Task { try await app.reload(two) }
            try await app.advance { app.engine.lastReload != nil }
            let report = try await reload.value
            #expect(report.status == .refused)
            #expect(report.reason == "The new configuration does not become healthy: h: port 2 is ill")
            #expect(app.engine.runningGeneration?.number == 1)
            #expect(app.probe.journal.modules("activate") == ["kept", "h"])
        }
    }

    @Test func whatWasIllBeforeIsNoReasonToRefuse() async throws {
        try await ReloadFixture.run(one) { app async throws in
            app.probe.illPorts.withLock { $0 = [1, 2] }
            #expect(try await app.reload(two).status == .reloaded)
        }
    }

    @Test func theOldModulesTakeOverAgainWhenTheNewOnesFallIll() async throws {
        try await ReloadFixture.run(one) { app async throws in
            let kept = try app.engine.service(KeptProbe.self)
            #expect(try await app.reload(two).status == .reloaded)
            #expect(kept.context.generation.number == 2)
            app.probe.illPorts.withLock { $0 = [2] }
            try await app.advance { app.engine.lastReload?.status == .rolledBack }
            let report = try #require(app.engine.lastReload)
            #expect(report.reason == "h: port 2 is ill")
            #expect(report.generation == 1)
            #expect(app.engine.runningGeneration?.number == 1)
            #expect(app.engine.runningGeneration?.isReady == true)
            #expect(kept.context.generation.number == 1)
            try await app.wait { app.probe.journal.modules("shutdown") == ["h"] }
            // Another one goes on from there.
            app.probe.illPorts.withLock { $0 = [] }
            #expect(try await app.reload(two).status == .reloaded)
            #expect(app.engine.runningGeneration?.number == 3)
        }
    }

    @Test func oneBadLookIsNoReason() async throws {
        try await ReloadFixture.run(one) { app async throws in
            try await app.reload(two)
            app.probe.illPorts.withLock { $0 = [2] }
            app.clock.advance(by: .milliseconds(500))
            try await app.wait { app.clock.nextDeadline != nil }
            app.probe.illPorts.withLock { $0 = [] }
            try await app.advance { app.probe.journal.modules("shutdown") == ["h"] }
            #expect(app.engine.lastReload?.status == .reloaded)
            #expect(app.engine.runningGeneration?.number == 2)
        }
    }

    @Test func serverErrorsBringTheOldModulesBack() async throws {
        try await ReloadFixture.run(one) { app async throws in
            try await app.reload(two)
            let outcomes = try #require(app.engine.runningGeneration?.outcomes)
            for _ in 0..<15 { outcomes.count(isFailure: true) }
            for _ in 0..<10 { outcomes.count(isFailure: false) }
            try await app.advance { app.engine.lastReload?.status == .rolledBack }
            #expect(app.engine.lastReload?.reason == "60 % of the requests failed with a server error")
        }
    }

    @Test func fewErrorsAreNoReason() async throws {
        try await ReloadFixture.run(one) { app async throws in
            try await app.reload(two)
            let outcomes = try #require(app.engine.runningGeneration?.outcomes)
            for _ in 0..<19 { outcomes.count(isFailure: true) }
            try await app.advance { app.probe.journal.modules("shutdown") == ["h"] }
            #expect(app.engine.lastReload?.status == .reloaded)
        }
    }

    @Test func errorsThatWereThereBeforeAreNoReason() async throws {
        try await ReloadFixture.run(one) { app async throws in
            let before = try #require(app.engine.runningGeneration?.outcomes)
            for _ in 0..<20 { before.count(isFailure: true) }
            try await app.reload(two)
            let outcomes = try #require(app.engine.runningGeneration?.outcomes)
            for _ in 0..<20 { outcomes.count(isFailure: true) }
            try await app.advance { app.probe.journal.modules("shutdown") == ["h"] }
            #expect(app.engine.lastReload?.status == .reloaded)
        }
    }
}
