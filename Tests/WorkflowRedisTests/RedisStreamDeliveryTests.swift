#if Redis
import Synchronization
import Testing
import WorkflowTesting

@testable import WorkflowCore
@testable import WorkflowRedis

extension RedisStreamTests {
    @Suite struct RedisStreamDeliveryTests {
        @Test func whatComesWhileNobodyRunsIsHandledLater() async throws {
            try await RedisServer.run { server in
                try await RedisStreamNode().with(server) { broker in
                    let subscription = try await broker.subscribe(
                        to: "order.*", name: "mailer", handler: MessageRecorder())
                    await subscription.cancel()
                    for number in 1...3 { try await broker.publish(message("\(number)", topic: "order.new\(number)")) }
                }
                let recorder = MessageRecorder()
                try await RedisStreamNode().with(server) { broker in
                    _ = try await broker.subscribe(to: "order.*", name: "mailer", handler: recorder)
                    #expect(try await recorder.waitForMessages(3).map(\.id) == ["1", "2", "3"])
                }
            }
        }

        @Test(arguments: [("new", ["2"]), ("all", ["1", "2"])])
        func aNewSubscriptionBeginsWhereItIsTold(_ deliver: String, _ ids: [String]) async throws {
            try await RedisServer.run { server in
                try await RedisStreamNode().with(server, { $0.deliver = deliver }) { broker in
                    try await broker.publish(message("1"))
                    let recorder = MessageRecorder()
                    _ = try await broker.subscribe(to: "order.*", name: "mailer", handler: recorder)
                    try await broker.publish(message("2"))
                    #expect(try await recorder.waitForMessages(ids.count).map(\.id) == ids)
                }
            }
        }

        @Test func twoNodesShareTheMessagesOfASubscription() async throws {
            try await RedisServer.run { server in
                let first = MessageRecorder()
                let second = MessageRecorder()
                try await RedisStreamNode().with(server, { $0.prefetch = 1 }) { one in
                    try await RedisStreamNode().with(server, { $0.prefetch = 1 }) { two in
                        _ = try await one.subscribe(to: "order.*", name: "mailer", handler: first)
                        _ = try await two.subscribe(to: "order.*", name: "mailer", handler: second)
                        for number in 0..<200 {
                            try await one.publish(message("\(number)", topic: "order.t\(number % 7)"))
                        }
                        try await waitUntil("all messages") { first.handled.count + second.handled.count >= 200 }
                    }
                }
                #expect(Set((first.handled + second.handled).map(\.id)).count == 200)
                #expect(first.delivered.count + second.delivered.count == 200)
                #expect(!first.handled.isEmpty && !second.handled.isEmpty)
            }
        }

        @Test func groupsEachGetAllMessages() async throws {
            try await RedisServer.run { server in
                let first = MessageRecorder()
                let second = MessageRecorder()
                try await RedisStreamNode().with(server) { one in
                    try await RedisStreamNode().with(server, { $0.group = "other" }) { two in
                        _ = try await one.subscribe(to: "order.paid", name: "mailer", handler: first)
                        _ = try await two.subscribe(to: "order.paid", name: "mailer", handler: second)
                        try await one.publish(message("1"))
                        #expect(try await first.waitForMessages(1).map(\.id) == ["1"])
                        #expect(try await second.waitForMessages(1).map(\.id) == ["1"])
                    }
                }
            }
        }

        @Test func theOrderOfAKeyIsKeptOverTopicsAndAWaitingBacklog() async throws {
            try await RedisServer.run { server in
                let count = 600
                try await RedisStreamNode().with(server) { broker in
                    let subscription = try await broker.subscribe(
                        to: "order.>", name: "mailer", handler: MessageRecorder())
                    await subscription.cancel()
                    for number in 0..<count {
                        // Uneven, so that the streams are not read at the same pace.
                        let topic = number % 10 < 7 ? "order.busy" : "order.t\(number % 10)"
                        try await broker.publish(message("\(number)", topic: topic, key: "k"))
                    }
                }
                try await RedisStreamNode().with(server, { ($0.prefetch, $0.concurrency) = (16, 4) }) { broker in
                    let recorder = MessageRecorder()
                    _ = try await broker.subscribe(to: "order.>", name: "mailer", handler: recorder)
                    for number in count..<count + 100 {
                        try await broker.publish(message("\(number)", topic: "order.late\(number % 3)", key: "k"))
                    }
                    let handled = try await recorder.waitForMessages(count + 100, limit: .seconds(30))
                    #expect(handled.map(\.id) == (0..<count + 100).map(String.init))
                    #expect(recorder.delivered.count == count + 100)
                }
            }
        }

        @Test func aMessageThatAlwaysFailsBecomesADeadLetterAndCanBeDeliveredAgain() async throws {
            try await RedisServer.run { server in
                try await RedisStreamNode().with(server, { $0.maxDeliver = 3 }) { broker in
                    let isRepaired = Mutex(false)
                    let recorder = MessageRecorder { message in
                        if message.id == "bad", !isRepaired.withLock({ $0 }) { throw ConformanceFailure("on purpose") }
                    }
                    _ = try await broker.subscribe(to: "order.*", name: "mailer", handler: recorder)
                    try await broker.publish(message("bad", ["total": 7]))
                    try await broker.publish(message("good"))
                    try await waitUntil("the dead letter") { try await broker.deadLetters(limit: 10).count == 1 }
                    let letter = try #require(try await broker.deadLetters(limit: 10).first)
                    #expect(letter.attempts == 3)
                    #expect(letter.error.contains("on purpose"))
                    #expect(letter.message.payload == ["total": 7])
                    #expect(recorder.delivered.filter { $0.id == "bad" }.map(\.deliveryAttempt) == [1, 2, 3])
                    isRepaired.withLock { $0 = true }
                    try await broker.redriveDeadLetter(id: letter.id)
                    try await waitUntil("the second life") { try await broker.deadLetters(limit: 10).isEmpty }
                    #expect(Set(recorder.handled.map(\.id)) == ["good", "bad"])
                }
                let group = streamNames.group(of: "mailer", pattern: "order.*", number: 1)
                #expect(try await server.pending(of: group, topic: "order.paid") == 0)
            }
        }

        @Test func aReloadLosesAndRepeatsNothingAndKeepsTheOrder() async throws {
            try await RedisServer.run { server in
                let node = RedisStreamNode()
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
}
#endif
