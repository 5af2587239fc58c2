import HTTPTypes
import Logging
import Synchronization
import Testing
import WorkflowCore
import WorkflowStore
import WorkflowTesting

@testable import WorkflowPlatform

/// When streams end.
@Suite(.timeLimit(.minutes(2))) struct StreamEndTests {
    private func path(_ tenant: TestTenant) -> String { "/workflows/\(tenant.workflow)/logs/stream" }

    /// What ends the right of a reader, and what the stream says then.
    enum Loss: CaseIterable {
        case session, membership, workflow, company

        var reason: JSONValue {
            switch self {
            case .session: "The session has ended, or the API key was withdrawn."
            case .membership: "You may not see this any more."
            case .workflow, .company: "The workflow was removed."
            }
        }

        func happen(_ tenant: TestTenant, _ test: TestPlatform) async throws -> TestAnswer {
            let owner = tenant.token(.owner)
            switch self {
            case .session: return try await test.send(.post, "/auth/logout", token: tenant.token(.viewer))
            case .membership:
                let path = "/companies/\(tenant.company)/members/\(tenant.id(.viewer))"
                return try await test.send(.delete, path, token: owner)
            case .workflow: return try await test.send(.delete, "/workflows/\(tenant.workflow)", token: owner)
            case .company: return try await test.send(.delete, "/companies/\(tenant.company)", token: owner)
            }
        }
    }

    @Test(arguments: Loss.allCases)
    func aReaderWhoLosesTheRightSeesNothingMore(loss: Loss) async throws {
        try await TestPlatform.withTenant { test, tenant in
            try await test.withStream(path(tenant), token: tenant.token(.viewer)) { (stream) async throws in
                await stream.untilBegun()
                #expect(try await loss.happen(tenant, test).status / 100 == 2)
                test.clock.advance(by: .seconds(15))
                #expect(await stream.ending() == loss.reason)
            }
        }
    }

    /// Also while there is something to read, before it is read.
    @Test func theRightIsLookedAtBeforeLinesAreSent() async throws {
        try await TestPlatform.withTenant { test, tenant in
            try await test.withStream(path(tenant), token: tenant.token(.viewer)) { (stream) async throws in
                await stream.untilBegun()
                #expect(try await Loss.session.happen(tenant, test).status / 100 == 2)
                test.clock.advance(by: .seconds(1))
                test.record(.info, "not for you", of: tenant.workflow)
                #expect(await stream.ending() == Loss.session.reason)
                #expect(stream.all.map(\.name) == ["ready", "end"])
            }
        }
    }

    @Test func aKeyThatIsWithdrawnEndsItsStreams() async throws {
        try await TestPlatform.withTenant { test, tenant in
            let key = try await tenant.key(.editor, ["executions:read"], test)
            try await test.withStream(path(tenant), token: key.secret) { (stream) async throws in
                await stream.untilBegun()
                test.clock.advance(by: .seconds(15))
                await stream.untilHeartbeats(1)
                let withdrawal = "/companies/\(tenant.company)/api-keys/\(key.id)"
                #expect(try await test.send(.delete, withdrawal, token: tenant.token(.owner)).status == 204)
                test.clock.advance(by: .seconds(15))
                #expect(await stream.ending() == Loss.session.reason)
            }
            let other = try await tenant.key(.owner, ["workflows:admin"], test)
            #expect(try await test.stream(path(tenant), token: other.secret).refusal?.status == 403)
        }
    }

    @Test func streamsEndWithThePlatform() async throws {
        try await TestPlatform.withTenant { test, tenant in
            try await test.withStream(path(tenant), token: tenant.token(.viewer)) { (stream) async throws in
                await stream.untilBegun()
                test.platform.endStreams()
                #expect(await stream.ending() == "The platform stops.")
                let refused = try await test.stream(path(tenant), token: tenant.token(.viewer)).refusal
                #expect(refused?.status == 503)
            }
        }
    }

    /// A reader that takes nothing is not waited for.
    @Test func aReaderThatTakesNothingDoesNotHoldUpTheEnd() async throws {
        try await TestPlatform.withTenant { test, tenant in
            let opened = try await test.stream(path(tenant), token: tenant.token(.viewer), isPaused: true)
            let stream = try #require(opened.stream)
            await stream.untilBegun()
            let sleepers = test.clock.sleeperCount
            test.platform.endStreams()
            try await test.clock.waitForSleepers(sleepers + 1)
            test.clock.advance(by: .seconds(1))
            #expect(await stream.ending() == nil)
            #expect(stream.writes == 1)
        }
    }

    /// What a slow reader has not taken is not read yet.
    @Test func aSlowReaderCostsNoMemory() async throws {
        let database = RecordingDatabase(try await TestDatabase.allCases[0].open())
        var configuration = PlatformConfiguration()
        configuration.passwordCost = 2
        configuration.secretsKey = SecretString(String(repeating: "k", count: 32))
        configuration.logs.writeInterval = .zero
        let test = try await TestPlatform.open(database, configuration)
        let tenant = try await TestTenant.make("Alpha", test)
        try await test.running {
            try await test.withStream(path(tenant), token: tenant.token(.viewer), isPaused: true) {
                (stream) async throws in
                await stream.untilBegun()
                for round in 0..<10 {
                    try await test.log((0..<500).map { (.info, "\(round) \($0)") }, of: tenant.workflow)
                }
                #expect(stream.writes == 1)
                #expect(database.recorded.keys.contains { $0.contains("id > ? AND id <= ?") } == false)
                stream.resume()
                #expect(await stream.events("log", 5000).count == 5000)
                // Some two hundred lines at a time.
                #expect(stream.writes == 1 + 5000 / 200)
            }
        }
        await database.close()
    }

    @Test func thereAreNeverTooManyStreams() async throws {
        try await TestPlatform.with(
            TestDatabase.allCases[0],
            { configuration in
                configuration.streams.limit = 3
                configuration.streams.limitPerUser = 2
            }
        ) { (test) async throws in
            let tenant = try await TestTenant.make("Alpha", test)
            let (viewer, editor) = (tenant.token(.viewer), tenant.token(.editor))
            try await test.withStream(path(tenant), token: viewer) { (_) async throws in
                try await test.withStream(path(tenant), token: viewer) { (_) async throws in
                    let own = try await test.stream(path(tenant), token: viewer).refusal
                    #expect(own?.status == 429)
                    #expect(try own?.problem == "too-many-streams")
                    #expect(try own?.json["detail"] == "You have 2 streams open; close one of them first.")
                    try await test.withStream(path(tenant), token: editor) { (_) async throws in
                        let all = try await test.stream(path(tenant), token: editor).refusal
                        #expect(all?.status == 429)
                        #expect(all?.headers[.retryAfter] == "30")
                    }
                }
            }
            // Also one that was never begun.
            let request = ServerRequest(
                method: .get, target: APIPath.prefix + path(tenant), headers: [.authorization: "Bearer \(viewer)"],
                remoteAddress: "192.0.2.1", receivedAt: test.clock.now, body: RequestBody(bytes: []))
            for _ in 0..<5 { #expect(try await test.platform.handler.handle(request).status == .ok) }
            #expect(test.services.streamSlots.count == 0)
            #expect(test.services.activity.watchCount == 0)
        }
    }
}
