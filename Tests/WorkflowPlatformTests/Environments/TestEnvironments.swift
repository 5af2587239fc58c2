import HTTPTypes
import WorkflowCore
import WorkflowTesting

@testable import WorkflowPlatform

extension TestWorkflow {
    /// Sends a request about an environment.
    func send(
        _ method: HTTPRequest.Method, _ path: String, in environment: String, as role: Role = .admin,
        _ body: JSONValue? = nil
    ) async throws -> TestAnswer {
        try await send(method, "\(path)?environment=\(environment)", as: role, body)
    }

    func deploy(_ version: Int? = nil, in environment: String) async throws -> TestAnswer {
        try await send(
            .post, "/deploy", in: environment, version.map { ["version": .integer(Int64($0))] } ?? [:])
    }

    func promote(_ from: String, to: String, as role: Role = .admin) async throws -> TestAnswer {
        try await send(.post, "/promote", as: role, ["from": .string(from), "to": .string(to), "comment": "please"])
    }

    /// What the workflow says in an environment; the status of the answer when it is an error.
    func said(in environment: String) async throws -> String {
        let request = ServerRequest(
            method: .get, target: "/w/\(id).\(environment)/hello", remoteAddress: "192.0.2.9",
            receivedAt: test.clock.now, body: RequestBody(bytes: []))
        do {
            return try await TestAnswer(test.engines.requests.handle(request)).text
        } catch let error as HTTPError {
            return "\(error.status.code)"
        }
    }
}

extension TestTenant {
    /// Says which environments there are; a name with `!` at its end needs an approval.
    func setEnvironments(_ names: [String], as role: Role = .owner, _ test: TestPlatform) async throws -> TestAnswer {
        let environments = names.map { name -> JSONValue in
            ["name": .string(name.replacing("!", with: "")), "requires_approval": .bool(name.hasSuffix("!"))]
        }
        return try await test.send(
            .put, "/companies/\(company)/environments", token: token(role), ["environments": .array(environments)])
    }
}
