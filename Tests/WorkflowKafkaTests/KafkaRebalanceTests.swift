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
            let refusals = LogCounter("A commit was refused; it is tried again")
            let node = Node(environment: EngineEnvironment(logger: refusals.logger))
            func change(_ configuration: inout KafkaModule.Configuration) {
                configuration.autoCreate = false
                configuration.start = "earliest"
                configuration.concurrency = 4
                configuration.prefetch = 16
                // A commit that meets a rebalance costs the place in the group, and messages come once more.
                configuration.commitInterval = .seconds(60)
            }
            try await node.with(cluster.address, change) { one in
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
                try await Node(environment: node.environment).with(cluster.address, change) { two in
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
            // The brokers of the library refuse what a node commits while another one joins, which Kafka does not; then
            // messages come once more, after the others.
            let isRepeated = refusals.count > 0
            for recorder in [first, second] {
                for key in 0..<20 {
                    var seen: Set<Int> = []
                    let numbers = recorder.handled.filter { $0.key == "\(key)" }.compactMap { Int($0.id) }
                        .filter { seen.insert($0).inserted || !isRepeated }
                    #expect(numbers == numbers.sorted(), "Order of the key \(key)")
                }
            }
            let count = first.delivered.count + second.delivered.count
            #expect(isRepeated ? count >= 1001 : count == 1001, "\(count), with \(refusals.count) refused commits")
        }
    }

    @Test func aSubscriptionThatIsSetUpFromManySidesAtOnceIsOneMemberAndGetsItsMessages() async throws {
        func change(_ configuration: inout KafkaModule.Configuration) {
            configuration.autoCreate = false
            configuration.start = "earliest"
        }
        try await MockCluster.with { cluster in
            try await Node().with(cluster.address, change) { broker in
                // What the look at the cluster does when it meets a subscription that is being made; several times,
                // since not each of them would go wrong.
                for number in 1...8 {
                    let consumer = try broker.link().source(of: "mailer", pattern: "order.paid", number: number)
                    let members = try await withThrowingTaskGroup(of: ObjectIdentifier?.self) { group in
                        for _ in 0..<8 {
                            group.addTask {
                                try await consumer.setUp()
                                return consumer.member
                            }
                        }
                        return try await group.reduce(into: Set()) { $0.insert($1) }
                    }
                    #expect(members.count == 1 && members != [nil])
                }
                let recorder = MessageRecorder()
                _ = try await broker.subscribe(to: "order.paid", name: "mailer", handler: recorder)
                try await broker.publish(message("1"))
                #expect(try await recorder.waitForMessages(1, limit: .seconds(30)).map(\.id) == ["1"])
            }
        }
    }

    // Libraries before 2.3 would abort the process.
    @Test func aNodeMayEndBeforeItsGroupHasGivenItPartitions() async throws {
        func change(_ configuration: inout KafkaModule.Configuration) {
            configuration.autoCreate = false
            configuration.start = "earliest"
        }
        try await MockCluster.with { cluster in
            cluster.set(isAssigning: false)
            try await Node().with(cluster.address, change) { broker in
                try await broker.publish(message("1"))
                _ = try await broker.subscribe(to: "order.paid", name: "mailer", handler: MessageRecorder())
                try await waitUntil("The membership") {
                    try broker.link().source(ofSubscription: "mailer")?.memberName.isEmpty == false
                }
            }
            cluster.set(isAssigning: true)
            let recorder = MessageRecorder()
            try await Node().with(cluster.address, change) { broker in
                _ = try await broker.subscribe(to: "order.paid", name: "printer", handler: recorder)
                #expect(try await recorder.waitForMessages(1, limit: .seconds(30)).map(\.id) == ["1"])
            }
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
                let handled = try await recorder.waitForMessages(3, limit: .seconds(60))
                #expect(handled.map(\.id) == ["1", "2", "3"])
            }
            gate.open()
            await dying.shutdown()
        }
    }
}
#endif
