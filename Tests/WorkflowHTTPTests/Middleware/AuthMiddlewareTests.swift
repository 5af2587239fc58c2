import Testing
import WorkflowCore

@Suite("http.middleware.auth")
struct AuthMiddlewareTests {
    private let app =
        web + """
              - {name: echo, type: test.echo}
              - {name: tokens, type: test.tokens}
              - {name: auth, type: http.middleware.auth, config: {authType: bearer, authProvider: tokens}}
            workflows:
              http:
                routes: [{method: GET, path: /me, handler: echo, middlewares: [auth]}]
            """

    @Test(arguments: ["Bearer good", "bearer good", "BEARER  good"])
    func `a valid token tells who makes the request`(authorization: String) async throws {
        try await withApplication(app) { app async throws in
            let response = try await app.get("/me", headers: ["authorization: \(authorization)"])
            #expect(response.status == 200)
            #expect(response.json["principal"]?.stringValue == "alice")
        }
    }

    @Test(arguments: [
        (nil, "Authorization header required", "Bearer"),
        ("Basic YTpi", "Bearer authorization required", "Bearer"),
        ("Bearer", "Bearer authorization required", "Bearer"),
        ("Bearer a b", "Bearer authorization required", "Bearer"),
        ("Bearer bad", "Invalid credentials", "Bearer error=\"invalid_token\""),
    ])
    func `anything else is answered with 401`(
        authorization: String?, message: String, challenge: String
    ) async throws {
        try await withApplication(app) { app async throws in
            let response = try await app.get("/me", headers: authorization.map { ["authorization: \($0)"] } ?? [])
            #expect(response.status == 401)
            #expect(response["content-type"] == "application/problem+json")
            #expect(response["www-authenticate"] == challenge)
            #expect(response.json["error"]?.stringValue == message)
            #expect(response.json["status"]?.intValue == 401)
        }
    }

    @Test func `when tokens cannot be checked nobody is told to log in again`() async throws {
        try await withApplication(app) { app async throws in
            let response = try await app.get("/me", headers: ["authorization: Bearer unknowable"])
            #expect(response.status == 503)
            #expect(response["retry-after"] == "2")
            #expect(response["www-authenticate"] == nil)
        }
    }

    @Test func `without a module that checks tokens the configuration is refused`() async {
        let yaml = """
            modules:
              - {name: auth, type: http.middleware.auth, config: {secretKey: hush}}
            """
        let problem = await problems(of: yaml)
        #expect(problem.contains("no module checks tokens"))
        #expect(problem.contains("\"secretKey\" here is not used"))
        #expect(problem.contains("auth.jwt"))
        #expect(!problem.contains("hush"))
    }

    @Test func `other schemes are refused`() async {
        let yaml = "modules: [{name: auth, type: http.middleware.auth, config: {authType: Basic}}]"
        #expect(await problems(of: yaml).contains("must be Bearer, is \"Basic\""))
    }
}
