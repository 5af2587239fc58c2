import HTTPTypes
import Testing
import WorkflowCore
import WorkflowStore
import WorkflowTesting

@testable import WorkflowPlatform

@Suite(.timeLimit(.minutes(5))) struct QuotaTests {
    /// A company with limits.
    private static func with(
        _ limits: QuotaLimits, _ database: TestDatabase = TestDatabase.allCases[0],
        _ body: (TestPlatform, TestTenant) async throws -> Void
    ) async throws {
        try await TestPlatform.with(database) {
            $0.quotas = limits
        } _: { (test) async throws in
            try await body(test, try await TestTenant.make("Alpha", test))
        }
    }

    private func make(_ name: String, _ tenant: TestTenant, _ test: TestPlatform) async throws -> TestAnswer {
        try await test.send(
            .post, "/projects/\(tenant.project)/workflows", token: tenant.token(.editor),
            ["name": .string(name), "config_yaml": .string(saying(name))])
    }

    private func quota(_ name: String, _ tenant: TestTenant, _ test: TestPlatform) async throws -> JSONValue {
        let answer = try await test.send(.get, "/companies/\(tenant.company)/quotas", token: tenant.token(.viewer))
        return try #require(try answer.data.arrayValue?.first { $0["name"] == .string(name) })
    }

    @Test(arguments: TestDatabase.allCases)
    func ofWorkflowsMadeAtOnceOnlySoManyAre(database: TestDatabase) async throws {
        try await Self.with(QuotaLimits(workflows: 3), database) { test, tenant in
            // The tenant has one already.
            let answers = try await withThrowingTaskGroup(of: TestAnswer.self) { group in
                for number in 1...6 { group.addTask { try await make("w\(number)", tenant, test) } }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(answers.map(\.status).sorted() == [201, 201, 402, 402, 402, 402])
            let refused = try #require(answers.first { $0.status == 402 })
            #expect(try refused.json["type"] == "urn:workflow:problem:quota-exceeded")
            #expect(try refused.json["title"] == "Payment Required")
            #expect(
                try refused.json["detail"]
                    == .string(
                        "The company has used 3 of 3 workflows. Remove what is not needed, or ask the operator of the "
                            + "platform for more."))
            let expected: JSONValue = ["name": "workflows", "limit": 3, "used": 3, "resets_at": .null]
            #expect(try refused.json["quota"] == expected)
            #expect(try await quota("workflows", tenant, test) == expected)
            #expect(
                try await test.send(.delete, "/workflows/\(tenant.workflow)", token: tenant.token(.owner)).status == 204
            )
            #expect(try await make("another", tenant, test).status == 201)
            // Another company has its own.
            let other = try await TestTenant.make("Beta", test)
            #expect(try await make("theirs", other, test).status == 201)
        }
    }

    @Test func everyEnvironmentThatRunsIsADeployment() async throws {
        try await Self.with(QuotaLimits(deployments: 2)) { test, tenant in
            let workflow = try await TestWorkflow.make(saying("one"), tenant, test)
            let other = try await TestWorkflow.make(saying("other"), name: "Other", tenant, test)
            #expect(try await workflow.deploy().status == 200)
            #expect(try await workflow.deploy(in: "dev").status == 200)
            let refused = try await other.deploy()
            #expect(refused.status == 402)
            #expect(try refused.json["quota"]?["name"] == "deployments")
            #expect(try await test.call(other.id, "/hello").status == 404)
            #expect(try await workflow.promote("dev", to: "staging").status == 402)
            // Another version in place of one that runs is no further deployment.
            _ = try await workflow.save(saying("two"))
            #expect(try await workflow.deploy().status == 200)
            #expect(try await workflow.send(.post, "/stop", in: "dev").status == 200)
            #expect(try await other.deploy().status == 200)
            #expect(try await quota("deployments", tenant, test)["used"] == 2)
        }
    }

    @Test(arguments: TestDatabase.allCases)
    func deploymentsAtOnceDoNotShareTheLastPlace(database: TestDatabase) async throws {
        try await Self.with(QuotaLimits(deployments: 1), database) { test, tenant in
            var workflows: [TestWorkflow] = []
            for name in ["a", "b", "c"] {
                workflows.append(try await TestWorkflow.make(saying(name), name: name, tenant, test))
            }
            let statuses = try await withThrowingTaskGroup(of: Int.self) { group in
                for workflow in workflows { group.addTask { try await workflow.deploy().status } }
                return try await group.reduce(into: []) { $0.append($1) }.sorted()
            }
            #expect(statuses == [200, 402, 402])
            #expect(await test.engines.statuses().count { $0.state == .running } == 1)
        }
    }

    @Test(arguments: TestDatabase.allCases)
    func executionsAreCountedByTheMonth(database: TestDatabase) async throws {
        try await Self.with(QuotaLimits(executions: 5), database) { test, tenant in
            let (quotas, company) = (test.services.quotas, tenant.company)
            // The clock of tests stands in January 2026, and the tenant has one execution already.
            let month = CalendarMonth(of: test.clock.now)
            try await test.services.database.write { try QuotaTable.add(executions: 2, of: company, in: month, $0) }
            let admitted = try await withThrowingTaskGroup(of: Int.self) { group in
                for _ in 1...6 {
                    group.addTask {
                        do {
                            try await test.services.database.write { try quotas.admitExecution(company, $0) }
                            return 200
                        } catch let error as HTTPError {
                            return error.status.code
                        }
                    }
                }
                return try await group.reduce(into: []) { $0.append($1) }.sorted()
            }
            #expect(admitted == [200, 200, 402, 402, 402, 402])
            #expect(
                try await quota("executions_per_month", tenant, test) == [
                    "name": "executions_per_month", "limit": 5, "used": 5, "resets_at": "2026-02-01T00:00:00Z",
                ])
            // What has begun by itself counts beyond the limit.
            try await test.services.database.write { try QuotaTable.add(executions: 4, of: company, in: month, $0) }
            #expect(try await quota("executions_per_month", tenant, test)["used"] == 9)
            test.clock.advance(by: .seconds(31 * 24 * 3600))
            try await test.services.database.write { try quotas.admitExecution(company, $0) }
            let used = try await test.services.database.read { [now = test.clock.now] connection in
                try QuotaTable.executions(of: company, in: CalendarMonth(of: now), connection)
            }
            #expect(used == 1)
        }
    }

    @Test func theMountsOfACompanyCloseWhenItsExecutionsAreUsedUp() async throws {
        try await Self.with(QuotaLimits(executions: 2)) { test, tenant in
            let (quotas, company) = (test.services.quotas, tenant.company)
            let workflow = try await TestWorkflow.make(saying("one"), tenant, test)
            let other = try await TestWorkflow.make(
                saying("b"), name: "B", try await TestTenant.make("Beta", test), test)
            _ = try await workflow.deploy()
            _ = try await other.deploy()
            // The tenant has one execution already.
            let month = CalendarMonth(of: test.clock.now)
            try await test.services.database.write { try QuotaTable.add(executions: 1, of: company, in: month, $0) }
            await quotas.refreshGates()
            let refused = try await test.call(workflow.id, "/hello")
            #expect(refused.status == 402)
            #expect(try refused.problem == "quota-exceeded")
            #expect(try refused.json["detail"]?.stringValue?.contains("from 2026-02-01T00:00:00Z") == true)
            // Whoever sends a request learns nothing about the company.
            #expect(try refused.json["quota"] == nil)
            #expect(try await other.said() == "b")
            // A new version is behind the same gate.
            _ = try await workflow.save(saying("two"))
            #expect(try await workflow.deploy().status == 200)
            #expect(try await test.call(workflow.id, "/hello").status == 402)
            let operators = try await QuotaOperator(database: test.services.database)
            var choices = QuotaOperator.Choices()
            choices.executions = .most(3)
            _ = try await operators.set(choices, of: company.text)
            await quotas.refreshGates()
            #expect(try await workflow.said() == "two")
        }
    }

    @Test func allUsersOfACompanyShareItsRate() async throws {
        try await Self.with(QuotaLimits(requests: 3)) { test, tenant in
            let path = "/companies/\(tenant.company)"
            let stranger = try await TestTenant.make("Beta", test)
            // Whoever has no role in it does not use it up.
            for _ in 1...5 { #expect(try await test.send(.get, path, token: stranger.token(.owner)).status == 404) }
            for role in [Role.owner, .admin, .viewer] {
                #expect(try await test.send(.get, path, token: tenant.token(role)).status == 200)
            }
            let refused = try await test.send(.get, path, token: tenant.token(.editor))
            #expect(refused.status == 429)
            #expect(refused.headers[.retryAfter] == "20")
            #expect(refused.headers[ResponseFields.limit] == "3")
            #expect(refused.headers[ResponseFields.remaining] == "0")
            #expect(refused.headers[ResponseFields.reset] == "20")
            #expect(refused.text.contains("The company makes more than 3 requests in a minute."))
            #expect(try await test.send(.get, "/auth/me", token: tenant.token(.editor)).status == 200)
            test.clock.advance(by: .seconds(20))
            #expect(try await test.send(.get, path, token: tenant.token(.editor)).status == 200)
        }
    }
}
