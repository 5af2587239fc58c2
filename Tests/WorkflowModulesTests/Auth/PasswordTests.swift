import Dispatch
import HTTPTypes
import Synchronization
import Testing
import WorkflowCore
import WorkflowTesting

@testable import WorkflowModules

@Suite("auth.jwt: passwords")
struct PasswordTests {
    @Test("Known answers of scrypt (RFC 7914, section 12)")
    func knownAnswers() throws {
        // N = 1024, r = 8, p = 16 is refused as too much parallelism; this vector has N = 16384, r = 8, p = 1.
        let hex = """
            7023bdcb3afd7348461c06cd81fd38ebfda8fbba904f8e3ea9b543f6545da1f2\
            d5432955613f0fcf62d49705242a9af9e61e85dc0d651e40dfcf017b45575887
            """
        let digits = Array(hex)
        let hash = stride(from: 0, to: digits.count, by: 2).compactMap { UInt8(String(digits[$0...$0 + 1]), radix: 16) }
        let base64 = UnpaddedBase64.standard
        let phc = "$scrypt$ln=14,r=8,p=1$\(base64.encode(Array("SodiumChloride".utf8)))$\(base64.encode(hash))"
        let stored = try #require(PasswordHash(phc: phc))
        #expect(try stored.matches("pleaseletmein"))
        #expect(try !stored.matches("pleaseletmein "))
        #expect(stored.phc == phc)
    }

    @Test("Hashes have their own salt, and no description that tells them")
    func salts() throws {
        let cost = PasswordHash.Cost(logarithm: 10)
        let first = try PasswordHash("secret", cost: cost)
        let second = try PasswordHash("secret", cost: cost)
        #expect(first.phc != second.phc)
        #expect(first.phc.hasPrefix("$scrypt$ln=10,r=8,p=1$"))
        #expect("\(first)" == "<password hash>")
        #expect(try first.matches("secret"))
        #expect(try !first.matches("Secret"))
    }

    @Test(
        "Hashes that are malformed or ask for too much are not used",
        arguments: [
            "", "secret", "$2a$10$abc", "$scrypt$ln=15,r=8,p=1$$", "$scrypt$ln=15,r=8$c2FsdHNhbHQ$aGFzaA",
            "$scrypt$ln=63,r=8,p=1$c2FsdHNhbHRzYWx0$aGFzaGhhc2hoYXNoaGFzaA",
            "$scrypt$ln=20,r=16,p=8$c2FsdHNhbHRzYWx0$aGFzaGhhc2hoYXNoaGFzaA",
            "$scrypt$ln=-1,r=8,p=1$c2FsdHNhbHRzYWx0$aGFzaGhhc2hoYXNoaGFzaA",
            "$scrypt$ln=15,ln=15,r=8,p=1$c2FsdHNhbHRzYWx0$aGFzaA",
            "$scrypt$ln=15,r=8,p=1$c2FsdHNhbHRzYWx0$!!!!", "$argon2id$v=19$m=1,t=1,p=1$c2FsdA$aGFzaA",
        ])
    func malformedHashes(_ text: String) {
        #expect(PasswordHash(phc: text) == nil)
    }

    @Test("A weaker hash is replaced at the next login")
    func rehash() async throws {
        let store = InMemoryStateStore()
        try await AuthApplication.run(["scryptCost": 10], store: store) { application async throws in
            try await application.register("ann@example.com")
        }
        try await AuthApplication.run(["scryptCost": 11], store: store) { application async throws in
            #expect(try await application.logIn("ann@example.com", password: "wrong horse").status == 401)
            #expect(try await store.user(email: "ann@example.com")?.passwordHash.contains("ln=10") == true)
            #expect(try await application.logIn("ann@example.com").status == 200)
            #expect(try await store.user(email: "ann@example.com")?.passwordHash.contains("ln=11") == true)
            #expect(try await application.logIn("ann@example.com").status == 200)
        }
        try await AuthApplication.run(["scryptCost": 10], store: store) { application async throws in
            #expect(try await application.logIn("ann@example.com").status == 200)
            #expect(try await store.user(email: "ann@example.com")?.passwordHash.contains("ln=11") == true)
        }
    }

    @Test("Work is done a little at a time; too much of it is refused, and who gives up is not waited for")
    func workers() async throws {
        let workers = BoundedWorkers(label: "test", concurrency: 2, waitingLimit: 3)
        let counts = Mutex((running: 0, most: 0))
        let gate = DispatchSemaphore(value: 0)
        let work: @Sendable () -> Int = {
            counts.withLock { counts in
                counts.running += 1
                counts.most = max(counts.most, counts.running)
            }
            gate.wait()
            counts.withLock { $0.running -= 1 }
            return 1
        }
        try await withThrowingTaskGroup(of: Int.self) { group in
            for _ in 0..<2 { group.addTask { try await workers.run(work) } }
            while counts.withLock({ $0.running }) < 2 { await Task.yield() }
            let abandoned = Task { try await workers.run(work) }
            var busy = 0
            for _ in 0..<20 {
                group.addTask {
                    do { return try await workers.run(work) } catch is BoundedWorkers.Busy { return 0 }
                }
            }
            // Two run and three wait; the refused ones come back first.
            for _ in 0..<17 {
                #expect(try await group.next() == 0)
                busy += 1
            }
            abandoned.cancel()
            for _ in 0..<23 { gate.signal() }
            let rest = try await group.reduce(0, +)
            #expect(busy == 17)
            #expect(rest == 4 || rest == 5)
            _ = try? await abandoned.value
        }
        #expect(counts.withLock { $0.most } == 2)
    }

    @Test("Base64 has one spelling for each sequence of bytes")
    func base64() {
        for count in 0..<40 {
            let bytes = (0..<count).map { UInt8(truncatingIfNeeded: $0 * 37 + 201) }
            #expect(UnpaddedBase64.url.decode(UnpaddedBase64.url.encode(bytes).utf8) == bytes)
        }
        #expect(UnpaddedBase64.standard.encode([0xFB, 0xFF]) == "+/8")
        #expect(UnpaddedBase64.url.encode([0xFB, 0xFF]) == "-_8")
        for text in ["A", "AB", "AAAAB", "AA=", "A A", "+_8", "-_9"] where UnpaddedBase64.url.decode(text.utf8) != nil {
            Issue.record("\(text) was decoded.")
        }
    }

    @Test("A bounded cache forgets what is not used")
    func boundedCache() {
        var cache = BoundedCache<Int, Int>(capacity: 10)
        for number in 0..<100 {
            cache[number] = number
            #expect(cache[0] == 0)
            #expect(cache.count <= 10)
        }
        #expect(cache[50] == nil)
        #expect(cache[99] == 99)
        cache[99] = nil
        #expect(cache[99] == nil)
    }

    @Test(
        "E-mail addresses",
        arguments: [
            ("ann@example.com", "ann@example.com"), ("  ann@example.com\n", "ann@example.com"), ("a+b@c", "a+b@c"),
            ("ünïcode@bücher.example", "ünïcode@bücher.example"), ("\"a@b\"@c.d", "\"a@b\"@c.d"), ("@b", nil),
            ("a@", nil),
            ("a", nil), ("", nil), ("   ", nil), ("a b@c", nil), ("a@b c", nil), ("a\u{0}@b", nil), ("a@.b", nil),
            ("a@b..c", nil),
            ("a@b.", nil), (String(repeating: "x", count: 65) + "@b", nil),
            ("a@" + String(repeating: "x", count: 260), nil),
        ] as [(String, String?)])
    func addresses(_ text: String, _ expected: String?) {
        #expect(EmailAddress.normalized(text) == expected)
    }
}
