#if Kafka
import Synchronization
import Testing
import WorkflowModules
import WorkflowTesting

@testable import WorkflowCore
@testable import WorkflowKafka

@Suite(.serialized, .enabled(if: KafkaServer.program != nil, Comment(rawValue: KafkaServer.isMissing)))
struct KafkaFailureTests {
    @Test func withoutBrokersTheApplicationSaysSoAndConnectsLater() async throws {
        try await KafkaServer.with(isStarted: false) { server in
            try await Node().with(server.address) { broker in
                let recorder = MessageRecorder()
                _ = try await broker.subscribe(to: "order.paid", name: "mailer", handler: recorder)
                let error = await #expect(throws: WorkflowError.self) { try await broker.publish(message("1")) }
                #expect(error?.code == .unavailable)
                let text = try #require(error?.message)
                #expect(
                    text.hasPrefix(
                        "The message broker \"events\" is not available: \(server.address) cannot be reached: "),
                    "\(text)")
                #expect(text.hasSuffix("failed: Connection refused."), "\(text)")
                try await server.start()
                try await waitUntilHealthy(broker)
                try await broker.publish(message("2"))
                #expect(try await recorder.waitForMessages(1, limit: .seconds(30)).map(\.id) == ["2"])
            }
        }
    }

    @Test func aBrokerThatStopsLosesNoAcknowledgedMessage() async throws {
        try await KafkaServer.with { server in
            try await Node().with(server.address) { broker in
                let gate = TestGate()
                let recorder = MessageRecorder { _ in try await gate.wait() }
                _ = try await broker.subscribe(to: "order.paid", name: "mailer", handler: recorder)
                for number in 0..<100 { try await broker.publish(message("\(number)", key: "k")) }
                server.stop()
                try await waitUntil("The end of the connection") { await isIll(broker) }
                gate.open()
                try await server.start()
                try await waitUntilHealthy(broker)
                try await broker.publish(message("after", key: "k"))
                try await waitUntil("All messages", limit: .seconds(60)) {
                    Set(recorder.handled.map(\.id)).count == 101
                }
                // Those whose place could not be committed may come once more, after the others.
                var seen: Set<String> = []
                let firsts = recorder.handled.map(\.id).filter { seen.insert($0).inserted }
                #expect(firsts == (0..<100).map(String.init) + ["after"])
            }
        }
    }

    @Test func whatIsNotJSONOrTooLargeBecomesADeadLetterAtOnce() async throws {
        try await KafkaServer.with { server in
            try await Node().with(server.address, { $0.maxPayload = 2048 }) { broker in
                let recorder = MessageRecorder()
                _ = try await broker.subscribe(to: "order.paid", name: "mailer", handler: recorder)
                let other = try KafkaProducer(
                    KafkaSettings(brokers: [server.address], clientID: "other"), logger: .quiet, problem: { _ in })
                func record(_ text: String) -> KafkaRecord {
                    KafkaRecord(topic: "order.paid", key: Array("k".utf8), body: Array(text.utf8))
                }
                try await other.publish(record("no JSON"))
                try await other.publish(record(String(repeating: "1", count: 4096)))
                try await other.publish(record("{\"id\":7}"))
                let handled = try await recorder.waitForMessages(1, limit: .seconds(30))
                #expect(handled.first?.payload == ["id": 7])
                #expect(handled.first?.key == "k")
                let letters = try await broker.deadLetters(limit: 10)
                #expect(letters.map(\.message.topic) == ["order.paid", "order.paid"])
                let bad = letters.first { $0.error.hasPrefix("The message is not JSON: ") }
                #expect(bad?.message.payload == "no JSON")
                let large = letters.first { $0.message.payload == .null }
                #expect(large?.error == "The message has 4096 bytes, more than the 2048 of maxPayload.")
                #expect(recorder.delivered.count == 1)
                await other.close(within: .seconds(1))
            }
        }
    }

    @Test func aMessageOfTwentyMegabytesIsRefusedAtOnceAndKept() async throws {
        try await KafkaServer.with { server in
            try await Node().with(server.address) { broker in
                let settled = TestCounter()
                try await broker.publish(message("large", .string(String(repeating: "x", count: 20 << 20)))) {
                    settled.increment()
                }
                #expect(settled.value == 1)
                let letter = try #require(try await broker.deadLetters(limit: 10).first)
                #expect(letter.subscription == "(publisher)")
                #expect(letter.error == "The message has 20971522 bytes, and at most 8388608 can be published.")
                await #expect(throws: WorkflowError.self) { try await broker.redriveDeadLetter(id: letter.id) }
            }
        }
    }

    @Test func aLoginThatTheBrokerDoesNotTakeIsToldWithoutThePassword() async throws {
        try await KafkaServer.with { server in
            try await Node().with(
                server.address,
                {
                    var login = KafkaModule.LoginConfiguration()
                    (login.mechanism, login.user, login.password) = ("SCRAM-SHA-256", "app", SecretString("hidden"))
                    $0.sasl = login
                }
            ) { broker in
                let error = await #expect(throws: WorkflowError.self) { try await broker.checkHealth() }
                let text = try #require(error?.message)
                #expect(text.contains("cannot be reached: "), "\(text)")
                #expect(!text.contains("hidden"), "\(text)")
            }
        }
    }

    @Test func aFileThatIsMissingIsTold() async throws {
        try await Node().with(
            "127.0.0.1:1",
            {
                var tls = KafkaModule.TLSConfiguration()
                tls.ca = ConfigurationFilePath("/none/ca.pem")
                $0.tls = tls
            }
        ) { broker in
            let error = await #expect(throws: WorkflowError.self) { try await broker.checkHealth() }
            #expect(
                error?.message
                    == "The message broker \"events\" is not available: the client cannot be made: /none/ca.pem cannot be read."
            )
        }
    }
}
#endif
