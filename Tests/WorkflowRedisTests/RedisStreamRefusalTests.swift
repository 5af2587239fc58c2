#if Redis
import Synchronization
import Testing
import WorkflowTesting

@testable import WorkflowCore
@testable import WorkflowRedis

extension RedisStreamTests {
    @Suite struct RedisStreamRefusalTests {
        @Test func whatIsNotJSONOrTooLargeBecomesADeadLetterAtOnce() async throws {
            try await RedisServer.run { server in
                try await RedisStreamNode().with(server, { $0.maxPayload = 2048 }) { broker in
                    let recorder = MessageRecorder()
                    _ = try await broker.subscribe(to: "order.paid", name: "mailer", handler: recorder)
                    let stream = streamNames.stream(of: "order.paid")
                    try await server.command("XADD", stream, "*", "ce_id", "bad", "data", "no JSON")
                    try await server.command("XADD", stream, "*", "data", String(repeating: "1", count: 4096))
                    try await broker.publish(message("good"))
                    #expect(try await recorder.waitForMessages(1).map(\.id) == ["good"])
                    // Entries that are refused do not wait for one another.
                    try await waitUntil("both are dead letters") {
                        try await broker.deadLetters(limit: 10).count == 2
                    }
                    let letters = try await broker.deadLetters(limit: 10)
                    let bad = try #require(letters.first { $0.message.id == "bad" })
                    #expect(bad.error.hasPrefix("The message is not JSON: "))
                    #expect(bad.message.payload == "no JSON")
                    let large = try #require(letters.first { $0.message.id != "bad" })
                    #expect(large.error == "The message has 4096 bytes, more than the 2048 of maxPayload.")
                    #expect(recorder.delivered.count == 1)
                }
            }
        }

        @Test func aMessageThatIsTooLargeToBePublishedBecomesADeadLetter() async throws {
            try await RedisServer.run { server in
                try await RedisStreamNode().with(server) { broker in
                    let settled = TestCounter()
                    try await broker.publish(message("large", .string(String(repeating: "x", count: 20 << 20)))) {
                        settled.increment()
                    }
                    #expect(settled.value == 1)
                    let letter = try #require(try await broker.deadLetters(limit: 10).first)
                    #expect(letter.subscription == "(publisher)")
                    #expect(letter.error == "The message has 20971522 bytes, and at most 8388608 can be published.")
                    #expect(try await server.command("EXISTS", streamNames.stream(of: "order.paid")).integer == 0)
                }
            }
        }

        @Test func memoryThatIsFullFailsThePublisherOnly() async throws {
            try await RedisServer.run { server in
                try await RedisStreamNode().with(server) { broker in
                    let recorder = MessageRecorder()
                    _ = try await broker.subscribe(to: "order.*", name: "mailer", handler: recorder)
                    try await server.command("CONFIG", "SET", "maxmemory", "1")
                    let error = await #expect(throws: WorkflowError.self) { try await broker.publish(message("1")) }
                    #expect(error?.code == .unavailable)
                    #expect(error?.message.contains("refuses: OOM ") == true, "\(String(describing: error))")
                    try await server.command("CONFIG", "SET", "maxmemory", "0")
                    try await broker.publish(message("1"))
                    #expect(try await recorder.waitForMessages(1).map(\.id) == ["1"])
                }
            }
        }

        @Test func topicsWithWildcardsAreRefused() async throws {
            try await RedisServer.run { server in
                try await RedisStreamNode().with(server) { broker in
                    let error = await #expect(throws: WorkflowError.self) {
                        try await broker.publish(message("1", topic: "order.*"))
                    }
                    #expect(error?.code == .invalidInput)
                    #expect(error?.message == "The topic \"order.*\" has wildcards; messages need one topic.")
                }
            }
        }

        @Test func aKeyOfAnotherTypeIsToldToTheSubscriber() async throws {
            try await RedisServer.run { server in
                try await server.command("SET", streamNames.stream(of: "order.paid"), "text")
                try await RedisStreamNode().with(server) { broker in
                    let error = await #expect(throws: WorkflowError.self) {
                        _ = try await broker.subscribe(to: "order.paid", name: "mailer", handler: MessageRecorder())
                    }
                    #expect(error?.code == .invalidInput)
                    let start =
                        "Redis at 127.0.0.1:\(server.port)/0 refuses what the message broker \"events\" needs: WRONGTYPE "
                    #expect(error?.message.hasPrefix(start) == true, "\(String(describing: error))")
                }
            }
        }

        @Test func aWrongPasswordIsToldWithoutIt() async throws {
            try await RedisServer.run(password: "right") { server in
                try await RedisStreamNode().with(
                    server, { $0.url = SecretString("redis://:wrong-secret@127.0.0.1:\(server.port)/0") }
                ) { broker in
                    let error = await #expect(throws: WorkflowError.self) { try await broker.checkHealth() }
                    #expect(error?.code == .unavailable)
                    let text = try #require(error?.message)
                    #expect(text.contains("refuses the user or the password"), "\(text)")
                    #expect(!text.contains("secret"), "\(text)")
                }
            }
        }
    }
}
#endif
