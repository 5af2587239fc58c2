#if Redis
import Testing
import WorkflowCore
import WorkflowTesting

@testable import WorkflowRedis

extension RedisStreamTests {
    @Suite struct RedisStreamConfigurationTests {
        private static func issues(_ config: String) async throws -> [String] {
            let yaml = """
                modules:
                  - name: redis
                    type: redis.connection
                    config: {url: "redis://a:1"}
                  - name: events
                    type: messaging.redis
                    config: {\(config)}

                """
            do {
                try await WorkflowEngine.validate(
                    try ApplicationConfiguration(yaml: yaml, file: "app.yaml"),
                    registry: ModuleRegistry(RedisModules.all), environment: EngineEnvironment(logger: .quiet))
                return []
            } catch let error as ConfigurationError {
                return error.issues.map(\.description)
            }
        }

        @Test(arguments: [
            "url: 'redis://a:1/2'", "server: 'a:1'", "connection: redis, subjectPrefix: shop, queueGroup: q",
            "connection: redis, maxDeliveries: 3, maxLen: 0, maxAge: 0, duplicates: 0, deliver: all",
            "url: 'a:1', topics: [order.*], ackWait: 10s, prefetch: 1, concurrency: 2, timeout: 1s, source: /shop",
        ])
        func theKeysAreAccepted(_ config: String) async throws {
            #expect(try await Self.issues(config) == [])
        }

        @Test(arguments: [
            ("", "missing key \"url\""),
            ("url: 'redis://a:1', connection: redis", "\"url\" and \"connection\" exclude each other"),
            ("url: 'http://u:secret@a'", "must begin with redis://"),
            ("url: 'rediss://a'", "rediss:// is not supported"),
            ("connection: other", "other"),
            ("connection: redis, prefix: 'a{b}'", "\"a{b}\" must be without braces and spaces"),
            ("connection: redis, prefix: ''", "must not be empty"),
            ("connection: redis, group: 'a b'", "must be one word"),
            ("connection: redis, ackWait: 10ms", "must be at least 1s"),
            ("connection: redis, deliver: last", "must be one of new, all, is \"last\""),
            ("connection: redis, topics: [a..b]", "The topic \"a..b\" has an empty segment or white space."),
            ("connection: redis, requestTimeout: 0s", "must be at least 1ms and at most 60s"),
            ("connection: redis, maxPayload: 1", "1024"),
            ("connection: redis, storage: file", "storage"),
        ])
        func whatIsWrongIsToldWithItsPlace(_ config: String, _ text: String) async throws {
            let issues = try await Self.issues(config)
            #expect(issues.count == 1, "\(issues)")
            let issue = try #require(issues.first)
            #expect(issue.hasPrefix("app.yaml:7:"), "\(issue)")
            #expect(issue.contains(text), "\(issue)")
            #expect(!issue.contains("secret"))
        }
    }
}
#endif
