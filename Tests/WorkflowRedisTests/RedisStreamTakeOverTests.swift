#if Redis
import Synchronization
import Testing
import WorkflowTesting

@testable import WorkflowCore
@testable import WorkflowRedis

extension RedisStreamTests {
    @Suite struct RedisStreamTakeOverTests {
        private static let group = streamNames.group(of: "mailer", pattern: "order.*", number: 1)

        /// Publishes a message that a node has which died right after it had got it.
        private static func leave(_ server: RedisServer, _ node: RedisStreamNode = RedisStreamNode()) async throws {
            try await node.with(server) { broker in
                try await broker.publish(message("0"))
                let other = try await broker.subscribe(to: "order.*", name: "mailer", handler: MessageRecorder())
                await other.cancel()
                try await broker.publish(message("1"))
            }
            let taken = try await server.command(
                "XREADGROUP", "GROUP", group, "dead", "STREAMS", streamNames.stream(of: "order.paid"), ">")
            #expect(taken.array?.count == 1)
        }

        @Test func theMessageOfANodeThatDiedIsHandledElsewhere() async throws {
            try await RedisServer.run { server in
                try await Self.leave(server)
                try await RedisStreamNode().with(server) { broker in
                    let recorder = MessageRecorder()
                    _ = try await broker.subscribe(to: "order.*", name: "mailer", handler: recorder)
                    let handled = try await recorder.waitForMessages(1)
                    #expect(handled.map(\.id) == ["1"])
                    #expect(handled.map(\.deliveryAttempt) == [2])
                    try await waitUntil("the acknowledgement") {
                        try await server.pending(of: Self.group, topic: "order.paid") == 0
                    }
                }
            }
        }

        @Test func whatIsGivenBackWhileNobodyListensIsTakenOverSoon() async throws {
            try await RedisServer.run { server in
                try await Self.leave(server)
                // So long that nothing is taken over by waiting.
                try await RedisStreamNode().with(server, { $0.ackWait = .seconds(300) }) { broker in
                    let recorder = MessageRecorder()
                    _ = try await broker.subscribe(to: "order.*", name: "mailer", handler: recorder)
                    try await broker.publish(message("2"))
                    try await recorder.waitForMessages(1)
                    let stream = streamNames.stream(of: "order.paid")
                    let row = try await server.command("XPENDING", stream, Self.group, "-", "+", "1", "dead")
                    let id = try #require(row.array?.first?.array?.first?.text)
                    try await server.command(
                        "XCLAIM", stream, Self.group, RedisDeliveryScripts.released, "0", id, "IDLE", "300000", "JUSTID"
                    )
                    try await waitUntil("the end of the connection that waits for news") {
                        let clients = try await server.command("CLIENT", "LIST").text ?? ""
                        let waiting = clients.split(separator: "\n").first { $0.contains(" cmd=xread ") }
                        guard let words = waiting?.split(separator: " "), let id = words.first?.dropFirst(3)
                        else { return false }
                        return try await server.command("CLIENT", "KILL", "ID", String(id)).integer == 1
                    }
                    #expect(try await recorder.waitForMessages(2).map(\.id) == ["2", "1"])
                }
            }
        }

        @Test func aMessageThatEndsNodesAgainAndAgainBecomesADeadLetter() async throws {
            try await RedisServer.run { server in
                try await Self.leave(server)
                let stream = streamNames.stream(of: "order.paid")
                let row = try await server.command("XPENDING", stream, Self.group, "-", "+", "1").array?.first?.array
                let id = try #require(row?.first?.text)
                try await server.command("XCLAIM", stream, Self.group, "dead", "0", id, "RETRYCOUNT", "3", "JUSTID")
                try await RedisStreamNode().with(server, { $0.maxDeliver = 3 }) { broker in
                    let recorder = MessageRecorder()
                    _ = try await broker.subscribe(to: "order.*", name: "mailer", handler: recorder)
                    try await waitUntil("the dead letter") { try await broker.deadLetters(limit: 10).count == 1 }
                    let letter = try await broker.deadLetters(limit: 10).first
                    #expect(letter?.error == "The message was delivered 3 times and never acknowledged.")
                    #expect(letter?.message.id == "1")
                    #expect(recorder.delivered.isEmpty)
                }
            }
        }

        @Test func aLivingHandlerKeepsItsMessageHoweverLongItTakes() async throws {
            try await RedisServer.run { server in
                let gate = TestGate()
                let slow = MessageRecorder { _ in try await gate.wait() }
                let other = MessageRecorder()
                try await RedisStreamNode().with(server) { one in
                    _ = try await one.subscribe(to: "order.*", name: "mailer", handler: slow)
                    // Two messages, the second of which waits for its turn.
                    for id in ["slow", "waiting"] { try await one.publish(message(id, key: "k")) }
                    try await waitUntil("the first delivery") { slow.delivered.count == 1 }
                    try await waitUntil("the second message at the same node") {
                        try await server.pending(of: Self.group, topic: "order.paid") == 2
                    }
                    try await RedisStreamNode().with(server) { two in
                        _ = try await two.subscribe(to: "order.*", name: "mailer", handler: other)
                        let start = ContinuousClock.now
                        try await waitUntil("more time than ackWait") {
                            ContinuousClock.now - start > .milliseconds(2500)
                        }
                        gate.open()
                        #expect(try await slow.waitForMessages(2).map(\.id) == ["slow", "waiting"])
                    }
                }
                #expect(slow.delivered.map(\.deliveryAttempt) == [1, 1])
                #expect(other.delivered.isEmpty)
            }
        }

        @Test func aNodeThatIsStoppedGivesItsMessagesToOthersAtOnceAndLeavesTheGroup() async throws {
            try await RedisServer.run { server in
                let gate = TestGate()
                let first = MessageRecorder { _ in try await gate.wait() }
                let second = MessageRecorder()
                // So long that nothing is taken over by waiting.
                let stopping = try await RedisStreamNode().broker(server) { $0.ackWait = .seconds(300) }
                try stopping.activate()
                _ = try await stopping.subscribe(to: "order.*", name: "mailer", handler: first)
                for number in 1...4 { try await stopping.publish(message("\(number)", key: "k")) }
                try await waitUntil("all messages at the node") {
                    let pending = try await server.pending(of: Self.group, topic: "order.paid")
                    return pending == 4 && first.delivered.count == 1
                }
                try await RedisStreamNode().with(server, { $0.ackWait = .seconds(300) }) { other in
                    _ = try await other.subscribe(to: "order.*", name: "mailer", handler: second)
                    let stop = Task { await stopping.shutdown() }
                    #expect(try await second.waitForMessages(3).map(\.id) == ["2", "3", "4"])
                    #expect(second.handled.map(\.deliveryAttempt) == [1, 1, 1])
                    gate.open()
                    await stop.value
                    #expect(first.handled.map(\.id) == ["1"])
                    try await waitUntil("all acknowledgements") {
                        try await server.pending(of: Self.group, topic: "order.paid") == 0
                    }
                    #expect(try await server.consumers(of: Self.group, topic: "order.paid").count == 2)
                }
                #expect(
                    try await server.consumers(of: Self.group, topic: "order.paid") == [RedisDeliveryScripts.released])
            }
        }

        @Test func aConsumerThatHasMessagesStaysInTheGroup() async throws {
            try await RedisServer.run { server in
                try await Self.leave(server)
                try await RedisStreamNode().with(server, { $0.ackWait = .seconds(300) }) { broker in
                    let recorder = MessageRecorder()
                    _ = try await broker.subscribe(to: "order.*", name: "mailer", handler: recorder)
                    try await broker.publish(message("2"))
                    try await recorder.waitForMessages(1)
                }
                #expect(try await server.consumers(of: Self.group, topic: "order.paid") == ["dead"])
            }
        }
    }
}
#endif
