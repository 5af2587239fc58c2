import Testing
import WorkflowCore

@testable import WorkflowPlatform

@Suite(.timeLimit(.minutes(5))) struct ActivityHubTests {
    private let hub = ActivityHub()

    @Test func whatHappensBetweenReadingAndWaitingIsNotLost() async throws {
        let workflow = try workflowID("a")
        let watch = hub.watch(.logs, of: workflow)
        hub.notify(.logs, of: workflow)
        hub.notify(.logs, of: workflow)
        #expect(await watch.next())
        async let next = watch.next()
        hub.notify(.logs, of: workflow)
        #expect(await next)
    }

    @Test func onlyWhatIsWatchedWakes() async throws {
        let watch = hub.watch(.logs, of: try workflowID("a"))
        hub.notify(.executions, of: try workflowID("a"))
        hub.notify(.logs, of: try workflowID("b"))
        let waiting = Task { await watch.next() }
        waiting.cancel()
        #expect(await waiting.value == false)
    }

    @Test func everybodyWhoWatchesWakes() async throws {
        let workflow = try workflowID("a")
        let watches = (0..<3).map { _ in hub.watch(.executions, of: workflow) }
        hub.notify(.executions, of: workflow)
        for watch in watches { #expect(await watch.next()) }
    }

    @Test func aWatchEndsWhenItIsDropped() async throws {
        let workflow = try workflowID("a")
        do {
            let watch = hub.watch(.logs, of: workflow)
            #expect(hub.watchCount == 1)
            withExtendedLifetime(watch) {}
        }
        #expect(hub.watchCount == 0)
        hub.notify(.logs, of: workflow)
    }
}
