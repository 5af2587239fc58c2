#if Redis
import Testing
import WorkflowTesting

@testable import WorkflowCore
@testable import WorkflowRedis

extension RedisStreamTests {
    /// Nodes have four messages at once here, and handle one at a time.
    @Suite struct RedisStreamOrderTests {
        private static let group = streamNames.group(of: "mailer", pattern: "order.*", number: 1)

        private static func change(_ configuration: inout RedisStreamModule.Configuration) {
            (configuration.prefetch, configuration.concurrency) = (4, 1)
            configuration.deliver = "all"
            // So long that nothing is taken over by waiting.
            configuration.ackWait = .seconds(300)
        }

        /// Publishes eight messages and waits until a node has 1 to 4, and 5 and 8, which wait for 6 and 7 in the other
        /// stream.
        private static func fill(
            _ server: RedisServer, _ broker: any GenerationalBroker, _ handler: any MessageHandler
        ) async throws {
            for number in 1...8 {
                let topic = number == 5 || number == 8 ? "order.b" : "order.a"
                try await broker.publish(message("\(number)", topic: topic, key: "k"))
            }
            _ = try await broker.subscribe(to: "order.*", name: "mailer", handler: handler)
            try await waitUntil("messages of both topics at the node") {
                let pending = [
                    try await server.pending(of: group, topic: "order.a"),
                    try await server.pending(of: group, topic: "order.b"),
                ]
                return pending == [4, 2]
            }
        }

        /// Has a node's messages read without it, and cuts its connections, as if the answer had been lost.
        private static func loseAnswer(_ server: RedisServer, group: String, topic: String, count: Int) async throws {
            let node = try #require(try await server.consumers(of: group, topic: topic).first)
            let answer = try await server.command(
                "XREADGROUP", "GROUP", group, node, "STREAMS", streamNames.stream(of: topic), ">")
            #expect(answer.array?.first?.array?.last?.array?.count == count)
            #expect(try await server.command("CLIENT", "KILL", "TYPE", "normal").integer ?? 0 > 0)
        }

        @Test func anAnswerThatIsLostChangesNoOrderOverTopics() async throws {
            try await RedisServer.run { server in
                try await RedisStreamNode().with(server, Self.change) { broker in
                    let gate = TestGate()
                    let recorder = MessageRecorder { _ in try await gate.wait() }
                    try await Self.fill(server, broker, recorder)
                    try await Self.loseAnswer(server, group: Self.group, topic: "order.a", count: 2)
                    try await waitUntil("the connection") { await isHealthy(broker) }
                    gate.open()
                    #expect(try await recorder.waitForMessages(8).map(\.id) == (1...8).map(String.init))
                    #expect(recorder.delivered.count == 8)
                }
            }
        }

        @Test func theOnlyTopicGoesOnAfterAnAnswerThatIsLost() async throws {
            try await RedisServer.run { server in
                try await RedisStreamNode().with(server, Self.change) { broker in
                    let gate = TestGate()
                    let recorder = MessageRecorder { _ in try await gate.wait() }
                    _ = try await broker.subscribe(to: "order.paid", name: "mailer", handler: recorder)
                    for number in 1...6 { try await broker.publish(message("\(number)", key: "k")) }
                    let group = streamNames.group(of: "mailer", pattern: "order.paid", number: 1)
                    try await waitUntil("four messages at the node") {
                        try await server.pending(of: group, topic: "order.paid") == 4
                    }
                    try await Self.loseAnswer(server, group: group, topic: "order.paid", count: 2)
                    gate.open()
                    #expect(try await recorder.waitForMessages(6).map(\.id) == (1...6).map(String.init))
                }
            }
        }

        @Test func aNodeThatFollowsAnotherKeepsTheOrderOverTopics() async throws {
            try await RedisServer.run { server in
                let gate = TestGate()
                let first = MessageRecorder { _ in try await gate.wait() }
                let stopping = try await RedisStreamNode().broker(server, Self.change)
                try stopping.activate()
                try await Self.fill(server, stopping, first)
                try await waitUntil("the first delivery") { first.delivered.count == 1 }
                let stop = Task { await stopping.shutdown() }
                try await waitUntil("what the node gives back") {
                    let rows = try await server.command(
                        "XPENDING", streamNames.stream(of: "order.a"), Self.group, "-", "+", "10",
                        RedisDeliveryScripts.released)
                    return rows.array?.count == 3
                }
                gate.open()
                await stop.value
                #expect(first.handled.map(\.id) == ["1"])
                let second = MessageRecorder()
                try await RedisStreamNode().with(server, Self.change) { broker in
                    _ = try await broker.subscribe(to: "order.*", name: "mailer", handler: second)
                    #expect(try await second.waitForMessages(7).map(\.id) == (2...8).map(String.init))
                    #expect(second.handled.map(\.deliveryAttempt) == Array(repeating: 1, count: 7))
                }
            }
        }
    }
}
#endif
