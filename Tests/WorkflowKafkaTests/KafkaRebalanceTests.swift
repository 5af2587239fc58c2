#if Kafka
import Testing
import WorkflowModules
import WorkflowTesting

@testable import WorkflowCore
@testable import WorkflowKafka

/// Nodes that come and go, with the brokers of the library, whose groups keep to the protocol.
@Suite(.serialized) struct KafkaRebalanceTests {
    @Test func twoNodesShareTheMessagesAndNoneIsLostWhenOneJoinsAndLeaves() async throws {
        try await MockCluster.with { cluster in
            let (first, second) = (MessageRecorder(), MessageRecorder())
            func change(_ configuration: inout KafkaModule.Configuration) {
                configuration.autoCreate = false
                configuration.start = "earliest"
                configuration.concurrency = 4
                configuration.prefetch = 16
                // A commit that meets a rebalance costs the place in the group, and messages come once more.
                configuration.commitInterval = .seconds(60)
            }
            try await Node().with(cluster.address, change) { one in
                _ = try await one.subscribe(to: "order.paid", name: "mailer", handler: first)
                try await one.publish(message("begin", key: "0"))
                try await first.waitForMessages(1, limit: .seconds(30))
                let joined = TestGate()
                let publishing = Task {
                    for number in 0..<1000 {
                        if number == 700 { try await joined.wait() }
                        try await one.publish(message("\(number)", key: "\(number % 20)"))
                    }
                }
                try await first.waitForMessages(100, limit: .seconds(30))
                try await Node().with(cluster.address, change) { two in
                    _ = try await two.subscribe(to: "order.paid", name: "mailer", handler: second)
                    // Also the partitions that the new node gets have messages.
                    try await waitUntil("Partitions of the second node") {
                        try two.link().source(ofSubscription: "mailer")?.partitions.isEmpty == false
                    }
                    joined.open()
                    try await publishing.value
                    try await waitUntil("Messages of the second node") { !second.handled.isEmpty }
                }
                try await waitUntil("All messages") {
                    Set((first.handled + second.handled).map(\.id)).count == 1001
                }
            }
            for recorder in [first, second] {
                for key in 0..<20 {
                    let numbers = recorder.handled.filter { $0.key == "\(key)" }.compactMap { Int($0.id) }
                    #expect(numbers == numbers.sorted(), "Order of the key \(key)")
                }
            }
            #expect(first.delivered.count + second.delivered.count == 1001, "Messages that were delivered twice")
        }
    }

    @Test func theMessagesOfANodeThatDiedAreHandledElsewhere() async throws {
        func change(_ configuration: inout KafkaModule.Configuration) {
            configuration.autoCreate = false
            configuration.start = "earliest"
        }
        try await MockCluster.with { cluster in
            let dying = try await Node().broker(cluster.address, change)
            try dying.activate()
            let gate = TestGate()
            let taken = TestGate()
            let stuck = MessageRecorder { _ in
                taken.open()
                try await gate.wait()
            }
            _ = try await dying.subscribe(to: "order.paid", name: "mailer", handler: stuck)
            for number in 1...3 { try await dying.publish(message("\(number)", key: "k")) }
            try await withTimeLimit("The delivery to the node that dies", limit: .seconds(30)) {
                try await taken.wait()
            }
            try dying.link().source(ofSubscription: "mailer")?.die()
            let recorder = MessageRecorder()
            try await Node().with(cluster.address, change) { broker in
                _ = try await broker.subscribe(to: "order.paid", name: "mailer", handler: recorder)
                // One run in ten or so; whether the mock cluster or the consumer stands still is not known yet.
                await withKnownIssue("The group does not always get its partitions back", isIntermittent: true) {
                    let handled = try await recorder.waitForMessages(3, limit: .seconds(60))
                    #expect(handled.map(\.id) == ["1", "2", "3"])
                }
            }
            gate.open()
            await dying.shutdown()
        }
    }
}
#endif
