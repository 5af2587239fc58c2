import Crypto
import HTTPTypes
import JWTKit
import Testing
import WorkflowCore
import WorkflowTesting

@testable import WorkflowModules

@Suite("auth.jwt: tokens")
struct TokenTests {
    @Test("A good token is good")
    func goodToken() async throws {
        try await AuthApplication.run { application async throws in
            var claims = application.claims()
            claims["roles"] = ["admin"]
            let principal = try #require(try await application.auth.authenticate(bearer: ForgedToken.make(claims)))
            #expect(principal.id == "u1")
            #expect(principal.claims["roles"]?[0] == "admin")
            let bare = ForgedToken.make(claims, header: ["alg": "HS256"])
            #expect(try await application.auth.authenticate(bearer: bare) != nil)
        }
    }

    @Test(
        "Headers that name anything but HS256 are refused, although the signature is right",
        arguments: [
            ["alg": "none"], ["alg": "None"], ["alg": "HS512", "typ": "JWT"], ["alg": "RS256", "typ": "JWT"],
            ["alg": "hs256"],
            ["typ": "JWT"], ["alg": "HS256", "crit": ["exp"]], ["alg": "HS256", "typ": "JWE"], ["alg": ["HS256"]],
        ] as [JSONObject])
    func otherHeaders(_ header: JSONObject) async throws {
        try await AuthApplication.run { application async throws in
            let token = ForgedToken.make(application.claims(), header: header)
            #expect(try await application.auth.authenticate(bearer: token) == nil)
        }
    }

    @Test("Tokens signed in other ways are refused")
    func otherAlgorithms() async throws {
        try await AuthApplication.run { application async throws in
            let claims = application.claims()
            let none = ForgedToken.signingInput(claims, ["alg": "none", "typ": "JWT"]) + "."
            let unsigned = ForgedToken.signingInput(claims, ["alg": "HS256", "typ": "JWT"])
            let input = ForgedToken.signingInput(claims, ["alg": "HS512", "typ": "JWT"])
            let code = HMAC<SHA512>.authenticationCode(
                for: Array(input.utf8), using: SymmetricKey(data: Array(AuthApplication.secret.utf8)))
            let hs512 = "\(input).\(UnpaddedBase64.url.encode(Array(code)))"
            let elliptic = try await JWTKeyCollection().add(ecdsa: ES256PrivateKey()).sign(
                SimplePayload(sub: "u1", iss: "workflow", exp: application.clock.now.seconds + 3600))
            for token in [none, unsigned, unsigned + ".", hs512, elliptic] {
                #expect(try await application.auth.authenticate(bearer: token) == nil)
            }
        }
    }

    private struct SimplePayload: JWTPayload {
        var sub: String
        var iss: String
        var exp: Int64

        func verify(using algorithm: some JWTAlgorithm) {}
    }

    @Test("Any change of a token makes it invalid")
    func tampering() async throws {
        try await AuthApplication.run { application async throws in
            let token = ForgedToken.make(application.claims())
            let bytes = Array(token.utf8)
            for index in bytes.indices {
                var changed = bytes
                changed[index] = changed[index] == UInt8(ascii: "A") ? UInt8(ascii: "B") : UInt8(ascii: "A")
                #expect(
                    try await application.auth.authenticate(bearer: String(decoding: changed, as: UTF8.self)) == nil)
            }
            for other in [
                token + "=", token + "A", "." + token, token + ".x", " " + token, token + "\n", "", "..", "a.b.c",
            ] {
                #expect(try await application.auth.authenticate(bearer: other) == nil)
            }
            #expect(try await application.auth.authenticate(bearer: String(repeating: "a", count: 100_000)) == nil)
        }
    }

    @Test(
        "Claims that do not fit are refused",
        arguments: [
            ("iss", "somebody"), ("iss", nil), ("sub", ""), ("sub", 7), ("sub", nil), ("exp", nil), ("exp", "soon"),
            ("exp", 0), ("nbf", 9_000_000_000), ("nbf", "now"), ("exp", -1e300),
        ] as [(String, JSONValue?)])
    func claims(_ key: String, _ value: JSONValue?) async throws {
        try await AuthApplication.run { application async throws in
            var claims = application.claims()
            claims[key] = value
            #expect(try await application.auth.authenticate(bearer: ForgedToken.make(claims)) == nil)
        }
    }

    @Test("Tokens of another secret are refused")
    func otherSecret() async throws {
        try await AuthApplication.run { application async throws in
            let token = ForgedToken.make(application.claims(), secret: "another secret of thirty-two bytes!!")
            #expect(try await application.auth.authenticate(bearer: token) == nil)
        }
    }

    @Test("A configured audience is put into tokens and demanded of them")
    func audience() async throws {
        try await AuthApplication.run(["audience": "shop"]) { application async throws in
            var claims = application.claims()
            for (value, isGood) in [
                (nil, false), ("bank", false), (["bank"], false), ("shop", true), (["x", "shop"], true),
            ]
                as [(JSONValue?, Bool)]
            {
                claims["aud"] = value
                let principal = try await application.auth.authenticate(bearer: ForgedToken.make(claims))
                #expect((principal != nil) == isGood)
            }
            let registered = try await application.register("a@b.c")
            let token = try #require(try registered.json["token"]?.stringValue)
            #expect(try await application.auth.authenticate(bearer: token)?.claims["aud"] == "shop")
        }
    }

    @Test("A token expires to the second, whether it has been seen before or not")
    func expiry() async throws {
        try await AuthApplication.run(["tokenExpiry": "1h"]) { application async throws in
            let registered = try await application.register("a@b.c")
            let token = try #require(try registered.json["token"]?.stringValue)
            let unseen = ForgedToken.make(application.claims())
            #expect(try await application.auth.authenticate(bearer: token) != nil)
            application.clock.advance(by: .seconds(3599))
            #expect(try await application.auth.authenticate(bearer: token) != nil)
            application.clock.advance(by: .seconds(1))
            #expect(try await application.auth.authenticate(bearer: token) == nil)
            #expect(try await application.auth.authenticate(bearer: unseen) == nil)
        }
    }

    @Test("A token that is not valid yet becomes so")
    func notBefore() async throws {
        try await AuthApplication.run { application async throws in
            var claims = application.claims()
            claims["nbf"] = .integer(application.clock.now.seconds + 10)
            let token = ForgedToken.make(claims)
            #expect(try await application.auth.authenticate(bearer: token) == nil)
            application.clock.advance(by: .seconds(10))
            #expect(try await application.auth.authenticate(bearer: token) != nil)
        }
    }

    @Test("Logging out makes one token invalid at once, also after a restart and in other modules")
    func revocation() async throws {
        let store = InMemoryStateStore()
        let clock = TestClock()
        let (first, second) = try await AuthApplication.run(store: store, clock: clock) { application async throws in
            let registered = try await application.register("a@b.c")
            let first = try #require(try registered.json["token"]?.stringValue)
            let second = try #require(try await application.logIn("a@b.c").json["token"]?.stringValue)
            try await AuthApplication.run(store: store, clock: clock) { other async throws in
                #expect(try await other.auth.authenticate(bearer: first) != nil)
                #expect(try await application.auth.authenticate(bearer: first) != nil)
                let answer = try await application.send(.post, "/auth/logout", authorization: "Bearer \(first)")
                #expect(answer.status == 204)
                #expect(try await application.auth.authenticate(bearer: first) == nil)
                clock.advance(by: .seconds(5))
                #expect(try await other.auth.authenticate(bearer: first) == nil)
            }
            #expect(try await application.send(.post, "/auth/logout", authorization: "Bearer \(first)").status == 401)
            return (first, second)
        }
        try await AuthApplication.run(store: store, clock: clock) { application async throws in
            #expect(try await application.auth.authenticate(bearer: first) == nil)
            #expect(try await application.auth.authenticate(bearer: second) != nil)
            let kept = try await store.values(namespace: "auth.revoked", prefix: "", limit: 10, now: clock.now)
            #expect(kept.count == 1)
            #expect(!kept[0].key.contains(".") && !first.contains(kept[0].key))
            clock.advance(by: .seconds(24 * 3600))
            let later = try await store.values(namespace: "auth.revoked", prefix: "", limit: 10, now: clock.now)
            #expect(later.isEmpty)
        }
    }

    @Test("When revocations cannot be read, it is not known whether a token is good")
    func unavailableStore() async throws {
        let store = InMemoryStateStore()
        try await AuthApplication.run(store: store) { application async throws in
            let token = ForgedToken.make(application.claims())
            #expect(try await application.auth.authenticate(bearer: token) != nil)
            await store.close()
            #expect(try await application.auth.authenticate(bearer: token) != nil)
            application.clock.advance(by: .seconds(5))
            await #expect(throws: StoreError.self) { try await application.auth.authenticate(bearer: token) }
        }
    }
}
