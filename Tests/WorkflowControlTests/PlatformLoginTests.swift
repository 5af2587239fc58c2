import Foundation
import Testing
import WorkflowCore

@testable import WorkflowPlatform

@Suite("wfctl login on a platform", .serialized)
struct PlatformLoginTests {
    @Test("signs in with a password, keeps the session to itself and ends it on the server")
    func password() async throws {
        let fixture = try await PlatformFixture()
        let wrong = try await fixture.login(password: "wrong password")
        #expect(wrong.status == 77)
        #expect(
            wrong.errors == """
                error: The e-mail address or the password is wrong.
                    hint: look at the address, the password and the code again

                """)
        let done = try await fixture.login()
        #expect(done.status == 0)
        #expect(done.output.isEmpty)
        #expect(
            done.errors == "Logged in to \(fixture.url) as ada@acme.example; ada, company acme is used from now on.\n")
        let attributes = try FileManager.default.attributesOfItem(atPath: fixture.contextsPath)
        #expect(attributes[.posixPermissions] as? Int == 0o600)
        let listed = try await fixture.wfctl("context", "list", "-o", "json")
        let token = try #require(try fixture.entry("ada")["token"]?.stringValue)
        #expect(!listed.output.contains(token))
        #expect(try listed.json[0]?["kind"] == "platform")
        #expect(try listed.json[0]?["company"] == "acme")
        #expect(try await fixture.wfctl("companies", "list", "-o", "json").json["data"]?[0]?["name"] == "Acme")

        let out = try await fixture.wfctl("logout")
        #expect(out.errors == "Logged out of \(fixture.url).\n")
        #expect(try await fixture.post("/auth/me", nil, token: token, method: "GET").status == 401)
        let after = try await fixture.wfctl("companies", "list")
        #expect(after.status == 77)
        #expect(after.errors.hasPrefix("error: \(fixture.url) asks for a token.\n    hint: run `wfctl login"))
        try await fixture.stop()
    }

    @Test("asks for the code of the second factor")
    func secondFactor() async throws {
        let fixture = try await PlatformFixture()
        try await fixture.login()
        let token = try #require(try fixture.entry("ada")["token"]?.stringValue)
        let begun = try await fixture.post("/auth/totp", ["password": .string(PlatformFixture.password)], token: token)
        let secret = Self.bytes(base32: try #require(begun.data["secret"]?.stringValue))
        let code = TimeBasedCode.code(secret, step: Int64(Date().timeIntervalSince1970) / TimeBasedCode.period)
        let confirmed = try await fixture.post("/auth/totp/confirm", ["code": .string(code)], token: token)
        let recovery = try #require(confirmed.data["recovery_codes"]?[0]?.stringValue)
        let missing = try await fixture.login()
        #expect(missing.status == 77)
        #expect(missing.errors == "error: The account asks for a second factor.\n    hint: pass --code\n")
        #expect(try await fixture.login("ada", PlatformFixture.email, "--code", "123456").status == 77)
        #expect(try await fixture.login("ada", PlatformFixture.email, "--code", "-abcdefgh").status == 77)
        let done = try await fixture.login("ada", PlatformFixture.email, "--code", recovery)
        #expect(done.status == 0, "\(done.errors)")
        try await fixture.stop()
    }

    private static func bytes(base32 text: String) -> [UInt8] {
        let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".utf8)
        var (bytes, buffer, bits): ([UInt8], UInt32, Int) = ([], 0, 0)
        for letter in text.utf8 {
            buffer = (buffer << 5 | UInt32(alphabet.firstIndex(of: letter) ?? 0)) & 0xFFFF
            bits += 5
            guard bits >= 8 else { continue }
            bits -= 8
            bytes.append(UInt8(buffer >> UInt32(bits) & 0xFF))
        }
        return bytes
    }

    @Test("signs in by a code that somebody approves elsewhere")
    func device() async throws {
        let fixture = try await PlatformFixture()
        try await fixture.login()
        let waiting = try fixture.follow("login", fixture.url)
        try await eventually("the code is shown") { waiting.standardError.contains("Ctrl-C stops") }
        let code = try #require(waiting.standardError.firstMatch(of: #/--approve ([A-Z]{4}-[A-Z]{4})/#)).1
        #expect(waiting.standardError.contains(#/To sign in, open http:\/\/\S+\/device\n/#))
        let unknown = try await fixture.wfctl("login", "--approve", "BBBB-BBBB", "--yes")
        #expect(unknown.status == 5)
        #expect(unknown.errors.hasPrefix("error: No device waits with the code BBBB-BBBB.\n"))
        #expect(try await fixture.wfctl("login", "--approve", String(code)).status == 64, "nobody can be asked")
        let approved = try await fixture.wfctl("login", "--approve", code.lowercased(), "--yes")
        #expect(approved.status == 0)
        #expect(approved.errors.contains(", from 127.0.0.1, since "))
        #expect(approved.errors.hasSuffix("It is signed in.\n"))
        #expect(try await waiting.exitStatus() == 0)
        #expect(waiting.standardError.contains("as ada@acme.example; "))
        let denied = try fixture.follow("login", fixture.url)
        denied.kill(SIGINT)
        #expect(try await denied.exitStatus() != 0)
        let unasked = try await fixture.wfctl("login", fixture.url, "--no-input")
        #expect(unasked.status == 64)
        try await fixture.stop()
    }

    @Test("keeps an API key from standard input, and takes one from the environment")
    func key() async throws {
        let fixture = try await PlatformFixture()
        try await fixture.login()
        let token = try #require(try fixture.entry("ada")["token"]?.stringValue)
        let company = try #require(try fixture.entry("ada")["company"]?["id"]?.stringValue)
        let made = try await fixture.post(
            "/companies/\(company)/api-keys", ["name": "ci", "scopes": ["*:read"]], token: token)
        let key = try #require(made.data["key"]?.stringValue)
        let kept = try await fixture.wfctl("login", "ci", "--server", fixture.url, "--token-file", "-", input: key)
        #expect(kept.status == 0, "\(kept.errors)")
        #expect(try await fixture.wfctl("companies", "show", "--context", "ci").status == 0)
        let wrong = try await fixture.wfctl("login", "ci", "--server", fixture.url, "--token-file", "-", input: "wfk_x")
        #expect(wrong.status == 77)
        let given = try await fixture.wfctl(
            "companies", "list", "--server", fixture.url, environment: ["WFCTL_TOKEN": key])
        #expect(given.status == 0)
        let refused = try await fixture.wfctl("organizations", "create", "Main", "--context", "ci")
        #expect(refused.status == 3)
        #expect(refused.errors.hasPrefix("error: The API key lacks the scope organizations:write"))
        try await fixture.stop()
    }

    @Test("renews a session once, however many processes want to")
    func renewal() async throws {
        let fixture = try await PlatformFixture()
        try await fixture.login()
        for _ in 1...2 {
            let before = try fixture.entry("ada")["refreshToken"]
            try fixture.change("ada", "expiresAt", 0)
            let results = try await withThrowingTaskGroup(of: Int32.self) { group in
                for _ in 1...6 { group.addTask { try await fixture.wfctl("companies", "list").status } }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(results == Array(repeating: 0, count: 6))
            #expect(try fixture.entry("ada")["refreshToken"] != before)
        }
        // As when the clocks differ: only the answer tells that the token has ended.
        try fixture.change("ada", "token", "not-a-token")
        #expect(try await fixture.wfctl("companies", "list").status == 0)
        let list = try await fixture.wfctl("audit", "list", "--action", "auth.refresh-reuse")
        #expect(list.errors == "There are no such entries.\n")

        let token = try #require(try fixture.entry("ada")["token"]?.stringValue)
        #expect(try await fixture.post("/auth/logout", nil, token: token).status == 200)
        let ended = try await fixture.wfctl("companies", "list")
        #expect(ended.status == 77)
        #expect(
            ended.errors == "error: The session at \(fixture.url) has ended.\n    hint: run `wfctl login ada`\n")
        try await fixture.stop()
    }

    @Test("says that nobody uses the platform yet, that it is down, or that it is none")
    func elsewhere() async throws {
        let fixture = try await PlatformFixture(isSetUp: false)
        let early = try await fixture.login()
        #expect(early.status == 3)
        #expect(early.errors.hasPrefix("error: The platform at \(fixture.url) has no user yet.\n"))
        try await fixture.setUp()
        try await fixture.login()
        let single = try await fixture.wfctl("status")
        #expect(single.status == 64)
        #expect(
            single.errors.hasPrefix("error: \(fixture.url) is a platform, and this command is for a single server."))
        try await fixture.stop()
        let down = try await fixture.wfctl("companies", "list")
        #expect(down.status == 69)
        #expect(down.errors.hasPrefix("error: No server answers at \(fixture.url): "))
        #expect(down.errors.contains("hint: start one with `wfserver platform`, "))
        let (server, url) = try await fixture.control.serve()
        let token = try String(contentsOfFile: "\(fixture.control.folder)/.workflow/management-token", encoding: .utf8)
        let none = try await fixture.wfctl(
            "companies", "list", "--server", url,
            environment: ["WFCTL_TOKEN": token.trimmingCharacters(in: .whitespacesAndNewlines)])
        #expect(none.status == 76)
        #expect(none.errors.contains("it does not know the request"))
        let accounts = try await fixture.wfctl("login", "x", "--server", url, "--email", "ada@acme.example")
        #expect(accounts.status == 64)
        server.kill(SIGTERM)
        #expect(try await server.exitStatus() == 0)
    }
}
