import HTTPTypes
import Logging
import Testing
import WorkflowCore
import WorkflowStore
import WorkflowTesting

@testable import WorkflowPlatform

/// How long lines are kept.
@Suite(.timeLimit(.minutes(2))) struct LogRetentionTests {
    private func counts(_ test: TestPlatform, _ id: ID<Workflow>) async throws -> LogCounts? {
        try await test.services.database.read { try LogCountTable.find(id, $0)?.counts }
    }

    private func stored(_ test: TestPlatform) async throws -> Int {
        try await test.services.database.read { try $0.count(SQLStatement("SELECT COUNT(*) FROM platform_logs"), []) }
    }

    @Test(arguments: TestDatabase.allCases)
    func oldLinesGoAndTheCountsWithThem(kind: TestDatabase) async throws {
        try await TestPlatform.withTenant(kind) { test, tenant in
            let id = tenant.workflow
            try await test.log((0..<1500).map { (.info, "old \($0)") } + [(.error, "old")], of: id)
            test.clock.advance(by: .seconds(31 * 24 * 3600))
            test.record(.warning, "new", of: id)
            // The platform cleans up by itself at this time, while this does.
            await test.platform.forgetExpired()
            try await until { try await counts(test, id) == LogCounts(counts: [0, 0, 1, 0, 0]) }
            #expect(try await stored(test) == 1)
        }
    }

    @Test func whatIsTooMuchGoes() async throws {
        try await TestPlatform.with(TestDatabase.allCases[0], { $0.logs.linesPerWorkflow = 10 }) { test in
            let (one, other) = (try await TestTenant.make("Alpha", test), try await TestTenant.make("Beta", test))
            try await test.log((0..<25).map { (.info, "\($0)") }, of: one.workflow)
            try await test.log([(.info, "other")], of: other.workflow)
            await test.platform.forgetExpired()
            let found = try await test.messages("/workflows/\(one.workflow)/logs", token: one.token(.viewer))
            #expect(found == (15..<25).reversed().map(String.init))
            #expect(try await stored(test) == 11)
        }
    }

    /// Also between two cleanings.
    @Test func aWorkflowThatLogsALotDoesNotFillTheDatabase() async throws {
        try await TestPlatform.with(TestDatabase.allCases[0], { $0.logs.linesPerWorkflow = 100 }) { test in
            let tenant = try await TestTenant.make("Alpha", test)
            for round in 1...20 {
                for _ in 0..<500 { test.record(.info, "much", of: tenant.workflow) }
                test.record(.error, "\(round)", of: tenant.workflow)
                try await until {
                    try await test.messages(
                        "/workflows/\(tenant.workflow)/logs?level=error&page_size=1", token: tenant.token(.viewer))
                        == ["\(round)"]
                }
            }
            let rest = try await stored(test)
            #expect(rest <= 100 + 2 * LogTable.removalBatch)
            #expect(try await test.logTotal(of: tenant.workflow) == rest)
        }
    }

    @Test func theLinesOfARemovedWorkflowGo() async throws {
        try await TestPlatform.withTenant { test, tenant in
            try await test.log([(.info, "one")], of: tenant.workflow)
            let path = "/workflows/\(tenant.workflow)"
            #expect(try await test.send(.delete, path, token: tenant.token(.owner)).status == 204)
            #expect(try await test.send(.get, "\(path)/logs", token: tenant.token(.owner)).status == 404)
            test.record(.info, "late", of: tenant.workflow)
            try await until { test.services.logs.waitingCount == 0 }
            await test.platform.forgetExpired()
            #expect(try await stored(test) == 0)
        }
    }
}
