#if NATS
import Synchronization
import Testing
import WorkflowModules
import WorkflowTesting

@testable import WorkflowCore
@testable import WorkflowNATS

@Suite(.enabled(if: NATSServer.program != nil, Comment(rawValue: NATSServer.isMissing)))
struct NATSDeliveryTests {
    @Test func whatComesWhileNobodyRunsIsHandledLater() async throws {
        try await NATSServer.with { server in
            try await Node().with(server) { broker in
                let subscription = try await broker.subscribe(
                    to: "order.*", name: "mailer", handler: MessageRecorder())
                await subscription.cancel()
                for number in 1...3 { try await broker.publish(message("\(number)")) }
            }
            let recorder = MessageRecorder()
            try await Node().with(server) { broker in
                _ = try await broker.subscribe(to: "order.*", name: "mailer", handler: recorder)
                #expect(try await recorder.waitForMessages(3).map(\.id) == ["1", "2", "3"])
            }
        }
    }

    @Test func twoNodesShareTheMessagesOfASubscription() async throws {
        try await NATSServer.with { server in
            let first = MessageRecorder()
            let second = MessageRecorder()
            try await Node().with(server, { $0.prefetch = 1 }) { one in
                try await Node().with(server, { $0.prefetch = 1 }) { two in
                    _ = try await one.subscribe(to: "order.*", name: "mailer", handler: first)
                    _ = try await two.subscribe(to: "order.*", name: "mailer", handler: second)
                    for number in 0..<100 { try await one.publish(message("\(number)")) }
                    try await waitUntil("All messages") { first.handled.count + second.handled.count >= 100 }
                }
            }
            #expect(Set((first.handled + second.handled).map(\.id)).count == 100)
            #expect(first.delivered.count + second.delivered.count == 100)
            #expect(!first.handled.isEmpty && !second.handled.isEmpty)
        }
    }

    @Test func theSameIdentifierIsDeliveredOnce() async throws {
        try await NATSServer.with { server in
            try await Node().with(server) { broker in
                let recorder = MessageRecorder()
                _ = try await broker.subscribe(to: "order.*", name: "mailer", handler: recorder)
                for _ in 0..<3 { try await broker.publish(message("same")) }
                try await broker.publish(message("last"))
                #expect(try await recorder.waitForMessages(2).map(\.id) == ["same", "last"])
            }
        }
    }

    @Test func aMessageThatAlwaysFailsBecomesADeadLetterAndCanBeDeliveredAgain() async throws {
        try await NATSServer.with { server in
            try await Node().with(server, { $0.maxDeliver = 3 }) { broker in
                let isRepaired = Mutex(false)
                let recorder = MessageRecorder { message in
                    if message.id == "bad", !isRepaired.withLock({ $0 }) { throw ConformanceFailure("on purpose") }
                }
                _ = try await broker.subscribe(to: "order.*", name: "mailer", handler: recorder)
                try await broker.publish(message("bad", ["total": 7]))
                try await broker.publish(message("good"))
                try await waitUntil("The dead letter") { try await broker.deadLetters(limit: 10).count == 1 }
                let letter = try #require(try await broker.deadLetters(limit: 10).first)
                #expect(letter.attempts == 3)
                #expect(letter.error == "on purpose" || letter.error.contains("on purpose"))
                #expect(letter.message.payload == ["total": 7])
                #expect(recorder.delivered.filter { $0.id == "bad" }.map(\.deliveryAttempt) == [1, 2, 3])
                isRepaired.withLock { $0 = true }
                try await broker.redriveDeadLetter(id: letter.id)
                try await waitUntil("The second life") { try await broker.deadLetters(limit: 10).isEmpty }
                #expect(recorder.handled.map(\.id) == ["good", "bad"])
            }
        }
    }

    @Test func aHandlerMayTakeLongerThanTheAcknowledgementMayBeDue() async throws {
        try await NATSServer.with { server in
            try await Node().with(server) { broker in
                let gate = TestGate()
                let recorder = MessageRecorder { message in
                    if message.id == "slow" { try await gate.wait() }
                }
                _ = try await broker.subscribe(to: "order.*", name: "mailer", handler: recorder)
                try await broker.publish(message("slow"))
                let start = ContinuousClock.now
                try await waitUntil("More time than ackWait") { ContinuousClock.now - start > .milliseconds(2500) }
                gate.open()
                try await broker.publish(message("next"))
                try await recorder.waitForMessages(2)
                #expect(recorder.delivered.map(\.id) == ["slow", "next"])
            }
        }
    }

    @Test func theMessageOfANodeThatDiedIsHandledElsewhere() async throws {
        try await NATSServer.with { server in
            try await Node().with(server) { broker in
                let other = try await broker.subscribe(to: "order.*", name: "mailer", handler: MessageRecorder())
                await other.cancel()
                try await broker.publish(message("1"))
                let durable = NATSSubjects(prefix: "workflow", group: "workflow").consumer(
                    of: "mailer", pattern: "order.*", number: 1)
                let taken = TestGate()
                let dying = try await NATSConnection.open(NATSSettings(urls: [server.url], clientName: "dying"))
                let inbox = try dying.subscribe("_INBOX.dying") { _ in taken.open() }
                dying.send(
                    NATSMessage(
                        subject: "$JS.API.CONSUMER.MSG.NEXT.WORKFLOW.\(durable)", reply: "_INBOX.dying",
                        body: Array("1".utf8)))
                try await withTimeLimit("The delivery to the node that dies") { try await taken.wait() }
                inbox.end()
                await dying.close()
                let recorder = MessageRecorder()
                _ = try await broker.subscribe(to: "order.*", name: "mailer", handler: recorder)
                let handled = try await recorder.waitForMessages(1)
                #expect(handled.map(\.id) == ["1"])
                #expect(handled.map(\.deliveryAttempt) == [2])
            }
        }
    }

    @Test func anInterruptedReloadGivesTheMessagesBackToTheOldModules() async throws {
        try await NATSServer.with { server in
            let node = Node()
            let first = try await node.broker(server)
            try first.activate()
            let (old, new) = (MessageRecorder(), MessageRecorder())
            _ = try await first.subscribe(to: "order.*", name: "mailer", handler: old)
            try await first.publish(message("1"))
            try await old.waitForMessages(1)
            let second = try await node.broker(server)
            let subscription = try await second.subscribe(to: "order.*", name: "mailer", handler: new)
            try await first.publish(message("2"))
            try await old.waitForMessages(2)
            try second.activate()
            first.standBy()
            try await first.publish(message("3"))
            #expect(try await new.waitForMessages(1).map(\.id) == ["3"])
            first.resume()
            await subscription.cancel()
            await second.shutdown()
            try await first.publish(message("4"))
            #expect(try await old.waitForMessages(3).map(\.id) == ["1", "2", "4"])
            await first.shutdown()
        }
    }

    @Test func aReloadLosesAndRepeatsNothingAndKeepsTheOrder() async throws {
        try await NATSServer.with { server in
            let node = Node()
            let first = try await node.broker(server)
            try first.activate()
            let recorder = MessageRecorder()
            let old = try await first.subscribe(to: "order.*", name: "mailer", handler: recorder)
            let publishing = Task {
                for number in 0..<500 { try await first.publish(message("\(number)", key: "k")) }
            }
            try await recorder.waitForMessages(50)
            let second = try await node.broker(server)
            _ = try await second.subscribe(to: "order.*", name: "mailer", handler: recorder)
            try second.activate()
            first.standBy()
            try await publishing.value
            await old.cancel()
            await first.shutdown()
            try await recorder.waitForMessages(500)
            #expect(recorder.delivered.map(\.id) == (0..<500).map(String.init))
            await second.shutdown()
        }
    }
}
#endif
