#if Kafka
import Synchronization
import Testing
import WorkflowModules
import WorkflowTesting

@testable import WorkflowCore
@testable import WorkflowKafka

@Suite(.serialized, .enabled(if: KafkaServer.program != nil, Comment(rawValue: KafkaServer.isMissing)))
struct KafkaDeliveryTests {
    @Test func whatComesWhileNobodyRunsIsHandledLater() async throws {
        try await KafkaServer.with { server in
            try await Node().with(server.address) { broker in
                try await broker.publish(message("before"))
                let subscription = try await broker.subscribe(
                    to: "order.*", name: "mailer", handler: MessageRecorder())
                await subscription.cancel()
                for number in 1...3 { try await broker.publish(message("\(number)", key: "k")) }
            }
            let recorder = MessageRecorder()
            try await Node().with(server.address) { broker in
                _ = try await broker.subscribe(to: "order.*", name: "mailer", handler: recorder)
                #expect(try await recorder.waitForMessages(3, limit: .seconds(30)).map(\.id) == ["1", "2", "3"])
            }
        }
    }

    @Test func aSubscriptionMayBeginWithTheFirstMessageThatIsKept() async throws {
        try await KafkaServer.with { server in
            try await Node().with(server.address, { $0.start = "earliest" }) { broker in
                for number in 1...3 { try await broker.publish(message("\(number)", key: "k")) }
                let recorder = MessageRecorder()
                _ = try await broker.subscribe(to: "order.*", name: "mailer", handler: recorder)
                #expect(try await recorder.waitForMessages(3, limit: .seconds(30)).map(\.id) == ["1", "2", "3"])
            }
        }
    }

    @Test func aTopicThatIsMadeLaterIsReadFromItsFirstMessage() async throws {
        try await KafkaServer.with { server in
            try await Node().with(server.address) { broker in
                let recorder = MessageRecorder()
                _ = try await broker.subscribe(to: "order.*", name: "mailer", handler: recorder)
                try await broker.publish(message("1", topic: "order.first"))
                try await broker.publish(message("2", topic: "order.second"))
                let handled = try await recorder.waitForMessages(2, limit: .seconds(30))
                #expect(Set(handled.map(\.topic)) == ["order.first", "order.second"])
            }
        }
    }

    @Test func whatIsHandledIsNotHandledAgainAfterARestart() async throws {
        try await KafkaServer.with { server in
            let recorder = MessageRecorder()
            for round in 0..<2 {
                try await Node().with(server.address, { $0.concurrency = 8 }) { broker in
                    _ = try await broker.subscribe(to: "order.paid", name: "mailer", handler: recorder)
                    for number in 0..<50 { try await broker.publish(message("\(round)-\(number)", key: "\(number)")) }
                    try await recorder.waitForMessages(50 * (round + 1), limit: .seconds(30))
                }
            }
            #expect(recorder.delivered.count == 100)
        }
    }

    @Test func aMessageThatAlwaysFailsBecomesADeadLetterAndCanBeDeliveredAgain() async throws {
        try await KafkaServer.with { server in
            try await Node().with(
                server.address,
                {
                    $0.maxDeliver = 3
                    $0.deadLetterTopic = "dead"
                }
            ) { broker in
                let isRepaired = Mutex(false)
                let recorder = MessageRecorder { message in
                    if message.id == "bad", !isRepaired.withLock({ $0 }) { throw ConformanceFailure("on purpose") }
                }
                let dead = MessageRecorder()
                _ = try await broker.subscribe(to: "dead", name: "dead", handler: dead)
                _ = try await broker.subscribe(to: "order.paid", name: "mailer", handler: recorder)
                try await broker.publish(message("bad", key: "k", ["total": 7]))
                try await broker.publish(message("good", key: "k"))
                try await waitUntil("The dead letter") { try await broker.deadLetters(limit: 10).count == 1 }
                let letter = try #require(try await broker.deadLetters(limit: 10).first)
                #expect(letter.attempts == 3)
                #expect(letter.error.contains("on purpose"))
                #expect(letter.message.payload == ["total": 7])
                #expect(recorder.delivered.filter { $0.id == "bad" }.map(\.deliveryAttempt) == [1, 2, 3])
                #expect(try await dead.waitForMessages(1, limit: .seconds(30)).map(\.id) == ["bad"])
                try await recorder.waitForMessages(1, limit: .seconds(30))
                isRepaired.withLock { $0 = true }
                try await broker.redriveDeadLetter(id: letter.id)
                try await waitUntil("The second life") { try await broker.deadLetters(limit: 10).isEmpty }
                #expect(recorder.handled.map(\.id) == ["good", "bad"])
            }
        }
    }

    @Test func aReloadLosesAndRepeatsNothingAndKeepsTheOrder() async throws {
        try await KafkaServer.with { server in
            let node = Node()
            let first = try await node.broker(server.address)
            try first.activate()
            let recorder = MessageRecorder()
            let old = try await first.subscribe(to: "order.paid", name: "mailer", handler: recorder)
            let publishing = Task {
                for number in 0..<300 { try await first.publish(message("\(number)", key: "k")) }
            }
            try await recorder.waitForMessages(50, limit: .seconds(30))
            let second = try await node.broker(server.address)
            _ = try await second.subscribe(to: "order.paid", name: "mailer", handler: recorder)
            try second.activate()
            first.standBy()
            try await publishing.value
            await old.cancel()
            await first.shutdown()
            try await recorder.waitForMessages(300, limit: .seconds(30))
            #expect(recorder.delivered.map(\.id) == (0..<300).map(String.init))
            await second.shutdown()
        }
    }

    @Test func anInterruptedReloadGivesTheMessagesBackToTheOldModules() async throws {
        try await KafkaServer.with { server in
            let node = Node()
            let first = try await node.broker(server.address)
            try first.activate()
            let (old, new) = (MessageRecorder(), MessageRecorder())
            _ = try await first.subscribe(to: "order.paid", name: "mailer", handler: old)
            try await first.publish(message("1", key: "k"))
            try await old.waitForMessages(1, limit: .seconds(30))
            let second = try await node.broker(server.address)
            let subscription = try await second.subscribe(to: "order.paid", name: "mailer", handler: new)
            try second.activate()
            first.standBy()
            try await first.publish(message("2", key: "k"))
            #expect(try await new.waitForMessages(1).map(\.id) == ["2"])
            first.resume()
            await subscription.cancel()
            await second.shutdown()
            try await first.publish(message("3", key: "k"))
            #expect(try await old.waitForMessages(2).map(\.id) == ["1", "3"])
            await first.shutdown()
        }
    }
}
#endif
