import HTTPTypes
import Testing
import WorkflowCore
import WorkflowTesting

@testable import WorkflowPlatform

/// Credentials that are withdrawn between the checks in front of a handler and its transaction.
@Suite(.timeLimit(.minutes(2))) struct RevokedMeanwhileTests {
    @Test(arguments: TestDatabase.allCases)
    func aSessionThatHasEndedChangesNoRoles(database: TestDatabase) async throws {
        let opened = InterveningDatabase(try await database.open())
        try await TestPlatform.with(on: opened) { (test) async throws in
            let tenant = try await TestTenant.make("Alpha", test)
            let iam = try await tenant.addIAMProvider(test)
            let company = "/companies/\(tenant.company)"
            let requests: [(path: String, body: JSONValue)] = [
                ("\(company)/invitations", ["email": "new@example.com", "role": "owner"]),
                (
                    "/projects/\(tenant.project)/members",
                    ["user_id": .string(tenant.id(.viewer).text), "role": "owner"]
                ),
                (
                    "/iam/providers/\(iam.provider)/mappings",
                    [
                        "external_identifier": "thief", "resource_type": "company",
                        "resource_id": .string(tenant.company.text), "role": "owner",
                    ]
                ),
                (
                    "\(company)/sso/providers",
                    ["name": "theirs", "type": "google", "client_id": "c", "client_secret": "s"]
                ),
            ]
            for (number, request) in requests.enumerated() {
                let grant = Grant(.owner, on: ResourcePath(company: tenant.company))
                let person = try await TestTenant.person("owner\(number)", [grant], test)
                let now = test.clock.now
                opened.intervene { connection in
                    _ = try SessionTable.end(person.session, of: person.id, reason: "test", now: now, connection)
                }
                let answer = try await test.send(.post, request.path, token: person.token, request.body)
                #expect(answer.status == 401, "\(request.path): \(answer.text)")
            }
        }
        await opened.close()
    }
}
