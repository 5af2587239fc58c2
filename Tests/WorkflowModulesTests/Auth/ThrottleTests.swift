import HTTPTypes
import Testing
import WorkflowCore
import WorkflowTesting

@testable import WorkflowModules

@Suite("auth.jwt: slowing down guesses")
struct ThrottleTests {
    @Test("After some failures each further one waits twice as long; a success forgets them")
    func backoff() async throws {
        try await AuthApplication.run(["loginAttempts": 3]) { application async throws in
            try await application.register("ann@example.com")
            for _ in 0..<3 {
                #expect(try await application.logIn("ann@example.com", password: "wrong").status == 401)
            }
            for seconds in [1, 2, 4, 8] {
                let refused = try await application.logIn("ann@example.com")
                #expect(refused.status == 429)
                #expect(refused.headers[.retryAfter] == "\(seconds)")
                #expect(try refused.json["error"]?.stringValue?.isEmpty == false)
                application.clock.advance(by: .seconds(seconds))
                #expect(try await application.logIn("Ann@Example.com", password: "wrong").status == 401)
            }
            application.clock.advance(by: .seconds(16))
            #expect(try await application.logIn("ann@example.com").status == 200)
            #expect(try await application.logIn("ann@example.com", password: "wrong").status == 401)
            #expect(try await application.logIn("ann@example.com").status == 200)
        }
    }

    @Test("Others are not kept out: neither other addresses nor other accounts")
    func others() async throws {
        try await AuthApplication.run(["loginAttempts": 1]) { application async throws in
            try await application.register("ann@example.com")
            try await application.register("bob@example.com")
            #expect(try await application.logIn("ann@example.com", password: "wrong").status == 401)
            #expect(try await application.logIn("ann@example.com").status == 429)
            #expect(try await application.logIn("ann@example.com", from: "198.51.100.7").status == 200)
            #expect(try await application.logIn("bob@example.com").status == 200)
        }
    }

    @Test("One address cannot try many accounts; successes are free")
    func perAddress() async throws {
        try await AuthApplication.run(["loginAttemptsPerAddress": 5, "lockout": "50s"]) { application async throws in
            try await application.register("ann@example.com")
            for _ in 0..<20 { #expect(try await application.logIn("ann@example.com").status == 200) }
            for number in 0..<5 {
                #expect(try await application.logIn("user\(number)@example.com").status == 401)
            }
            let refused = try await application.logIn("ann@example.com")
            #expect(refused.status == 429)
            #expect(refused.headers[.retryAfter] == "10")
            #expect(try await application.logIn("ann@example.com", from: "198.51.100.7").status == 200)
            application.clock.advance(by: .seconds(10))
            #expect(try await application.logIn("ann@example.com").status == 200)
        }
    }

    @Test("Many guesses at the same moment count as many")
    func parallelGuesses() async throws {
        try await AuthApplication.run(["loginAttempts": 5]) { application async throws in
            try await application.register("ann@example.com")
            let statuses = try await withThrowingTaskGroup(of: Int.self) { group in
                for number in 0..<50 {
                    group.addTask { try await application.logIn("ann@example.com", password: "guess \(number)").status }
                }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(statuses.count { $0 == 401 } == 5)
            #expect(statuses.count { $0 == 429 } == 45)
        }
    }

    @Test("Registrations of one address are limited")
    func registrations() async throws {
        try await AuthApplication.run(["registrationsPerMinute": 3]) { application async throws in
            for number in 0..<3 { #expect(try await application.register("u\(number)@example.com").status == 201) }
            let refused = try await application.register("u3@example.com")
            #expect(refused.status == 429)
            #expect(refused.headers[.retryAfter] == "20")
            #expect(try await application.register("u3@example.com", from: "198.51.100.7").status == 201)
            application.clock.advance(by: .seconds(20))
            #expect(try await application.register("u4@example.com").status == 201)
        }
    }

    @Test("What the throttle remembers is bounded, and old failures are forgotten")
    func memory() {
        let throttle = LoginThrottle(
            .init(attempts: 1, attemptsPerAddress: 1_000_000, lockout: .seconds(60)), capacity: 100)
        let start = Timestamp(seconds: 1000)
        for number in 0..<10_000 {
            _ = throttle.begin(account: "user\(number)", address: "192.0.2.1", now: start)
        }
        #expect(throttle.count <= 100)
        #expect(throttle.begin(account: "user9999", address: "192.0.2.1", now: start) == .seconds(1))
        let later = start.advanced(by: .seconds(61))
        #expect(throttle.begin(account: "user9999", address: "192.0.2.1", now: later) == nil)
        #expect(throttle.begin(account: "user9999", address: "192.0.2.1", now: later) == .seconds(1))
    }

    @Test("An attempt that could not be made does not count")
    func cancelledAttempt() {
        let throttle = LoginThrottle(.init(attempts: 1, attemptsPerAddress: 5, lockout: .seconds(60)))
        let now = Timestamp(seconds: 1000)
        for _ in 0..<10 {
            #expect(throttle.begin(account: "ann", address: "192.0.2.1", now: now) == nil)
            throttle.cancel(account: "ann", address: "192.0.2.1")
        }
    }

    @Test(
        "The addresses of one IPv6 network share a budget",
        arguments: [
            ("192.0.2.1", "192.0.2.1"), ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
            ("2001:DB8::1", "2001:db8:0:0::/64"),
            ("::1", "0:0:0:0::/64"), ("fe80::1%eth0", "fe80:0:0:0::/64"), ("::ffff:192.0.2.9", "192.0.2.9"), ("", ""),
            (":::", "0:0:0:0::/64"),
        ])
    func groups(_ address: String, _ group: String) {
        #expect(TokenBuckets.group(address) == group)
    }
}
