#if Redis
import Synchronization
import Testing
import WorkflowTesting

@testable import WorkflowCore
@testable import WorkflowRedis

extension RedisStreamTests {
    @Suite struct RedisStreamFailureTests {
        @Test func aRestartOfRedisLosesNoMessageWhileAThousandFlow() async throws {
            try await RedisServer.run(isDurable: true) { server in
                try await RedisStreamNode().with(server) { broker in
                    let recorder = MessageRecorder()
                    _ = try await broker.subscribe(to: "order.*", name: "mailer", handler: recorder)
                    let failures = Mutex(0)
                    let publishing = Task {
                        for number in 0..<1000 {
                            // Again with the same identifier, as the outbox does.
                            while true {
                                do {
                                    try await broker.publish(
                                        message("\(number)", topic: "order.t\(number % 3)", key: "\(number % 5)"))
                                    break
                                } catch let error as WorkflowError where error.code == .unavailable {
                                    failures.withLock { $0 += 1 }
                                    await Task.yield()
                                }
                            }
                        }
                    }
                    for _ in 1...2 {
                        let count = recorder.handled.count
                        try await waitUntil("some messages") { recorder.handled.count >= count + 200 }
                        server.kill()
                        try await waitUntil("the end of the connection") { await !isHealthy(broker) }
                        try await server.start()
                    }
                    try await publishing.value
                    try await waitUntil("all messages") { Set(recorder.handled.map(\.id)).count == 1000 }
                    #expect(failures.withLock { $0 } > 0)
                    for key in 0..<5 {
                        var seen: Set<String> = []
                        let order = recorder.handled.filter { $0.key == "\(key)" && seen.insert($0.id).inserted }
                        #expect(order.map(\.id) == stride(from: key, to: 1000, by: 5).map(String.init))
                    }
                }
            }
        }

        @Test func withoutRedisTheBrokerSaysSoAndGoesOnLater() async throws {
            try await RedisServer.run { server in
                server.kill()
                try await RedisStreamNode().with(server) { broker in
                    let recorder = MessageRecorder()
                    _ = try await broker.subscribe(to: "order.*", name: "mailer", handler: recorder)
                    let error = await #expect(throws: WorkflowError.self) { try await broker.publish(message("1")) }
                    #expect(error?.code == .unavailable)
                    #expect(
                        error?.message
                            == "The message broker \"events\" is not available: Redis at 127.0.0.1:\(server.port)/0 is away: Connection refused."
                    )
                    let health = await #expect(throws: WorkflowError.self) { try await broker.checkHealth() }
                    #expect(health?.message == error?.message)
                    try await server.start()
                    try await waitUntil("the connection") { await isHealthy(broker) }
                    // What is taken from now on is not missed by the subscription, which Redis never heard of before.
                    try await waitUntil("the first message") {
                        do {
                            try await broker.publish(message("2"))
                            return true
                        } catch let error as WorkflowError where error.code == .unavailable {
                            return false
                        }
                    }
                    #expect(try await recorder.waitForMessages(1).map(\.id) == ["2"])
                }
            }
        }

        @Test func aServerThatHangsFailsThePublisherInTime() async throws {
            try await RedisServer.run { server in
                try await RedisStreamNode().with(server, { $0.requestTimeout = .seconds(1) }) { broker in
                    let recorder = MessageRecorder()
                    _ = try await broker.subscribe(to: "order.*", name: "mailer", handler: recorder)
                    server.signal(19)
                    let start = ContinuousClock.now
                    let error = await #expect(throws: WorkflowError.self) { try await broker.publish(message("1")) }
                    #expect(ContinuousClock.now - start < .seconds(10))
                    #expect(error?.code == .unavailable)
                    #expect(
                        error?.message.contains("no answer within 1.0 seconds") == true, "\(String(describing: error))")
                    server.signal(18)
                    try await waitUntil("the connection") { await isHealthy(broker) }
                    // The first attempt may have come through.
                    try await broker.publish(message("1"))
                    try await broker.publish(message("2"))
                    #expect(try await recorder.waitForMessages(2).map(\.id) == ["1", "2"])
                }
            }
        }

        @Test(arguments: ["order.*", "order.paid"])
        func groupsAreMadeAgainWhenRedisWasEmptied(_ pattern: String) async throws {
            try await RedisServer.run { server in
                try await RedisStreamNode().with(server) { broker in
                    let recorder = MessageRecorder()
                    _ = try await broker.subscribe(
                        to: try TopicPattern(pattern), name: "mailer", handler: recorder)
                    try await broker.publish(message("1"))
                    try await recorder.waitForMessages(1)
                    try await server.command("FLUSHALL")
                    for number in 2...4 { try await broker.publish(message("\(number)")) }
                    #expect(try await recorder.waitForMessages(4).map(\.id) == ["1", "2", "3", "4"])
                    try await waitUntil("health") { await isHealthy(broker) }
                }
            }
        }

        @Test(arguments: [false, true])
        func whatWaitsHereOutlivesARedisThatLosesEverything(_ isRestarted: Bool) async throws {
            try await RedisServer.run { server in
                try await RedisStreamNode().with(server) { broker in
                    let gate = TestGate()
                    let recorder = MessageRecorder { _ in try await gate.wait() }
                    _ = try await broker.subscribe(to: "order.*", name: "mailer", handler: recorder)
                    for number in 0..<5 { try await broker.publish(message("\(number)", key: "k")) }
                    let group = streamNames.group(of: "mailer", pattern: "order.*", number: 1)
                    try await waitUntil("all messages at the node") {
                        try await server.pending(of: group, topic: "order.paid") == 5
                    }
                    let start = ContinuousClock.now
                    if isRestarted { server.kill() } else { try await server.command("FLUSHALL") }
                    // Longer than others would wait before they take the messages over.
                    try await waitUntil("more time than ackWait") { ContinuousClock.now - start > .milliseconds(1500) }
                    gate.open()
                    try await recorder.waitForMessages(1)
                    if isRestarted { try await server.start() }
                    try await waitUntil("the connection") { await isHealthy(broker) }
                    try await broker.publish(message("5", key: "k"))
                    let handled = try await recorder.waitForMessages(6)
                    #expect(handled.map(\.id) == (0..<6).map(String.init))
                    #expect(recorder.delivered.count == 6)
                }
            }
        }
    }
}
#endif
