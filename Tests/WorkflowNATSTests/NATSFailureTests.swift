#if NATS
import Synchronization
import Testing
import WorkflowModules
import WorkflowTesting

@testable import WorkflowCore
@testable import WorkflowNATS

@Suite(.enabled(if: NATSServer.program != nil, Comment(rawValue: NATSServer.isMissing)))
struct NATSFailureTests {
    @Test func aCrashOfTheServerLosesNoAcknowledgedMessage() async throws {
        try await NATSServer.with { server in
            try await Node().with(server) { broker in
                let gate = TestGate()
                let recorder = MessageRecorder { _ in try await gate.wait() }
                _ = try await broker.subscribe(to: "order.*", name: "mailer", handler: recorder)
                for number in 0..<100 { try await broker.publish(message("\(number)", key: "k")) }
                server.kill()
                try await waitUntil("The end of the connection") {
                    await isIll(broker)
                }
                gate.open()
                try await server.start()
                try await waitUntilHealthy(broker)
                try await broker.publish(message("after", key: "k"))
                let handled = try await recorder.waitForMessages(101, limit: .seconds(30))
                #expect(handled.map(\.id) == (0..<100).map(String.init) + ["after"])
            }
        }
    }

    @Test func withoutAServerTheBrokerSaysSoAndConnectsLater() async throws {
        try await NATSServer.with(isStarted: false) { server in
            try await Node().with(server) { broker in
                let recorder = MessageRecorder()
                _ = try await broker.subscribe(to: "order.*", name: "mailer", handler: recorder)
                let error = await #expect(throws: WorkflowError.self) { try await broker.publish(message("1")) }
                #expect(error?.code == .unavailable)
                #expect(
                    error?.message
                        == "The message broker \"events\" is not available: \(server.url) cannot be reached: No server available for connection."
                )
                try await server.start()
                try await waitUntilHealthy(broker)
                try await broker.publish(message("2"))
                #expect(try await recorder.waitForMessages(1).map(\.id) == ["2"])
            }
        }
    }

    @Test func aWrongPasswordIsToldWithoutIt() async throws {
        try await NATSServer.with(["--user", "app", "--pass", "right"]) { server in
            try await Node().with(
                server,
                {
                    $0.user = "app"
                    $0.password = SecretString("wrong-secret")
                }
            ) { broker in
                let error = await #expect(throws: WorkflowError.self) { try await broker.checkHealth() }
                #expect(error?.code == .unavailable)
                let text = try #require(error?.message)
                #expect(text.contains("Authorization Violation"), "\(text)")
                #expect(!text.contains("secret"), "\(text)")
            }
            try await Node().with(
                server, { $0.url = "nats://app:right@127.0.0.1:\(server.port)" }
            ) { try await $0.checkHealth() }
        }
    }

    @Test func whatIsNotJSONBecomesADeadLetterAtOnce() async throws {
        try await NATSServer.with { server in
            try await Node().with(server, { $0.maxPayload = 2048 }) { broker in
                let recorder = MessageRecorder()
                _ = try await broker.subscribe(to: "order.*", name: "mailer", handler: recorder)
                let other = try await NATSConnection.open(NATSSettings(urls: [server.url], clientName: "other"))
                other.send(NATSMessage(subject: "workflow.order.bad", body: Array("no JSON".utf8)))
                other.send(
                    NATSMessage(subject: "workflow.order.large", body: Array(repeating: UInt8(ascii: "1"), count: 4096))
                )
                other.send(NATSMessage(subject: "workflow.order.plain", body: Array("{\"id\":7}".utf8)))
                let handled = try await recorder.waitForMessages(1)
                #expect(handled.map(\.topic) == ["order.plain"])
                #expect(handled.first?.payload == ["id": 7])
                // Messages that are refused do not wait for one another.
                try await waitUntil("both are dead letters") { try await broker.deadLetters(limit: 10).count == 2 }
                let letters = try await broker.deadLetters(limit: 10)
                let bad = try #require(letters.first { $0.message.topic == "order.bad" })
                #expect(bad.error.hasPrefix("The message is not JSON: "))
                #expect(bad.message.payload == "no JSON")
                let large = try #require(letters.first { $0.message.topic == "order.large" })
                #expect(large.error == "The message has 4096 bytes, more than the 2048 of maxPayload.")
                #expect(recorder.delivered.count == 1)
                await other.close()
            }
        }
    }

    @Test func whatTheServerDoesNotTakeBecomesADeadLetter() async throws {
        try await NATSServer.with { server in
            try await Node().with(server) { broker in
                let settled = TestCounter()
                try await broker.publish(message("large", .string(String(repeating: "x", count: 2 << 20)))) {
                    settled.increment()
                }
                #expect(settled.value == 1)
                let letter = try #require(try await broker.deadLetters(limit: 10).first)
                #expect(letter.subscription == "(publisher)")
                #expect(letter.error.hasSuffix("bytes, and at most 1048576 can be published."))
                await #expect(throws: WorkflowError.self) { try await broker.redriveDeadLetter(id: letter.id) }
            }
        }
    }

    @Test func topicsWithWildcardsAreRefused() async throws {
        try await NATSServer.with { server in
            try await Node().with(server) { broker in
                let error = await #expect(throws: WorkflowError.self) {
                    try await broker.publish(message("1", topic: "order.*"))
                }
                #expect(error?.code == .invalidInput)
                #expect(error?.message == "The topic \"order.*\" has wildcards; messages need one topic.")
            }
        }
    }

    @Test func aStreamThatDoesNotFitIsTold() async throws {
        try await NATSServer.with { server in
            try await Node().with(
                server,
                {
                    $0.subjectPrefix = "shop"; $0.stream = "S"
                }
            ) { try await $0.checkHealth() }
            try await Node().with(
                server,
                {
                    $0.subjectPrefix = "other"; $0.stream = "S"
                }
            ) { broker in
                let error = await #expect(throws: WorkflowError.self) { try await broker.checkHealth() }
                #expect(
                    error?.message
                        == "The message broker \"events\" is not available: the stream \"S\" at \(server.url) does not take in \"other.>\", only shop.>."
                )
            }
        }
    }
}
#endif
