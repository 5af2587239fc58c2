#if Redis
import Foundation
import Testing
import WorkflowCore
import WorkflowTesting

@testable import WorkflowHTTP
@testable import WorkflowRedis

@Suite("Rate limits in Redis")
struct RedisRateLimitTests {
    private func modules(_ server: RedisServer, _ limit: JSONObject) -> JSONValue {
        var limit = limit
        limit["store"] = "redis"
        return [
            ["name": "redis", "type": "redis.connection", "config": ["url": .string(server.url), "timeout": "500ms"]],
            ["name": "limit", "type": "http.middleware.ratelimit", "config": .object(limit)],
        ]
    }

    @Test func `two engines together let exactly a bucket through`() async throws {
        try await RedisServer.run { server in
            // One refill takes a day: none happens during the test.
            let modules = modules(server, ["requestsPerMinute": 0.0007, "burstSize": 40])
            try await RedisTestApplication.run(2, modules) { applications in
                let statuses = try await withThrowingTaskGroup(of: Int.self) { group in
                    for index in 0..<100 {
                        group.addTask { try await applications[index % 2].send().status }
                    }
                    return try await group.reduce(into: []) { $0.append($1) }
                }
                #expect(statuses.count { $0 == 200 } == 40)
                #expect(statuses.count { $0 == 429 } == 60)
                let refused = try await applications[0].send()
                #expect((refused["ratelimit-limit"], refused["ratelimit-remaining"]) == ("40", "0"))
                let seconds = try #require(refused["retry-after"].flatMap { Int($0) })
                #expect((85_000...86_400).contains(seconds))
                #expect(refused["ratelimit-reset"] == "\(seconds)")
            }
        }
    }

    @Test(arguments: [(interval: Int64(1_000_000_000), burst: 5), (7_777_777, 3), (85_714_285_714_285, 1_000_000)])
    func `the numbers are those of the local buckets`(interval: Int64, burst: Int) async throws {
        try await RedisServer.run { server in
            let client = try RedisClient(try server.settings)
            let (shared, local) = (RedisBuckets(prefix: "t:"), RateLimitBuckets())
            // The first request of a bucket knows no time: both must say the same, to the nanosecond.
            let first = try await shared.take("a", interval: interval, burst: burst, on: client)
            #expect(first == local.take("a", now: 0, interval: interval, burst: burst))
            await client.close()
        }
    }

    @Test func `a bucket refills by the clock of Redis, and its key ends when it is full`() async throws {
        try await RedisServer.run { server in
            let client = try RedisClient(try server.settings)
            let buckets = RedisBuckets(prefix: "t:")
            let hour: Int64 = 3_600_000_000_000
            for remaining in [1, 0] {
                let decision = try await buckets.take("a", interval: hour, burst: 2, on: client)
                #expect(decision.isAllowed && decision.remaining == remaining)
            }
            let refused = try await buckets.take("a", interval: hour, burst: 2, on: client)
            #expect(!refused.isAllowed && (hour - 60_000_000_000...hour).contains(refused.wait))
            let lifetime = try #require(try await client.send("PTTL", "t:limit:a").integer)
            #expect((7_140_000...7_200_001).contains(lifetime))
            // As if an hour had gone by.
            let parts = try #require(try await client.send("GET", "t:limit:a").text).split(separator: ":")
            let seconds = try #require(parts.first.flatMap { Int($0) })
            _ = try await client.send("SET", "t:limit:a", "\(seconds - 3600):\(parts[1])")
            #expect(try await buckets.take("a", interval: hour, burst: 2, on: client).isAllowed)
            #expect(try await !buckets.take("a", interval: hour, burst: 2, on: client).isAllowed)
            await client.close()
        }
    }

    @Test func `a clock that was set back makes nobody wait for more than a bucket`() async throws {
        try await RedisServer.run { server in
            let client = try RedisClient(try server.settings)
            _ = try await client.send("SET", "t:limit:a", "99999999999:0")
            let decision = try await RedisBuckets(prefix: "t:").take("a", interval: 1000, burst: 2, on: client)
            #expect(decision == RateLimitDecision(isAllowed: false, remaining: 0, wait: 1000))
            _ = try await client.send("SET", "t:limit:b", "nonsense")
            #expect(try await RedisBuckets(prefix: "t:").take("b", interval: 1000, burst: 2, on: client).isAllowed)
            await client.close()
        }
    }

    @Test func `without Redis each engine counts for itself, says so once, and comes back`() async throws {
        try await RedisServer.run { server in
            let modules = modules(server, ["requestsPerMinute": 0.0007, "burstSize": 2])
            try await RedisTestApplication.run(2, modules) { applications in
                let away = "requests are counted for this process only, since the store is out of reach"
                let back = "requests are counted for all processes again"
                for application in applications { #expect(try await application.send().status == 200) }
                server.kill()
                for application in applications {
                    // The first two by the buckets of the process.
                    let answers = [
                        try await application.send(), try await application.send(), try await application.send(),
                    ]
                    #expect(answers.map(\.status) == [200, 200, 429])
                    #expect(answers.map { $0["ratelimit-limit"] } == ["2", "2", "2"])
                    #expect(application.log.count(of: away) == 1)
                    #expect(application.log.count(of: "Redis is away") == 1)
                    let health = try await application.health
                    #expect(health.level == .degraded)
                    #expect(health.message?.hasPrefix("Redis at 127.0.0.1:\(server.port)/0 is away: ") == true)
                }
                try await server.start()
                for application in applications {
                    try await waitUntil("Redis is back") { try await application.health.level == .healthy }
                }
                // The server has forgotten everything: one bucket for both.
                var statuses: [Int] = []
                for application in applications + applications { statuses.append(try await application.send().status) }
                #expect(statuses == [200, 200, 429, 429])
                for application in applications {
                    #expect(application.log.count(of: back) == 1)
                    #expect(application.log.count(of: "Redis is back") == 1)
                }
            }
        }
    }

    @Test func `the application starts without Redis`() async throws {
        try await RedisServer.run { server in
            server.kill()
            try await RedisTestApplication.run(1, modules(server, ["burstSize": 1])) { applications in
                #expect(try await applications[0].send().status == 200)
                #expect(try await applications[0].send().status == 429)
                #expect(try await applications[0].health.level == .degraded)
                try await server.start()
                try await waitUntil("Redis is there") { try await applications[0].health.level == .healthy }
                #expect(try await applications[0].send().status == 200)
            }
        }
    }

    @Test func `a store that is not there is told`() async throws {
        let modules: JSONValue = [
            ["name": "limit", "type": "http.middleware.ratelimit", "config": ["store": "rediss"]]
        ]
        let error = await #expect(throws: ConfigurationError.self) {
            try await RedisTestApplication.run(1, modules) { _ in }
        }
        #expect(error?.issues.map(\.message) == ["there is no module \"rediss\"; a rate-limit store is needed here"])
    }
}
#endif
