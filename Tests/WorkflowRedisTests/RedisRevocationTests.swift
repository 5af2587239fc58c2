#if Redis
import Foundation
import HTTPTypes
import Testing
import WorkflowCore
import WorkflowModules
import WorkflowTesting

@testable import WorkflowRedis

@Suite("Revoked tokens in Redis")
struct RedisRevocationTests {
    /// Nodes with a state store each: what one of them knows of another one comes from Redis.
    private func modules(_ server: RedisServer, tokenExpiry: String = "1h") -> JSONValue {
        [
            [
                "name": "redis", "type": "redis.connection",
                "config": ["url": .string(server.url), "timeout": "500ms", "prefix": "shop:"],
            ],
            [
                "name": "auth", "type": "auth.jwt",
                "config": [
                    "secret": "a secret of at least thirty-two bytes", "scryptCost": 10, "revocations": "redis",
                    "tokenExpiry": .string(tokenExpiry),
                ],
            ],
            ["name": "guard", "type": "http.middleware.auth", "config": ["authProvider": "auth"]],
        ]
    }

    @Test func `a token that one node logs out is refused by the others when they ask again`() async throws {
        try await RedisServer.run { server in
            let clock = TestClock()
            var tokens: [String] = []
            try await RedisTestApplication.run(2, modules(server), clock: clock) { nodes async throws in
                tokens = [try await nodes[0].newToken("a@b.c"), try await nodes[0].newToken("d@e.f")]
                for node in nodes {
                    for token in tokens { #expect(try await node.send(token: token).status == 200) }
                }
                #expect(try await nodes[0].auth("logout", token: tokens[0]).status == 204)
                #expect(try await nodes[0].send(token: tokens[0]).status == 401)
                #expect(try await nodes[0].auth("logout", token: tokens[0]).status == 401)
                // The other one asks every 5 seconds.
                clock.advance(by: .milliseconds(4999))
                #expect(try await nodes[1].send(token: tokens[0]).status == 200)
                clock.advance(by: .milliseconds(1))
                #expect(try await nodes[1].send(token: tokens[0]).text.contains("Invalid credentials"))
                for node in nodes { #expect(try await node.send(token: tokens[1]).status == 200) }
            }
            // A node that has not seen them before.
            try await RedisTestApplication.run(1, modules(server), clock: clock) { nodes async throws in
                #expect(try await nodes[0].send(token: tokens[0]).status == 401)
                #expect(try await nodes[0].send(token: tokens[1]).status == 200)
            }
        }
    }

    @Test func `the key of a revocation ends a minute after the token and tells nothing about it`() async throws {
        try await RedisServer.run { server in
            try await RedisTestApplication.run(1, modules(server), clock: TestClock()) { nodes async throws in
                let token = try await nodes[0].newToken("a@b.c")
                #expect(try await nodes[0].auth("logout", token: token).status == 204)
                let client = try RedisClient(try server.settings)
                let names = try await client.send("KEYS", "*").array?.compactMap(\.text) ?? []
                let name = try #require(names.first)
                #expect(names.count == 1 && name.hasPrefix("shop:revoked:"))
                #expect(!token.split(separator: ".").contains { name.contains($0) })
                #expect(try await client.send("GET", RedisArgument(name)).text == "1")
                let lifetime = try #require(try await client.send("PTTL", RedisArgument(name)).integer)
                #expect((3_600_001...3_660_000).contains(lifetime))
                await client.close()
            }
        }
    }

    @Test func `Redis forgets a revocation when its time is over`() async throws {
        try await RedisServer.run { server in
            let client = try RedisClient(try server.settings)
            let clock = TestClock()
            let revocations = RedisRevocations(prefix: "t:", clock: clock)
            let soon = clock.now.advanced(by: .milliseconds(-59_000))
            try await revocations.revoke("a", until: soon, on: { client })
            #expect(try await revocations.isRevoked("a", on: { client }))
            #expect(try await !revocations.isRevoked("b", on: { client }))
            try await waitUntil("it is over") { try await !revocations.isRevoked("a", on: { client }) }
            // Of a token that has expired long ago, and of one that never does.
            try await revocations.revoke("c", until: Timestamp(seconds: 0), on: { client })
            try await revocations.revoke("d", until: Timestamp(nanoseconds: .max), on: { client })
            #expect(try await revocations.isRevoked("d", on: { client }))
            await client.close()
        }
    }

    @Test func `without Redis nobody is logged out, and what is not known is answered with 503`() async throws {
        try await RedisServer.run { server in
            let clock = TestClock()
            try await RedisTestApplication.run(1, modules(server), clock: clock) { nodes async throws in
                let node = nodes[0]
                let (token, other) = (try await node.newToken("a@b.c"), try await node.newToken("d@e.f"))
                #expect(try await node.send(token: token).status == 200)
                server.kill()
                let failed = try await node.auth("logout", token: token)
                #expect((failed.status, failed["retry-after"]) == (503, "1"))
                #expect(failed.text == #"{"error":"the storage is not available"}"#)
                #expect(node.log.count(of: "The storage does not answer") == 1)
                #expect(try await node.send(token: token).status == 200)
                clock.advance(by: .seconds(5))
                for token in [token, other] {
                    let answer = try await node.send(token: token)
                    #expect((answer.status, answer["retry-after"]) == (503, "2"))
                    #expect(answer.text.contains("Credentials cannot be checked now"))
                }
                // That it is not ours shows without Redis.
                #expect(try await node.send(token: "\(token)x").status == 401)
                #expect(try await node.health.level == .degraded)
                try await server.start()
                try await waitUntil("Redis is back") { try await node.health.level == .healthy }
                for token in [token, other] { #expect(try await node.send(token: token).status == 200) }
                #expect(try await node.auth("logout", token: token).status == 204)
                #expect(try await node.send(token: token).status == 401)
            }
        }
    }

    @Test func `a server that stands still holds nobody up for longer than a command may take`() async throws {
        try await RedisServer.run { server in
            try await RedisTestApplication.run(1, modules(server), clock: TestClock()) { nodes async throws in
                let token = try await nodes[0].newToken("a@b.c")
                server.signal(SIGSTOP)
                let start = ContinuousClock.now
                #expect(try await nodes[0].send(token: token).status == 503)
                #expect(try await nodes[0].auth("logout", token: token).status == 503)
                #expect(ContinuousClock.now - start < .seconds(5))
            }
        }
    }

    @Test func `a Redis that was emptied has forgotten who was logged out`() async throws {
        try await RedisServer.run { server in
            try await RedisTestApplication.run(1, modules(server), clock: TestClock()) { nodes async throws in
                let token = try await nodes[0].newToken("a@b.c")
                #expect(try await nodes[0].auth("logout", token: token).status == 204)
                #expect(try await nodes[0].send(token: token).status == 401)
                let client = try RedisClient(try server.settings)
                _ = try await client.send("FLUSHALL")
                await client.close()
                #expect(try await nodes[0].send(token: token).status == 200)
            }
        }
    }

    @Test func `a Redis that is full logs nobody out, and tells who was`() async throws {
        try await RedisServer.run { server in
            try await RedisTestApplication.run(1, modules(server), clock: TestClock()) { nodes async throws in
                let (first, second) = (try await nodes[0].newToken("a@b.c"), try await nodes[0].newToken("d@e.f"))
                #expect(try await nodes[0].auth("logout", token: first).status == 204)
                let client = try RedisClient(try server.settings)
                _ = try await client.send("CONFIG", "SET", "maxmemory", "1")
                #expect(try await nodes[0].auth("logout", token: second).status == 503)
                #expect(try await nodes[0].send(token: first).status == 401)
                #expect(try await nodes[0].send(token: second).status == 200)
                await client.close()
            }
        }
    }

    @Test func `what Redis says is an error of a store`() async throws {
        try await RedisServer.run { server in
            let client = try RedisClient(try server.settings)
            let revocations = RedisRevocations(prefix: "t:", clock: TestClock())
            _ = try await client.send("CONFIG", "SET", "maxmemory", "1")
            let refused = await #expect(throws: StoreError.self) {
                try await revocations.revoke("a", until: Timestamp(seconds: 9_000_000_000), on: { client })
            }
            #expect(refused?.code == .unavailable && refused?.message.hasPrefix("OOM ") == true)
            await client.close()
            let closed = await #expect(throws: StoreError.self) {
                try await revocations.isRevoked("a", on: { client })
            }
            #expect(closed?.code == .unavailable)
        }
    }

    @Test func `a client that goes away is logged out all the same`() async throws {
        try await RedisServer.run { server in
            let client = try RedisClient(try server.settings)
            let revocations = RedisRevocations(prefix: "t:", clock: TestClock())
            let gate = TestGate()
            let logout = Task {
                // It is cancelled before it begins.
                await #expect(throws: CancellationError.self) { try await gate.wait() }
                try await revocations.revoke("a", until: Timestamp(seconds: 9_000_000_000), on: { client })
            }
            logout.cancel()
            try await logout.value
            #expect(try await revocations.isRevoked("a", on: { client }))
            await client.close()
        }
    }

    @Test func `a connection that is not there is told with its place`() async throws {
        let yaml = """
            modules:
              - {name: redis, type: redis.connection, config: {url: "redis://127.0.0.1:1"}}
              - name: auth
                type: auth.jwt
                config:
                  secret: a secret of at least thirty-two bytes
                  revocations: rediss
            """
        let engine = WorkflowEngine(
            configuration: try ApplicationConfiguration(yaml: yaml, file: "app.yaml"),
            registry: RedisTestApplication.registry)
        let error = await #expect(throws: ConfigurationError.self) { try await engine.start() }
        let issue = try #require(error?.issues.first)
        #expect(error?.issues.count == 1)
        #expect((issue.location.line, issue.location.column) == (7, 20))
        #expect(issue.message == "there is no module \"rediss\"; a token-revocation store is needed here")
        #expect(issue.suggestion == "did you mean \"redis\"?")
    }
}

extension RedisTestApplication {
    /// Registers a user.
    ///
    /// - Returns: The token.
    fileprivate func newToken(_ email: String) async throws -> String {
        let body: JSONValue = ["email": .string(email), "name": "Ann", "password": "correct horse"]
        let request = ServerRequest(
            method: .post, target: "/auth/register", remoteAddress: "192.0.2.1",
            body: RequestBody(bytes: body.jsonBytes()))
        let answer = RedisTestAnswer(try await engine.service(JWTAuthentication.self).handle(request))
        return try #require(try JSONValue(parsing: Array(answer.text.utf8))["token"]?.stringValue)
    }

    /// Asks the auth.jwt.
    fileprivate func auth(_ operation: String, token: String) async throws -> RedisTestAnswer {
        let request = ServerRequest(
            method: .post, target: "/auth/\(operation)", headers: [.authorization: "Bearer \(token)"])
        return RedisTestAnswer(try await engine.service(JWTAuthentication.self).handle(request))
    }
}
#endif
