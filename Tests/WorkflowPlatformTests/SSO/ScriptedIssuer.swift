import Crypto
import Foundation
import HTTPTypes
import Logging
import Synchronization
import WorkflowCore
import WorkflowHTTP
import WorkflowTesting

@testable import WorkflowPlatform

/// An issuer on loopback that checks PKCE, and lies as a test tells it to.
final class ScriptedIssuer: HTTPHandler {
    /// How a token is signed.
    enum Signing: Sendable {
        /// With the key that is published.
        case right
        /// With another key that has the same name.
        case otherKey
        /// With a text that both sides know.
        case secret(String)
        /// Not at all.
        case none
    }

    /// How the issuer departs from what is usual.
    struct Script: Sendable {
        var signing = Signing.right
        /// Claims in place of the right ones; `null` leaves one out.
        var claims: JSONObject = [:]
        /// Members of the discovery document in place of the right ones.
        var metadata: JSONObject = [:]
        /// The name of the key in tokens.
        var keyID = "one"
        /// The name of the key that is published.
        var publishedKeyID = "one"
        /// What is answered under a path in place of the right thing.
        var answers: [String: @Sendable () -> ServerResponse] = [:]
        /// What GitHub would say of the addresses of a person.
        var emails: JSONValue = []
    }

    private struct Begun {
        let nonce: String
        let challenge: String
        let clientID: String
        let person: JSONObject
    }

    private struct State {
        var script = Script()
        var begun: [String: Begun] = [:]
        var last: JSONObject = [:]
        var requests: [String: Int] = [:]
    }

    private let state = Mutex(State())
    private let key = P256.Signing.PrivateKey()
    private let clock: any EngineClock
    private let server = Mutex<HTTPServer?>(nil)

    private init(clock: any EngineClock) { self.clock = clock }

    /// Lends an issuer that runs.
    static func with<Value>(
        _ clock: any EngineClock, _ body: (ScriptedIssuer) async throws -> Value
    ) async throws -> Value {
        let issuer = ScriptedIssuer(clock: clock)
        let server = HTTPServer(
            configuration: HTTPServerConfiguration(address: try ListenAddress("127.0.0.1:0")), responder: issuer,
            logger: .quiet)
        try await server.start()
        issuer.server.withLock { $0 = server }
        let result: Result<Value, any Error>
        do {
            result = .success(try await body(issuer))
        } catch {
            result = .failure(error)
        }
        _ = await server.stop(deadline: .zero)
        return try result.get()
    }

    /// What it calls itself.
    var url: String { "http://127.0.0.1:\(server.withLock { $0?.port } ?? 0)" }

    /// Changes how it behaves.
    func script(_ change: (inout Script) -> Void) { state.withLock { change(&$0.script) } }

    /// How often a path was asked for.
    func count(_ path: String) -> Int { state.withLock { $0.requests[path] ?? 0 } }

    /// Signs somebody in, as a browser would that was sent there.
    ///
    /// - Returns: The query that the browser is sent back with.
    func signIn(_ location: String, as person: JSONObject) throws -> String {
        let form = Self.form(String(location.split(separator: "?", maxSplits: 1).last ?? ""))
        let code = UUID().uuidString
        state.withLock {
            $0.begun[code] = Begun(
                nonce: form["nonce"] ?? "", challenge: form["code_challenge"] ?? "", clientID: form["client_id"] ?? "",
                person: person)
        }
        return "code=\(code)&state=\(form["state"] ?? "")"
    }

    func handle(_ request: ServerRequest) async throws -> ServerResponse {
        let other = state.withLock { state in
            state.requests[request.path, default: 0] += 1
            return state.script.answers[request.path]
        }
        if let other { return other() }
        switch request.path {
        case "/.well-known/openid-configuration": return .json(.object(metadata))
        case "/keys": return .json(keys)
        case "/token", "/login/oauth/access_token":
            return try token(Self.form(String(decoding: try await request.body.collect(upTo: 10_000), as: UTF8.self)))
        case "/userinfo", "/api/v3/user":
            return .json(.object(state.withLock { $0.last }))
        case "/api/v3/user/emails": return .json(state.withLock { $0.script.emails })
        default: return ServerResponse(status: .notFound)
        }
    }

    private var metadata: JSONObject {
        var document: JSONObject = [
            "issuer": .string(url), "authorization_endpoint": .string("\(url)/authorize"),
            "token_endpoint": .string("\(url)/token"), "jwks_uri": .string("\(url)/keys"),
            "userinfo_endpoint": .string("\(url)/userinfo"),
        ]
        document.merge(state.withLock { $0.script.metadata })
        return document
    }

    private var keys: JSONValue {
        let point = key.publicKey.rawRepresentation
        let id = state.withLock { $0.script.publishedKeyID }
        return [
            "keys": [
                ["kty": "oct", "k": "c2VjcmV0"],
                [
                    "kty": "EC", "crv": "P-256", "kid": .string(id), "use": "sig",
                    "x": .string(TestTokens.encode(Data(point.prefix(32)))),
                    "y": .string(TestTokens.encode(Data(point.suffix(32)))),
                ],
            ]
        ]
    }

    private func token(_ form: [String: String]) throws -> ServerResponse {
        let found = state.withLock { ($0.begun.removeValue(forKey: form["code"] ?? ""), $0.script) }
        guard let begun = found.0,
            TestTokens.encode(Data(SHA256.hash(data: Data((form["code_verifier"] ?? "").utf8)))) == begun.challenge
        else { return .json(["error": "invalid_grant"], status: .badRequest) }
        state.withLock { $0.last = begun.person }
        let now = clock.now.seconds
        var claims: JSONObject = [
            "iss": .string(url), "aud": .string(begun.clientID), "nonce": .string(begun.nonce), "iat": .integer(now),
            "exp": .integer(now + 300),
        ]
        claims.merge(begun.person)
        for (name, value) in zip(found.1.claims.keys, found.1.claims.values) {
            claims[name] = value
            if value == .null { _ = claims.removeValue(forKey: name) }
        }
        return .json([
            "access_token": "access", "token_type": "Bearer", "id_token": .string(try sign(claims, found.1)),
        ])
    }

    private func sign(_ claims: JSONObject, _ script: Script) throws -> String {
        let algorithm =
            switch script.signing {
            case .right, .otherKey: "ES256"
            case .secret: "HS256"
            case .none: "none"
            }
        let header: JSONValue = ["alg": .string(algorithm), "typ": "JWT", "kid": .string(script.keyID)]
        let text = [header, .object(claims)].map { TestTokens.encode($0.jsonString()) }.joined(separator: ".")
        let bytes = Data(text.utf8)
        let signature: Data =
            switch script.signing {
            case .right: try key.signature(for: bytes).rawRepresentation
            case .otherKey: try P256.Signing.PrivateKey().signature(for: bytes).rawRepresentation
            case .secret(let secret):
                Data(HMAC<SHA256>.authenticationCode(for: bytes, using: SymmetricKey(data: Data(secret.utf8))))
            case .none: Data()
            }
        return "\(text).\(TestTokens.encode(signature))"
    }

    private static func form(_ text: String) -> [String: String] {
        let request = ServerRequest(method: .get, target: "/?\(text)")
        return Dictionary(request.queryItems.map { ($0.name, $0.value) }) { $1 }
    }
}
