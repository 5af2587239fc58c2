#if Redis
import Foundation
import Synchronization
import Testing
import WorkflowRedis

@Suite("Redis client")
struct RedisClientTests {
    /// Runs a test with a server and a client of it.
    /// - Parameter isPatient: Whether commands have time while the server stands still, however busy the machine is.
    private func withClient(
        isPatient: Bool = false, _ body: (RedisServer, RedisClient) async throws -> Void
    ) async throws {
        try await RedisServer.run { server in
            var settings = try server.settings
            if isPatient { settings.commandTimeout = .seconds(20) }
            let client = try RedisClient(settings)
            try await body(server, client)
            await client.close()
        }
    }

    private func code(_ body: () async throws -> RedisValue) async -> RedisError.Code? {
        do {
            _ = try await body()
            return nil
        } catch {
            return (error as? RedisError)?.code
        }
    }

    @Test func `answers of all kinds are read`() async throws {
        try await withClient { _, client in
            #expect(try await client.send("SET", "a", "x\r\n\u{0}y") == .status("OK"))
            #expect(try await client.send("GET", "a") == .bytes(Array("x\r\n\u{0}y".utf8)))
            #expect(try await client.send("GET", "b") == .null)
            #expect(try await client.send("INCRBY", "n", "-5") == .integer(-5))
            #expect(
                try await client.send("EVAL", "return {1, {'a', false}}", "0")
                    == .array([.integer(1), .array([.bytes([97]), .null])]))
            let large = [UInt8](repeating: 7, count: 3_000_000)
            _ = try await client.send("SET", "large", RedisArgument(large))
            #expect(try await client.send("GET", "large") == .bytes(large))
        }
    }

    @Test func `a refusal is thrown, and the connection goes on`() async throws {
        try await withClient { _, client in
            _ = try await client.send("SET", "a", "x")
            let error = await #expect(throws: RedisError.self) { try await client.send("INCR", "a") }
            #expect(error?.description == "ERR value is not an integer or out of range")
            #expect(try await client.send("GET", "a").text == "x")
        }
    }

    @Test func `many tasks at once each get their own answer`() async throws {
        try await withClient { _, client in
            try await withThrowingTaskGroup(of: Void.self) { group in
                for index in 0..<2000 {
                    group.addTask {
                        let answer = try await client.send("ECHO", "\(index)")
                        #expect(answer.text == "\(index)")
                    }
                }
                try await group.waitForAll()
            }
        }
    }

    @Test func `commands that come together are sent together`() async throws {
        try await withClient(isPatient: true) { server, client in
            // While the server stands still, all commands are written to it.
            _ = try await client.send("PING")
            server.signal(SIGSTOP)
            async let values = withThrowingTaskGroup(of: Void.self) { group in
                for _ in 0..<100 { group.addTask { _ = try await client.send("RPUSH", "list", "x") } }
                try await group.waitForAll()
            }
            try await waitUntil("all are sent, before any answer") { client.unansweredCount == 100 }
            server.signal(SIGCONT)
            _ = try await values
            #expect(try await client.send("LLEN", "list") == .integer(100))
        }
    }

    @Test func `it connects again when the server was killed`() async throws {
        try await withClient { server, client in
            _ = try await client.send("SET", "a", "1")
            server.kill()
            try await waitUntil("the end is noticed") { client.status != .connected }
            let refusal = await code { try await client.send("GET", "a") }
            #expect(refusal == .away)
            try await server.start()
            try await waitUntil("the connection is back") { client.status == .connected }
            #expect(try await client.send("GET", "a") == .null)
        }
    }

    @Test func `a server that stands still is given up, and used again when it goes on`() async throws {
        try await withClient { server, client in
            _ = try await client.send("PING")
            server.signal(SIGSTOP)
            let start = ContinuousClock.now
            #expect(await code { try await client.send("PING") } == .disconnected)
            #expect(ContinuousClock.now - start < .seconds(3))
            let soon = ContinuousClock.now
            #expect(await code { try await client.send("PING") } == .away)
            #expect(ContinuousClock.now - soon < .milliseconds(300))
            server.signal(SIGCONT)
            try await waitUntil("the connection is back") { client.status == .connected }
            #expect(try await client.send("PING") == .status("PONG"))
        }
    }

    @Test(arguments: ["", "wrong", "wr%40ng:x"])
    func `a wrong password is told without the password`(password: String) async throws {
        try await RedisServer.run(password: "right") { server in
            let credentials = password.isEmpty ? "" : ":\(password)@"
            var settings = try RedisURL.settings("redis://\(credentials)127.0.0.1:\(server.port)")
            settings.connectTimeout = .seconds(5)
            let client = try RedisClient(settings)
            await client.waitForFirstAttempt()
            let reason =
                password.isEmpty
                ? "the server asks for a password (NOAUTH)" : "the server refuses the user or the password (WRONGPASS)"
            #expect(client.status == .away(reason))
            let error = await #expect(throws: RedisError.self) { try await client.send("PING") }
            #expect(error?.description == "Redis at 127.0.0.1:\(server.port)/0 is away: \(reason)")
            await client.close()
        }
    }

    @Test func `user, password and database are used`() async throws {
        try await RedisServer.run(password: "right") { server in
            let client = try RedisClient(try server.settings)
            let rights: [RedisArgument] = ["ACL", "SETUSER", "app", "on", ">s@cret", "~*", "+@all"]
            #expect(try await client.send(rights) == .status("OK"))
            let other = try RedisClient(try RedisURL.settings("redis://app:s%40cret@127.0.0.1:\(server.port)/3"))
            #expect(try await other.send("ACL", "WHOAMI").text == "app")
            _ = try await other.send("SET", "a", "1")
            #expect(try await client.send("EXISTS", "a") == .integer(0))
            await other.close()
            await client.close()
        }
    }

    @Test func `a script is sent again when the server has forgotten it`() async throws {
        try await withClient { _, client in
            let script = RedisScript("return ARGV[1] .. KEYS[1]")
            #expect(try await script.run(on: client, keys: ["k"], ["a"]).text == "ak")
            #expect(try await script.run(on: client, keys: ["k"], ["b"]).text == "bk")
            #expect(try await client.send("INFO", "commandstats").text?.contains("cmdstat_eval:calls=1,") == true)
            _ = try await client.send("SCRIPT", "FLUSH")
            #expect(try await script.run(on: client, keys: ["k"], ["c"]).text == "ck")
        }
    }

    @Test func `whoever waits can be cancelled, and others get their answers`() async throws {
        try await withClient(isPatient: true) { server, client in
            _ = try await client.send("PING")
            server.signal(SIGSTOP)
            let first = Task { try await client.send("ECHO", "1") }
            try await waitUntil("the first one is under way") { client.pendingCount == 1 }
            async let second = client.send("ECHO", "2")
            first.cancel()
            await #expect(throws: CancellationError.self) { try await first.value }
            server.signal(SIGCONT)
            #expect(try await second.text == "2")
        }
    }

    @Test func `a client that is closed refuses`() async throws {
        try await withClient { _, client in
            await client.close()
            #expect(await code { try await client.send("PING") } == .closed)
        }
    }

    @Test func `more commands than may wait are refused`() async throws {
        try await RedisServer.run { server in
            var settings = try server.settings
            settings.maximumPending = 10
            settings.commandTimeout = .seconds(20)
            let client = try RedisClient(settings)
            _ = try await client.send("PING")
            server.signal(SIGSTOP)
            let tasks = (0..<10).map { _ in Task { try await client.send("PING") } }
            try await waitUntil("all are under way") { client.pendingCount == 10 }
            #expect(await code { try await client.send("PING") } == .overloaded)
            server.signal(SIGCONT)
            for task in tasks { #expect(try await task.value == .status("PONG")) }
            await client.close()
        }
    }
}

@Suite("Redis URL")
struct RedisURLTests {
    @Test func `all parts are read`() throws {
        let settings = try RedisURL.settings("redis://app:p%40ss:w@[::1]:7000/5")
        #expect((settings.host, settings.port, settings.database) == ("::1", 7000, 5))
        #expect((settings.user, settings.password) == ("app", "p@ss:w"))
        #expect(settings.place == "[::1]:7000/5")
        #expect(try RedisURL.settings("redis.example.com") == RedisSettings(host: "redis.example.com"))
        #expect(try RedisURL.settings("localhost:6380/").port == 6380)
    }

    static let mistakes = [
        (
            "rediss://:hidden@h",
            "rediss:// is not supported: the hiredis library of this build has no TLS;"
                + " use redis:// on a private network or through a TLS tunnel"
        ),
        ("http://h", "must begin with redis://"),
        ("redis://", "the host is missing: redis://host:port"),
        ("redis://h:0", "the port must be a number from 1 to 65535"),
        ("redis://h/x", "the database after the / must be a number from 0"),
        ("redis://app@h", "the password is missing before the @: redis://user:password@host"),
        ("redis://::1", "an IPv6 address must stand in brackets: redis://[::1]:6379"),
        ("redis://h?x=1", "must be redis://user:password@host:port/database, without ?, # and spaces"),
    ]

    @Test(arguments: mistakes) func `mistakes are told`(url: String, message: String) {
        let error = #expect(throws: RedisURL.Problem.self) { try RedisURL.settings(url) }
        #expect(error?.description == message)
    }
}
#endif
