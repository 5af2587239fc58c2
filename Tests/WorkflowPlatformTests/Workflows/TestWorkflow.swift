import HTTPTypes
import WorkflowCore

@testable import WorkflowPlatform

/// A workflow that was made through the API.
struct TestWorkflow {
    let id: ID<Workflow>
    let test: TestPlatform
    let tenant: TestTenant

    /// Makes a workflow.
    static func make(
        _ configuration: String?, name: String = "Shop", _ tenant: TestTenant, _ test: TestPlatform
    ) async throws -> TestWorkflow {
        var body: JSONValue = ["name": .string(name)]
        if let configuration { body["config_yaml"] = .string(configuration) }
        let answer = try await test.send(
            .post, "/projects/\(tenant.project)/workflows", token: tenant.token(.editor), body)
        guard let id = try answer.data["id"]?.stringValue.flatMap(ID<Workflow>.init) else {
            throw WorkflowError(.invalidInput, answer.text)
        }
        return TestWorkflow(id: id, test: test, tenant: tenant)
    }

    func send(
        _ method: HTTPRequest.Method, _ path: String = "", as role: Role = .owner, _ body: JSONValue? = nil,
        headers: HTTPFields = [:]
    ) async throws -> TestAnswer {
        try await test.send(method, "/workflows/\(id)\(path)", token: tenant.token(role), body, headers: headers)
    }

    func save(_ configuration: String) async throws -> TestAnswer {
        try await send(.put, as: .editor, ["config_yaml": .string(configuration)])
    }

    func deploy(_ version: Int? = nil) async throws -> TestAnswer {
        try await send(.post, "/deploy", as: .admin, version.map { ["version": .integer(Int64($0))] } ?? [:])
    }

    /// What the workflow says.
    func said() async throws -> String { try await test.call(id, "/hello").text }

    /// The actions in the audit log that are about the workflow, oldest first.
    func actions() async throws -> [String] {
        let path = "/companies/\(tenant.company)/audit?page_size=100&resource_id=\(id)"
        let answer = try await test.send(.get, path, token: tenant.token(.admin))
        return (try answer.data.arrayValue ?? []).reversed().compactMap { $0["action"]?.stringValue }
    }
}

extension TestPlatform {
    /// Calls `body` with a company.
    static func withTenant(
        _ database: TestDatabase = TestDatabase.allCases[0], _ body: (TestPlatform, TestTenant) async throws -> Void
    ) async throws {
        try await with(database) { (test) async throws in
            try await body(test, try await TestTenant.make("Alpha", test))
        }
    }
}
