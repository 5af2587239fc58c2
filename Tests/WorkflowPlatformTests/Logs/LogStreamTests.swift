import HTTPTypes
import Logging
import Testing
import WorkflowCore
import WorkflowStore
import WorkflowTesting

@testable import WorkflowPlatform

/// The log of a workflow as it comes.
@Suite(.timeLimit(.minutes(2))) struct LogStreamTests {
    private func path(_ tenant: TestTenant, _ query: String = "") -> String {
        "/workflows/\(tenant.workflow)/logs/stream\(query)"
    }

    @Test(arguments: TestDatabase.allCases)
    func linesComeInOrderWithTheirNumbers(kind: TestDatabase) async throws {
        try await TestPlatform.withTenant(kind) { test, tenant in
            try await test.log([(.info, "before")], of: tenant.workflow)
            let token = tenant.token(.viewer)
            try await test.withStream(path(tenant), token: token) { stream in
                #expect(await stream.events("ready", 1).first?.data == ["workflow_id": .string("\(tenant.workflow)")])
                for number in 0..<500 { test.record(.info, "\(number)", of: tenant.workflow) }
                let events = await stream.events("log", 500)
                #expect(events.map { $0.data["message"] } == (0..<500).map { .string("\($0)") })
                #expect(events.allSatisfy { $0.data["id"] == .integer(Int64($0.id) ?? 0) })
                let listed = try await test.send(.get, "/workflows/\(tenant.workflow)/logs?page_size=1", token: token)
                #expect(try listed.data[0] == events.last?.data)
            }
        }
    }

    @Test func aReaderGoesOnWhereItWas() async throws {
        try await TestPlatform.withTenant { test, tenant in
            let token = tenant.token(.viewer)
            try await test.log((1...5).map { (.info, "\($0)") }, of: tenant.workflow)
            var last = ""
            try await test.withStream(path(tenant, "?last_event_id=2"), token: token) { stream in
                #expect(await stream.events("log", 3).map { $0.data["message"] } == ["3", "4", "5"])
                last = stream.lastID
            }
            try await test.log([(.info, "6"), (.error, "7")], of: tenant.workflow)
            // The header goes before the parameter, which stays as it was when a browser comes again.
            try await test.withStream(path(tenant, "?last_event_id=2"), token: token, after: last) { stream in
                #expect(await stream.events("log", 2).map { $0.data["message"] } == ["6", "7"])
                #expect(await stream.events("ready", 1).first?.id == last)
            }
            try await test.withStream(path(tenant, "?level=error"), token: token, after: "0") { stream in
                #expect(await stream.events("log", 1).map { $0.data["message"] } == ["7"])
                #expect(stream.all.count == 2)
            }
            // A number from nowhere is not waited for.
            try await test.withStream(path(tenant), token: token, after: "999999") { stream in
                await stream.untilBegun()
                test.record(.info, "8", of: tenant.workflow)
                #expect(await stream.events("log", 1).map { $0.data["message"] } == ["8"])
            }
            let refused = try await test.stream(path(tenant), token: token, after: "x7").refusal
            #expect(refused?.status == 400)
            #expect(try refused?.json["errors"]?[0]?["pointer"] == "Last-Event-ID")
        }
    }

    @Test func filtersHoldForStreamsToo() async throws {
        try await TestPlatform.withTenant { test, tenant in
            let token = tenant.token(.viewer)
            try await test.withStream(path(tenant, "?level=warn&module=mail&q=No"), token: token) { stream in
                await stream.untilBegun()
                test.record(.error, "no stamp", of: tenant.workflow)
                test.record(.info, "no paper", module: "mail", of: tenant.workflow)
                test.record(.warning, "lost", module: "mail", of: tenant.workflow)
                test.record(.warning, "NO ink", module: "mail", of: tenant.workflow)
                #expect(await stream.events("log", 1).map { $0.data["message"] } == ["NO ink"])
            }
        }
    }

    /// What is not wanted has numbers too, which a sign of life tells, so that a reader does not begin with it again.
    @Test func silentStreamsGiveSignsOfLife() async throws {
        try await TestPlatform.withTenant { test, tenant in
            try await test.withStream(path(tenant, "?level=fatal"), token: tenant.token(.viewer)) { stream in
                await stream.untilBegun()
                try await test.log([(.info, "unwanted")], of: tenant.workflow)
                test.clock.advance(by: .seconds(15))
                await stream.untilHeartbeats(1)
                #expect(stream.lastID == "1")
                test.clock.advance(by: .seconds(15))
                await stream.untilHeartbeats(2)
                #expect(stream.all.map(\.name) == ["ready"])
            }
        }
    }

    @Test func linesThatAreGoneAreTold() async throws {
        try await TestPlatform.with(TestDatabase.allCases[0], { $0.logs.linesPerWorkflow = 2 }) { test in
            let tenant = try await TestTenant.make("Alpha", test)
            try await test.log((1...5).map { (.info, "\($0)") }, of: tenant.workflow)
            await test.platform.forgetExpired()
            try await test.withStream(path(tenant), token: tenant.token(.viewer), after: "1") { stream in
                #expect(await stream.events("log", 2).map { $0.data["message"] } == ["4", "5"])
                #expect(stream.all.map(\.name) == ["ready", "lost", "log", "log"])
                #expect(stream.all[1].data == ["through": 3])
            }
        }
    }

    @Test func aStreamShowsNothingOfOtherWorkflows() async throws {
        try await TestPlatform.with { (test) async throws in
            let (one, other) = (try await TestTenant.make("Alpha", test), try await TestTenant.make("Beta", test))
            try await test.withStream(path(one), token: one.token(.viewer)) { stream in
                await stream.untilBegun()
                try await test.log([(.error, "secret of Beta")], of: other.workflow)
                test.record(.info, "own", of: one.workflow)
                #expect(await stream.events("log", 1).map { $0.data["message"] } == ["own"])
            }
            let stranger = try await test.stream(path(one), token: other.token(.owner)).refusal
            #expect(stranger?.status == 404)
        }
    }
}
