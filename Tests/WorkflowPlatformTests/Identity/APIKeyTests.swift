import HTTPTypes
import Testing
import WorkflowCore
import WorkflowTesting

@testable import WorkflowPlatform

@Suite struct APIKeyTests {
    @Test(arguments: TestDatabase.allCases)
    func aKeyCallsInTheNameOfItsUser(database: TestDatabase) async throws {
        try await TestPlatform.with(database) { (test) async throws in
            let tenant = try await TestTenant.make("Alpha", test)
            let keys = "/companies/\(tenant.company)/api-keys"
            let key = try await tenant.key(.editor, ["projects:write", "credentials:read"], test)
            #expect(key.secret.hasPrefix("wfk_"))
            let project = "/projects/\(tenant.project)"
            #expect(try await test.send(.put, project, token: key.secret, ["name": "New"]).status == 200)
            #expect(try await test.send(.get, "/organizations/\(tenant.organization)", token: key.secret).status == 403)
            let list = try await test.send(.get, keys, token: tenant.token(.editor))
            #expect(!list.text.contains(key.secret))
            #expect(try list.data[0]?["prefix"] == .string(String(key.secret.prefix(12))))
            #expect(try list.data[0]?["last_used_at"] == .string(test.clock.now.description))
            // What its user loses, it loses.
            let change = try await test.send(
                .put, "/companies/\(tenant.company)/members/\(tenant.id(.editor))", token: tenant.token(.admin),
                ["role": "viewer"])
            #expect(change.status == 200)
            #expect(try await test.send(.put, project, token: key.secret, ["name": "Old"]).status == 403)
            #expect(try await test.send(.delete, "\(keys)/\(key.id)", token: tenant.token(.editor)).status == 204)
            #expect(try await test.send(.get, project, token: key.secret).status == 401)
        }
    }

    @Test func peopleSeeTheirOwnKeysAndAdministratorsAll() async throws {
        try await TestPlatform.with { (test) async throws in
            let tenant = try await TestTenant.make("Alpha", test)
            let keys = "/companies/\(tenant.company)/api-keys"
            let editors = try await tenant.key(.editor, ["*:read"], test)
            let viewers = try await tenant.key(.viewer, ["*:read"], test)
            func ids(_ role: Role) async throws -> [String] {
                let list = try await test.send(.get, keys, token: tenant.token(role)).data.arrayValue ?? []
                return list.compactMap { $0["id"]?.stringValue }.sorted()
            }
            #expect(try await ids(.viewer) == [viewers.id])
            #expect(try await ids(.editor) == [editors.id])
            #expect(try await ids(.admin) == [viewers.id, editors.id].sorted())
            #expect(try await test.send(.delete, "\(keys)/\(editors.id)", token: tenant.token(.viewer)).status == 404)
            #expect(try await test.send(.delete, "\(keys)/\(editors.id)", token: tenant.token(.admin)).status == 204)
        }
    }

    @Test func aKeyEnds() async throws {
        try await TestPlatform.with { (test) async throws in
            let tenant = try await TestTenant.make("Alpha", test)
            let end = test.clock.now.advanced(by: .seconds(100))
            let answer = try await test.send(
                .post, "/companies/\(tenant.company)/api-keys", token: tenant.token(.viewer),
                ["name": "short", "scopes": ["*:read"], "expires_at": .string(end.description)])
            let key = try answer.data["key"]?.stringValue ?? ""
            let path = "/companies/\(tenant.company)"
            func listed() async throws -> Int? {
                let keys = try await test.send(.get, "\(path)/api-keys", token: tenant.token(.viewer))
                return try keys.data.arrayValue?.count
            }
            test.clock.advance(by: .seconds(99))
            #expect(try await test.send(.get, path, token: key).status == 200)
            #expect(try await listed() == 1)
            test.clock.advance(by: .seconds(2))
            #expect(try await listed() == 0)
            #expect(try await test.send(.get, path, token: key).status == 401)
        }
    }

    @Test func aKeyTellsOfItsCompanyOnly() async throws {
        try await TestPlatform.with { (test) async throws in
            let (alpha, beta) = (try await TestTenant.make("Alpha", test), try await TestTenant.make("Beta", test))
            let person = try await TestTenant.person(
                "both", [alpha, beta].map { Grant(.owner, on: ResourcePath(company: $0.company)) }, test)
            let answer = try await test.send(
                .post, "/companies/\(alpha.company)/api-keys", token: person.token,
                ["name": "k", "scopes": ["*:admin"]])
            let key = try answer.data["key"]?.stringValue ?? ""
            let companies = try await test.send(.get, "/companies", token: key)
            #expect(try companies.data.arrayValue?.map { $0["name"] } == ["Alpha"])
            #expect(!(try await test.send(.get, "/auth/memberships", token: key).text.contains(beta.company.text)))
            #expect(try await test.send(.get, "/companies/\(beta.company)", token: key).status == 404)
        }
    }

    @Test(
        arguments: [
            (["scopes": ["nothing:read"]], "/scopes/0"), (["scopes": []], "/scopes"),
            (["scopes": ["*:read"], "expires_at": "2020-01-01T00:00:00Z"], "/expires_at"),
        ] as [(JSONValue, String)])
    func wrongKeysAreRefused(body: JSONValue, pointer: String) async throws {
        try await TestPlatform.with { (test) async throws in
            let tenant = try await TestTenant.make("Alpha", test)
            var body = body
            body["name"] = "key"
            let answer = try await test.send(
                .post, "/companies/\(tenant.company)/api-keys", token: tenant.token(.owner), body)
            #expect(answer.status == 400)
            #expect(try answer.json["errors"]?[0]?["pointer"] == .string(pointer))
        }
    }
}
