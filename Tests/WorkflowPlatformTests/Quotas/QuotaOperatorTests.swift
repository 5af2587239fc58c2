import HTTPTypes
import Testing
import WorkflowCore
import WorkflowStore
import WorkflowTesting

@testable import WorkflowPlatform

@Suite(.timeLimit(.minutes(5))) struct QuotaOperatorTests {
    @Test(arguments: TestDatabase.allCases)
    func anOperatorDecidesAboutSingleCompanies(database: TestDatabase) async throws {
        try await TestPlatform.with(database) {
            $0.quotas = QuotaLimits(workflows: 1, deployments: 1)
        } _: { (test) async throws in
            let tenant = try await TestTenant.make("Alpha", test)
            let operators = try await QuotaOperator(database: test.services.database)
            var choices = QuotaOperator.Choices()
            choices.workflows = .unlimited
            choices.requests = .most(100)
            let set = try await operators.set(choices, of: "alpha")
            #expect(
                set == [
                    "workflows": "unlimited", "deployments": "default", "executions_per_month": "default",
                    "requests_per_minute": 100,
                ])
            let path = "/companies/\(tenant.company)/quotas"
            func limits() async throws -> [JSONValue?] {
                try await test.send(.get, path, token: tenant.token(.viewer)).data.arrayValue?.map { $0["limit"] } ?? []
            }
            #expect(try await limits() == [.null, 1, .null, 100])
            // What is left out stays.
            var more = QuotaOperator.Choices()
            more.workflows = .standard
            _ = try await operators.set(more, of: tenant.company.text)
            #expect(try await limits() == [1, 1, .null, 100])
            let audit = try await test.send(
                .get, "/companies/\(tenant.company)/audit?action=company.quotas", token: tenant.token(.admin))
            #expect(try audit.data.arrayValue?.count == 2)
            #expect(try audit.data[0]?["actor"] == ["name": "operator"])
            #expect(try audit.data[0]?["details"]?["after"] == ["workflows": "default"])
            // No route lets a company do it.
            #expect(try await test.send(.put, path, token: tenant.token(.owner), [:]).status == 405)
            let error = await #expect(throws: WorkflowError.self) { _ = try await operators.set(more, of: "nobody") }
            #expect(error?.message == "There is no company with the identifier or short name \"nobody\".")
        }
    }

    @Test(arguments: [
        ("default", QuotaChoice.standard), ("unlimited", .unlimited), ("0", .most(0)), ("12", .most(12)),
        ("-1", nil), ("many", nil), ("", nil),
    ])
    func choicesAreRead(text: String, choice: QuotaChoice?) {
        #expect(QuotaChoice(text) == choice)
    }

    @Test(arguments: [
        ("2026-01-31T23:59:59Z", "2026-01", "2026-02-01T00:00:00Z"),
        ("2026-12-01T00:00:00Z", "2026-12", "2027-01-01T00:00:00Z"),
    ])
    func monthsFollowTheCalendar(time: String, name: String, next: String) throws {
        let month = CalendarMonth(of: try #require(Timestamp(rfc3339: time)))
        #expect(month.name == name)
        #expect(month.next.start.description == next)
    }
}
