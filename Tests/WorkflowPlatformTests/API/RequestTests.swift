import HTTPTypes
import Testing
import WorkflowCore
import WorkflowTesting

@testable import WorkflowPlatform

@Suite struct RequestTests {
    /// Opens a platform with a company.
    private static func with(
        _ configure: (inout PlatformConfiguration) -> Void = { _ in },
        _ body: (TestPlatform, TestTenant) async throws -> Void
    ) async throws {
        try await TestPlatform.with(.allCases[0], configure) { (test) async throws in
            try await body(test, try await TestTenant.make("Alpha", test))
        }
    }

    @Test(
        arguments: [
            (["nmae": "x"], "/nmae", "This is not known here; did you mean \"name\"?"),
            (["name": 5], "/name", "This must be a text."),
            (["name": ""], "/name", "This must not be empty."),
            (["name": "a\0b"], "/name", "This must not hold the character NUL."),
            (
                ["slug": "Not A Slug"], "/slug",
                "A short name has lower-case letters, digits and single hyphens between them, 63 at most."
            ),
            (["slug": nil], "/slug", "This must be a text."),
            (["metadata": []], "/metadata", "This must be an object."),
            (["a/b~c": 1], "/a~1b~0c", "This is not known here; the members are: name, slug, metadata."),
            ([], "", "This must be an object."),
            ("x", "", "This must be an object."),
        ] as [(JSONValue, String, String)])
    func bodiesAreReadStrictly(body: JSONValue, pointer: String, detail: String) async throws {
        try await Self.with { (test, tenant) async throws in
            let answer = try await test.send(
                .put, "/companies/\(tenant.company)", token: tenant.token(.owner), body)
            #expect(answer.status == 400)
            #expect(answer.headers[.contentType] == "application/problem+json")
            let json = try answer.json
            #expect(json["type"] == "urn:workflow:problem:invalid-request")
            #expect(json["errors"] == [["pointer": .string(pointer), "detail": .string(detail)]])
            #expect(json["detail"] == .string("The request is not valid: \(pointer): \(detail)"))
        }
    }

    @Test func allProblemsAreToldAtOnce() async throws {
        try await Self.with { (test, tenant) async throws in
            let answer = try await test.send(
                .post, "/companies/\(tenant.company)/members", token: tenant.token(.owner),
                ["user_id": "x", "role": "king"])
            #expect(
                try answer.json["errors"] == [
                    ["pointer": "/user_id", "detail": "This is not an identifier: a UUID in lower case."],
                    ["pointer": "/role", "detail": "This must be one of: viewer, editor, admin, owner."],
                ])
        }
    }

    @Test func whatIsToldOfALongNameIsAsLongAsTheDescriptionSays() async throws {
        try await Self.with { (test, tenant) async throws in
            let answer = try await test.send(
                .put, "/companies/\(tenant.company)", token: tenant.token(.owner),
                .object([String(repeating: "\u{E9}", count: 20_000): 1]))
            #expect(answer.status == 400)
            #expect(OpenAPIDocument.problem.problems(with: try answer.json) == [])
        }
    }

    @Test func bodiesThatAreNoJSONAreRefused() async throws {
        try await Self.with { (test, tenant) async throws in
            func send(_ text: String, _ type: String) async throws -> TestAnswer {
                let request = ServerRequest(
                    method: .put, target: "/api/v1/companies/\(tenant.company)",
                    headers: [.authorization: "Bearer \(tenant.token(.owner))", .contentType: type],
                    body: RequestBody(bytes: Array(text.utf8)))
                return try await TestAnswer(test.platform.handler.handle(request))
            }
            #expect(try await send(#"{"name": "x"}"#, "text/plain").status == 415)
            #expect(try await send(#"{"name": "x"}"#, "application/json; charset=utf-8").status == 200)
            #expect(try await send(#"{"name": "x", "name": "y"}"#, "application/json").problem == "invalid-json")
            #expect(try await send(#"{"name": "#, "application/json").problem == "invalid-json")
            let deep = String(repeating: "[", count: 100) + String(repeating: "]", count: 100)
            #expect(try await send(deep, "application/json").problem == "invalid-json")
            let large = #"{"name": ""# + String(repeating: "x", count: 1 << 20) + #""}"#
            #expect(try await send(large, "application/json").status == 413)
        }
    }

    @Test func unknownParametersOfTheQueryAreRefused() async throws {
        try await Self.with { (test, tenant) async throws in
            let path = "/companies/\(tenant.company)/members"
            let token = tenant.token(.viewer)
            let unknown = try await test.send(.get, "\(path)?curser=x", token: token)
            #expect(unknown.status == 400)
            #expect(unknown.text.contains("did you mean \\\"cursor\\\"?"))
            for query in ["page_size=0", "page_size=101", "page_size=x", "page_size=5&page_size=6", "cursor=%21"] {
                #expect(try await test.send(.get, "\(path)?\(query)", token: token).status == 400, "\(query)")
            }
        }
    }

    @Test func aChangeThatOthersHaveOvertakenIsRefused() async throws {
        try await Self.with { (test, tenant) async throws in
            let (path, token) = ("/projects/\(tenant.project)", tenant.token(.owner))
            let first = try await test.send(.get, path, token: token)
            #expect(first.headers[.eTag] == "\"r1\"")
            let known: HTTPFields = [.ifNoneMatch: "\"r0\", \"r1\""]
            let same = try await test.send(.get, path, token: token, headers: known)
            #expect(same.status == 304)
            #expect(same.text.isEmpty)
            let ifMatch: HTTPFields = [.ifMatch: "\"r1\""]
            let change = try await test.send(.put, path, token: token, ["name": "A"], headers: ifMatch)
            #expect(change.status == 200)
            #expect(change.headers[.eTag] == "\"r2\"")
            #expect(try change.data["revision"] == 2)
            let late = try await test.send(.put, path, token: token, ["name": "B"], headers: ifMatch)
            #expect(late.status == 412)
            #expect(late.headers[.eTag] == "\"r2\"")
            #expect(try await test.send(.delete, path, token: token, headers: ifMatch).status == 412)
            #expect(try await test.send(.get, path, token: token).data["name"] == "A")
            #expect(try await test.send(.delete, path, token: token, headers: [.ifMatch: "*"]).status == 204)
        }
    }

    @Test func requestsAreLimitedAndToldSo() async throws {
        try await Self.with {
            $0.requestsPerMinute = 3
        } _: { (test, tenant) async throws in
            let token = tenant.token(.viewer)
            let first = try await test.send(.get, "/auth/me", token: token)
            let names = ["RateLimit-Limit", "RateLimit-Remaining", "RateLimit-Reset"].compactMap { HTTPField.Name($0) }
            #expect(names.map { first.headers[$0] } == ["3", "2", "20"])
            _ = try await test.send(.get, "/auth/me", token: token)
            #expect(try await test.send(.get, "/auth/me", token: token).status == 200)
            let refused = try await test.send(.get, "/auth/me", token: token)
            #expect(refused.status == 429)
            #expect(refused.headers[.retryAfter] == "20")
            #expect(try await test.send(.get, "/auth/me", token: tenant.token(.editor)).status == 200)
            test.clock.advance(by: .seconds(20))
            #expect(try await test.send(.get, "/auth/me", token: token).status == 200)
        }
    }

    @Test func namesAreTakenOnce() async throws {
        try await Self.with { (test, tenant) async throws in
            let path = "/companies/\(tenant.company)/organizations"
            let answer = try await test.send(.post, path, token: tenant.token(.owner), ["name": "Main"])
            #expect(answer.status == 409)
            #expect(try answer.problem == "slug-taken")
            #expect(answer.text.contains("The short name \\\"main\\\" is taken."))
            let other = try await test.send(
                .put, "/organizations/\(tenant.organization)", token: tenant.token(.owner), ["slug": "other"])
            #expect(other.status == 409)
            let nameless = try await test.send(.post, path, token: tenant.token(.owner), ["name": "日本"])
            #expect(try nameless.json["errors"]?[0]?["pointer"] == "/slug")
        }
    }

    @Test func aCompanyWhoseNameIsTakenGetsAnotherShortName() async throws {
        try await Self.with { (test, _) async throws in
            let stranger = try await TestTenant.person("stranger", [], test)
            func create(_ body: JSONValue) async throws -> TestAnswer {
                try await test.send(.post, "/companies", token: stranger.token, body)
            }
            let other = try await create(["name": "Alpha"])
            #expect(other.status == 201)
            let slug = try #require(try other.data["slug"]?.stringValue)
            #expect(slug.wholeMatch(of: /alpha-[bcdfghjkmnpqrstvwxz]{6}/) != nil, "\(slug)")
            #expect(try other.data["name"] == "Alpha")
            let long = String(repeating: "a", count: 70)
            for _ in 1...2 { #expect(try await create(["name": .string(long)]).status == 201) }
            // Who asks for one is told that it is taken, by whomever.
            let refused = try await create(["name": "Alpha", "slug": "alpha"])
            #expect(refused.status == 409)
            #expect(try refused.problem == "slug-taken")
        }
    }
}
