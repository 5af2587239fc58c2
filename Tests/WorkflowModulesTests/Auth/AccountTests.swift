import HTTPTypes
import Testing
import WorkflowCore
import WorkflowTesting

@testable import WorkflowModules

@Suite("auth.jwt: accounts")
struct AccountTests {
    @Test("A user registers, logs in, reads and changes the profile")
    func wholeWay() async throws {
        try await AuthApplication.run { application async throws in
            let registered = try await application.register("Ann@Example.com")
            #expect(registered.status == 201)
            #expect(registered.headers[.cacheControl] == "no-store")
            let user = try #require(try registered.json["user"])
            #expect(user["email"] == "Ann@Example.com" && user["name"] == "Ann")
            #expect(user["createdAt"] == .string(application.clock.now.description))
            #expect(user.objectValue?.keys == ["id", "email", "name", "createdAt"])
            let token = try #require(try registered.json["token"]?.stringValue)
            let principal = try #require(try await application.auth.authenticate(bearer: token))
            #expect(.string(principal.id) == user["id"])
            #expect(principal.claims["email"] == "Ann@Example.com" && principal.claims["iss"] == "workflow")

            let login = try await application.logIn("ann@example.COM")
            #expect(login.status == 200)
            #expect(try login.json["user"] == user)
            let header = "Bearer \(try login.json["token"]?.stringValue ?? "")"
            let profile = try await application.send(.get, "/api/auth/profile", authorization: header)
            #expect(profile.status == 200)
            #expect(try profile.json == user)
            let changed = try await application.send(
                .put, "/api/auth/profile", Array(#"{"name":"Anna"}"#.utf8), authorization: header)
            #expect(try changed.json["name"] == "Anna")
            let again = try await application.send(.get, "/x/auth/profile", authorization: "bearer  \(token)")
            #expect(try again.json["name"] == "Anna")
        }
    }

    @Test("Addresses are compared without case")
    func duplicates() async throws {
        try await AuthApplication.run { application async throws in
            try await application.register("ann@example.com")
            let second = try await application.register("ANN@EXAMPLE.COM")
            #expect(second.status == 409)
            #expect(try second.json == ["error": "email already registered"])
        }
    }

    @Test("Of many who register the same address at once, one succeeds")
    func racingRegistrations() async throws {
        try await AuthApplication.run { application async throws in
            let statuses = try await withThrowingTaskGroup(of: Int.self) { group in
                for _ in 0..<16 { group.addTask { try await application.register("ann@example.com").status } }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(statuses.count { $0 == 201 } == 1)
            #expect(statuses.count { $0 == 409 } == 15)
        }
    }

    @Test(
        "Registrations that are not acceptable",
        arguments: [
            (#"{"email":"a@b.c"}"#, "email and password are required"),
            (#"{"password":"12345678"}"#, "email and password are required"),
            (#"{"email":"","password":"12345678"}"#, "email and password are required"),
            (#"{"email":"a@b.c","password":""}"#, "email and password are required"),
            (#"{"email":"a b@c","password":"12345678"}"#, "the email address is not valid"),
            (#"{"email":"nobody","password":"12345678"}"#, "the email address is not valid"),
            (#"{"email":"a@b.c","password":"1234567"}"#, "the password must have at least 8 characters"),
            (#"{"email":"a@b.c","password":12345678}"#, "invalid request body"),
            (#"{"email":"a@b.c","password":"12345678","name":[]}"#, "invalid request body"),
            (#"{"email":"a@b.c","#, "invalid request body"), ("", "invalid request body"),
            ("[]", "invalid request body"),
            ("{\"email\":\"a@b.c\",\"password\":\"" + String(repeating: "x", count: 1025) + "\"}", "the password must"),
        ])
    func invalidRegistrations(_ body: String, _ message: String) async throws {
        try await AuthApplication.run { application async throws in
            let answer = try await application.send(.post, "/auth/register", Array(body.utf8))
            #expect(answer.status == 400)
            #expect(try answer.json["error"]?.stringValue?.hasPrefix(message) == true)
        }
    }

    @Test(
        "Long passwords and those in any script work", arguments: [String(repeating: "é", count: 512), "пароль-密码-🔑"])
    func unusualPasswords(_ password: String) async throws {
        try await AuthApplication.run { application async throws in
            #expect(try await application.register("a@b.c", password: password).status == 201)
            #expect(try await application.logIn("a@b.c", password: password).status == 200)
            #expect(try await application.logIn("a@b.c", password: password + "x").status == 401)
        }
    }

    @Test("Bytes that are not UTF-8, deep nesting and large bodies are refused")
    func hostileBodies() async throws {
        try await AuthApplication.run { application async throws in
            for body in [[0x7B, 0x22, 0xC0, 0xAF, 0x22, 0x7D], Array(String(repeating: "[", count: 10_000).utf8)] {
                #expect(try await application.send(.post, "/auth/login", body).status == 400)
            }
            let error = await #expect(throws: HTTPError.self) {
                try await application.send(.post, "/auth/login", [UInt8](repeating: 0x20, count: 10 << 20))
            }
            #expect(error?.status == .contentTooLarge)
        }
    }

    @Test("A wrong password and an unknown user get the same answer")
    func wrongCredentials() async throws {
        try await AuthApplication.run { application async throws in
            try await application.register("ann@example.com")
            let wrong = try await application.logIn("ann@example.com", password: "wrong horse")
            let unknown = try await application.logIn("bob@example.com")
            let invalid = try await application.logIn("not an address")
            for answer in [wrong, unknown, invalid] {
                #expect(answer.status == 401)
                #expect(try answer.json == ["error": "invalid credentials"])
            }
        }
    }

    @Test("The profile tells what is wrong with the credentials")
    func profileErrors() async throws {
        try await AuthApplication.run { application async throws in
            let stranger = ForgedToken.make(application.claims("nobody"))
            let cases: [(String?, String)] = [
                (nil, "authorization header required"), ("", "authorization header required"),
                ("Basic abc", "bearer token required"), ("Bearer ", "bearer token required"),
                ("Bearer abc", "invalid token"), ("Bearer \(stranger)", "user not found"),
            ]
            for (header, message) in cases {
                let answer = try await application.send(.get, "/api/auth/profile", authorization: header)
                #expect(answer.status == 401)
                #expect(try answer.json == ["error": .string(message)])
                #expect(answer.headers[.wwwAuthenticate] == "Bearer")
            }
            let answer = try await application.register("a@b.c")
            let header = "Bearer \(try answer.json["token"]?.stringValue ?? "")"
            for body in [
                "{}", "[]", #"{"name":1}"#, #"{"name":null}"#,
                "{\"name\":\"" + String(repeating: "x", count: 201) + "\"}",
            ] {
                let answer = try await application.send(.put, "/auth/profile", Array(body.utf8), authorization: header)
                #expect(answer.status == 400)
            }
        }
    }

    @Test("Other paths and methods")
    func otherRequests() async throws {
        try await AuthApplication.run { application async throws in
            let unknown = try await application.send(.get, "/auth/nothing")
            #expect(unknown.status == 404)
            #expect(try unknown.json == ["error": "not found"])
            for (method, path) in [(HTTPRequest.Method.get, "login"), (.put, "register"), (.delete, "profile")] {
                let answer = try await application.send(method, "/api/auth/\(path)")
                #expect(answer.status == 405)
                #expect(answer.headers[.allow]?.isEmpty == false)
            }
        }
    }

    @Test("Neither passwords nor hashes nor tokens nor the secret get into logs, errors or descriptions")
    func noLeaks() async throws {
        let log = LineLog()
        let store = InMemoryStateStore()
        try await AuthApplication.run(store: store, logger: log.logger) { application async throws in
            let answer = try await application.register("ann@example.com")
            let token = try #require(try answer.json["token"]?.stringValue)
            _ = try await application.logIn("ann@example.com", password: "wrong horse")
            let user = try #require(try await application.store.user(email: "ann@example.com"))
            await store.close()
            let failed = try await application.logIn("ann@example.com")
            #expect(failed.status == 503)
            let unknowable = await #expect(throws: StoreError.self) {
                try await application.auth.authenticate(bearer: ForgedToken.make(application.claims()))
            }
            let texts =
                log.lines + [
                    "\(application.auth.configuration)", String(reflecting: application.auth.configuration),
                    String(decoding: failed.bytes, as: UTF8.self), "\(String(describing: unknowable))",
                ]
            for text in texts {
                for secret in [AuthApplication.secret, "correct horse", "wrong horse", token, user.passwordHash] {
                    #expect(!text.contains(secret))
                }
            }
        }
    }

    @Test("Configurations without a usable secret are refused, and the error does not repeat it")
    func weakSecrets() async throws {
        for secret in ["", "fifteen bytes.."] {
            let error = await #expect(throws: ConfigurationError.self) {
                try await AuthApplication.run(["secret": .string(secret)]) { _ in }
            }
            #expect(error?.description.contains("secret") == true)
            if !secret.isEmpty { #expect(error?.description.contains(secret) == false) }
        }
        try await AuthApplication.run(["secret": "sixteen bytes..."]) { application async throws in
            #expect(try await application.register("a@b.c").status == 201)
        }
    }
}
