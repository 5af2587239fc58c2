import HTTPTypes
import Testing
import WorkflowCore
import WorkflowStore
import WorkflowTesting

@testable import WorkflowPlatform

@Suite struct IdempotencyTests {
    private static func key(_ text: String) throws -> HTTPFields {
        [try #require(HTTPField.Name("Idempotency-Key")): text]
    }

    private static func with(
        _ database: TestDatabase = .allCases[0], _ body: (TestPlatform, TestTenant, String) async throws -> Void
    ) async throws {
        try await TestPlatform.with(database) { (test) async throws in
            let tenant = try await TestTenant.make("Alpha", test)
            try await body(test, tenant, "/organizations/\(tenant.organization)/projects")
        }
    }

    private func count(_ test: TestPlatform, _ tenant: TestTenant, _ path: String) async throws -> JSONValue? {
        try await test.send(.get, path, token: tenant.token(.viewer)).json["total"]
    }

    @Test(arguments: TestDatabase.allCases)
    func arequestThatIsSentAgainIsAnsweredAgain(database: TestDatabase) async throws {
        try await Self.with(database) { (test, tenant, path) async throws in
            let (token, key) = (tenant.token(.editor), try Self.key("k-1"))
            let first = try await test.send(.post, path, token: token, ["name": "New"], headers: key)
            let second = try await test.send(.post, path, token: token, ["name": "New"], headers: key)
            #expect(first.status == 201)
            #expect(second.status == 201)
            #expect(first.text == second.text)
            #expect(second.headers[.eTag] == first.headers[.eTag])
            let replayed = try #require(HTTPField.Name("Idempotency-Replayed"))
            #expect([first, second].map { $0.headers[replayed] } == [nil, "true"])
            #expect(try await count(test, tenant, path) == 2)
            let other = try await test.send(.post, path, token: token, ["name": "Other"], headers: key)
            #expect(other.status == 422)
            #expect(try other.problem == "idempotency-key-reused")
            // Keys of others are others.
            let owner = try await test.send(
                .post, path, token: tenant.token(.owner), ["name": "Third"], headers: key)
            #expect(owner.status == 201)
        }
    }

    @Test(arguments: TestDatabase.allCases)
    func ofManyAtOnceOneIsCarriedOut(database: TestDatabase) async throws {
        try await Self.with(database) { (test, tenant, path) async throws in
            let key = try Self.key("k-2")
            let statuses = try await withThrowingTaskGroup(of: Int.self) { group in
                for _ in 1...8 {
                    group.addTask {
                        try await test.send(
                            .post, path, token: tenant.token(.editor), ["name": "New"], headers: key
                        ).status
                    }
                }
                return try await group.reduce(into: Set<Int>()) { $0.insert($1) }
            }
            #expect(statuses.isSubset(of: [201, 409]))
            #expect(try await count(test, tenant, path) == 2)
        }
    }

    @Test func aRefusedRequestMayBePutRight() async throws {
        try await Self.with { (test, tenant, path) async throws in
            let (token, key) = (tenant.token(.editor), try Self.key("k-3"))
            let taken = try await test.send(.post, path, token: token, ["name": "Project"], headers: key)
            #expect(taken.status == 409)
            let second = try await test.send(.post, path, token: token, ["name": "Free"], headers: key)
            #expect(second.status == 201)
        }
    }

    @Test func secretsAreNotKept() async throws {
        try await Self.with { (test, tenant, _) async throws in
            let (token, key) = (tenant.token(.viewer), try Self.key("k-4"))
            let path = "/companies/\(tenant.company)/api-keys"
            let body: JSONValue = ["name": "k", "scopes": ["*:read"]]
            #expect(try await test.send(.post, path, token: token, body, headers: key).status == 201)
            let again = try await test.send(.post, path, token: token, body, headers: key)
            #expect(again.status == 409)
            #expect(try again.problem == "idempotency-secret")
            #expect(try await test.send(.get, path, token: token).data.arrayValue?.count == 1)
        }
    }

    @Test func keysAreForgottenAfterADay() async throws {
        try await Self.with { (test, tenant, path) async throws in
            let (person, key) = (tenant.people[.editor], try Self.key("k-5"))
            let token = try #require(person?.token)
            _ = try await test.send(.post, path, token: token, ["name": "New"], headers: key)
            test.clock.advance(by: .seconds(24 * 3600 + 1))
            await test.platform.forgetExpired()
            let again = try await TestTenant.person("again", [Grant(.editor, on: tenant.path)], test)
            #expect(try await test.send(.get, path, token: again.token).status == 403)
            let rows = try await test.services.database.write { connection in
                try IdempotencyTable.begin(
                    "k-5", of: tenant.id(.editor), request: "x", now: test.clock.now, connection)
            }
            #expect(rows == nil)
        }
    }

    @Test(arguments: ["with space", "ü", String(repeating: "k", count: 256)])
    func wrongKeysAreRefused(text: String) async throws {
        try await Self.with { (test, tenant, path) async throws in
            let answer = try await test.send(
                .post, path, token: tenant.token(.editor), ["name": "New"], headers: try Self.key(text))
            #expect(answer.status == 400)
        }
    }
}
