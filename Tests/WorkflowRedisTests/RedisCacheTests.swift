#if Redis
import Foundation
import HTTPTypes
import Testing
import WorkflowCore
import WorkflowRedis
import WorkflowTesting

@Suite("cache.redis")
struct RedisCacheTests {
    private func modules(_ server: RedisServer, _ settings: JSONObject = [:]) -> JSONValue {
        var config: JSONObject = ["url": .string(server.url), "timeout": "500ms"]
        for (key, value) in settings { config[key] = value }
        return [["name": "cache", "type": "cache.redis", "config": .object(config)]]
    }

    @Test func `what one engine has answered another one gives`() async throws {
        try await RedisServer.run { server in
            try await RedisTestApplication.run(2, modules(server)) { applications in
                let body = [UInt8](0...255)
                let fields: HTTPFields = [.contentType: "x/y", .eTag: "\"1\""]
                let first = try await applications[0].send { _ in
                    ServerResponse(headers: fields, body: .bytes(body))
                }
                #expect((first["x-cache"], first["age"]) == ("miss", nil))
                let second = try await applications[1].send { _ in throw WorkflowError(.internal, "not asked for") }
                #expect((second["x-cache"], second["age"], second["content-type"]) == ("hit", "0", "x/y"))
                #expect(second.text == first.text && second["etag"] == "\"1\"")
            }
        }
    }

    @Test func `a reload and a restart keep the answers`() async throws {
        try await RedisServer.run { server in
            try await RedisTestApplication.run(1, modules(server)) { _ = try await $0[0].send() }
            try await RedisTestApplication.run(1, modules(server)) { applications async throws in
                #expect(try await applications[0].send()["x-cache"] == "hit")
            }
            // Another list of fields makes other answers.
            try await RedisTestApplication.run(1, modules(server, ["vary": ["Accept"]])) { applications async throws in
                #expect(try await applications[0].send()["x-cache"] == "miss")
            }
        }
    }

    @Test func `fifty equal requests to two engines make one call`() async throws {
        try await RedisServer.run { server in
            try await RedisTestApplication.run(2, modules(server)) { applications in
                let (calls, arrived, gate) = (TestCounter(), TestGate(), TestGate())
                let handler: @Sendable (ServerRequest) async throws -> ServerResponse = { _ in
                    calls.increment()
                    arrived.open()
                    try await gate.wait()
                    return .text("answer")
                }
                let client = try RedisClient(try server.settings)
                let answers = try await withThrowingTaskGroup(of: RedisTestAnswer.self) { group in
                    group.addTask { try await applications[0].send("/a", .get, handler) }
                    try await arrived.wait()
                    for index in 1..<50 {
                        group.addTask { try await applications[index % 2].send("/a", .get, handler) }
                    }
                    // The second engine has asked, and asks again: three lookups at least.
                    try await waitUntil("the second engine waits") {
                        let text = try await client.send("INFO", "commandstats").text ?? ""
                        let part = text.firstRange(of: "cmdstat_evalsha:calls=").map { text[$0.upperBound...] } ?? ""
                        return Int(part.prefix { $0.isNumber }) ?? 0 >= 3
                    }
                    gate.open()
                    return try await group.reduce(into: []) { $0.append($1) }
                }
                await client.close()
                #expect(calls.value == 1)
                #expect(answers.count == 50 && Set(answers.map(\.text)) == ["answer"])
                #expect(answers.count { $0["x-cache"] == "miss" } == 1)
            }
        }
    }

    @Test func `a change through one engine forgets the answers of all`() async throws {
        let paths = ["/", "/api", "/api/orders", "/api/orders/7", "/api/orders/7/items", "/api/ordersx", "/b"]
        try await RedisServer.run { server in
            try await RedisTestApplication.run(2, modules(server)) { applications in
                for path in paths { _ = try await applications[0].send(path) }
                _ = try await applications[1].send("/api/orders/7", .put)
                var gone: [String] = []
                for path in paths where try await applications[0].send(path)["x-cache"] == "miss" {
                    gone.append(path)
                }
                #expect(gone == ["/", "/api", "/api/orders", "/api/orders/7", "/api/orders/7/items"])
            }
        }
    }

    @Test func `what is being answered during a change of another engine is not kept`() async throws {
        try await RedisServer.run { server in
            try await RedisTestApplication.run(2, modules(server)) { applications in
                let old = try await applications[0].send("/a") { _ in
                    _ = try await applications[1].send("/a", .post)
                    return .text("old")
                }
                #expect(old.text == "old")
                #expect(try await applications[0].send("/a") { _ in .text("new") }.text == "new")
                #expect(try await applications[1].send("/a")["x-cache"] == "hit")
            }
        }
    }

    @Test func `an answer for one only holds nobody up`() async throws {
        try await RedisServer.run { server in
            try await RedisTestApplication.run(2, modules(server)) { applications in
                let start = ContinuousClock.now
                for index in 0..<4 {
                    let answer = try await applications[index % 2].send("/a") { _ in
                        ServerResponse(headers: [.setCookie: "a=\(index)"])
                    }
                    #expect(answer["x-cache"] == "miss")
                }
                #expect(ContinuousClock.now - start < .seconds(5))
            }
        }
    }

    @Test func `when the engine that answers fails another one goes on`() async throws {
        try await RedisServer.run { server in
            try await RedisTestApplication.run(2, modules(server)) { applications in
                let (arrived, gate) = (TestGate(), TestGate())
                let first = Task {
                    try await applications[0].send("/a") { _ in
                        arrived.open()
                        try await gate.wait()
                        return .text("never")
                    }
                }
                try await arrived.wait()
                // Cancelled as by a client that goes away: the lock is given back all the same.
                first.cancel()
                await #expect(throws: CancellationError.self) { try await first.value }
                let start = ContinuousClock.now
                #expect(try await applications[1].send("/a").status == 200)
                #expect(ContinuousClock.now - start < .seconds(5))
            }
        }
    }

    @Test func `without Redis requests go through, and changes are not forgotten`() async throws {
        try await RedisServer.run { server in
            try await RedisTestApplication.run(1, modules(server)) { applications in
                let application = applications[0]
                _ = try await application.send("/a") { _ in .text("old") }
                #expect(try await application.send("/a")["x-cache"] == "hit")
                // It only stands still: what it keeps is there afterwards.
                server.signal(SIGSTOP)
                let through = try await application.send("/a") { _ in .text("through") }
                #expect((through.text, through["x-cache"]) == ("through", "miss"))
                #expect(try await application.send("/a") { _ in .text("again") }.text == "again")
                #expect(try await application.send("/a", .put).status == 200)
                #expect(try await application.health.level == .degraded)
                #expect(application.log.count(of: "Redis is away") == 1)
                server.signal(SIGCONT)
                try await waitUntil("Redis is back") { try await application.health.level == .healthy }
                let new = try await application.send("/a") { _ in .text("new") }
                #expect((new.text, new["x-cache"]) == ("new", "miss"))
                #expect(try await application.send("/a")["x-cache"] == "hit")
                #expect(application.log.count(of: "Redis is back") == 1)
            }
        }
    }

    @Test func `nothing of a request shows in the names of keys`() async throws {
        try await RedisServer.run { server in
            try await RedisTestApplication.run(1, modules(server, ["prefix": "shop:"])) { applications in
                _ = try await applications[0].send("/secret?token=abc")
                let client = try RedisClient(try server.settings)
                let names = try await client.send("KEYS", "*").array?.compactMap(\.text) ?? []
                #expect(names.count == 2 && names.allSatisfy { $0.hasPrefix("shop:cache:cache:") })
                #expect(!names.contains { $0.contains("secret") || $0.contains("abc") })
                let name = try #require(names.first { !$0.hasSuffix("versions") })
                let lifetime = try #require(try await client.send("PTTL", RedisArgument(name)).integer)
                #expect((50_000...60_000).contains(lifetime))
                // What somebody else has written there is no answer.
                _ = try await client.send("HSET", RedisArgument(name), "answer", "{}")
                #expect(try await applications[0].send("/secret?token=abc")["x-cache"] == "miss")
                await client.close()
            }
        }
    }

    static let mistakes: [(JSONObject, String)] = [
        ([:], "missing key \"url\""),
        (["url": "redis://h", "connection": "redis"], "\"url\" and \"connection\" exclude each other"),
        (["url": "redis://:hidden@h:x"], "the port must be a number from 1 to 65535"),
        (["url": "redis://h", "defaultTTL": 0], "must be more than 0 and at most a year"),
        (["url": "redis://h", "vary": ["a b"]], "\"a b\" is not the name of a header field"),
    ]

    @Test(arguments: mistakes) func `mistakes are told`(config: JSONObject, message: String) async throws {
        let modules: JSONValue = [
            ["name": "redis", "type": "redis.connection", "config": ["url": "redis://127.0.0.1:1"]],
            ["name": "cache", "type": "cache.redis", "config": .object(config)],
        ]
        let error = await #expect(throws: ConfigurationError.self) {
            try await RedisTestApplication.run(1, modules) { _ in }
        }
        #expect(error?.issues.map(\.message) == [message])
        #expect(error.map { "\($0)".contains("hidden") } == false)
    }
}
#endif
