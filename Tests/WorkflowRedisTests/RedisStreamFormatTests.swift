#if Redis
import Synchronization
import Testing
import WorkflowTesting

@testable import WorkflowCore
@testable import WorkflowRedis

extension RedisStreamTests {
    @Suite struct RedisStreamFormatTests {
        @Test func theSameIdentifierIsDeliveredOnceForEachTopic() async throws {
            try await RedisServer.run { server in
                try await RedisStreamNode().with(server) { broker in
                    let recorder = MessageRecorder()
                    _ = try await broker.subscribe(to: "order.*", name: "mailer", handler: recorder)
                    for _ in 0..<3 { try await broker.publish(message("same")) }
                    try await broker.publish(message("same", topic: "order.other"))
                    try await broker.publish(message("last"))
                    let handled = try await recorder.waitForMessages(3)
                    #expect(
                        handled.map { "\($0.topic) \($0.id)" } == [
                            "order.paid same", "order.other same", "order.paid last",
                        ])
                }
                try await RedisStreamNode().with(server, { $0.duplicateWindow = .zero }) { broker in
                    let recorder = MessageRecorder()
                    _ = try await broker.subscribe(to: "order.*", name: "counter", handler: recorder)
                    for _ in 0..<2 { try await broker.publish(message("twice")) }
                    #expect(try await recorder.waitForMessages(2).map(\.id) == ["twice", "twice"])
                }
            }
        }

        @Test func messagesOfOtherProgramsAreTaken() async throws {
            try await RedisServer.run { server in
                try await RedisStreamNode().with(server) { broker in
                    let recorder = MessageRecorder()
                    _ = try await broker.subscribe(to: "order.*", name: "mailer", handler: recorder)
                    let stream = streamNames.stream(of: "order.plain")
                    let id = try await server.command("XADD", stream, "*", "total", "7", "name", "ü").text
                    try await server.command("SADD", streamNames.topics, "order.plain")
                    #expect(try await recorder.waitForMessages(1).map(\.payload) == [["total": "7", "name": "ü"]])
                    #expect(recorder.handled.first?.id == id)
                    try await server.command("XADD", stream, "*", "ce_id", "x", "data", "{\"total\":7}")
                    let handled = try await recorder.waitForMessages(2)
                    #expect(handled.last?.id == "x")
                    #expect(handled.last?.payload == ["total": 7])
                }
            }
        }

        @Test func messagesAreCloudEventsInRedis() async throws {
            try await RedisServer.run { server in
                try await RedisStreamNode().with(server) { broker in
                    try await broker.publish(message("1", key: "k", ["total": 7.5]))
                }
                let entries = try await server.command("XRANGE", "{workflow}:topic:order.paid", "-", "+").array
                let fields = (entries?.first?.array?.last?.array ?? []).compactMap(\.text)
                let texts = stride(from: 0, to: fields.count - 1, by: 2).map { "\(fields[$0])=\(fields[$0 + 1])" }
                for text in [
                    "ce_specversion=1.0", "ce_id=1", "ce_source=/workflow/events", "ce_type=order.paid",
                    "ce_partitionkey=k", "content-type=application/json", "data={\"total\":7.5}",
                ] { #expect(texts.contains(text), "\(texts)") }
            }
        }

        @Test func aTopicKeepsAboutAsManyMessagesAsItMay() async throws {
            try await RedisServer.run { server in
                try await RedisStreamNode().with(server, { $0.maxLength = 100 }) { broker in
                    for number in 0..<1000 { try await broker.publish(message("\(number)")) }
                }
                let length = try await server.command("XLEN", streamNames.stream(of: "order.paid")).integer ?? 0
                #expect((100...300).contains(length), "\(length)")
                let rest = try await server.command("PTTL", streamNames.stream(of: "order.paid")).integer ?? 0
                #expect(rest > 7 * 86_400_000)
            }
        }
    }
}
#endif
