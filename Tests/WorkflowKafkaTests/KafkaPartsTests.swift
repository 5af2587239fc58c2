#if Kafka
import CKafka
import Logging
import Testing
import WorkflowModules
import WorkflowTesting

@testable import WorkflowCore
@testable import WorkflowKafka

@Suite struct KafkaPartsTests {
    private static let topics = KafkaTopics(prefix: "shop", group: "g")

    @Test(arguments: [
        ("order.paid", "shop.order.paid"), ("order.*", #"^shop\.order\..+$"#), ("*", #"^shop\.[^.]+$"#),
        (">", #"^shop\..+$"#), ("a.*.c", #"^shop\.a\.[^.]+\.c$"#), ("a.>", #"^shop\.a\..+$"#),
        ("*.b", #"^shop\.[^.]+\.b$"#),
    ])
    func patternsAreSubscriptions(_ pattern: String, _ subscription: String) throws {
        #expect(Self.topics.subscription(to: try TopicPattern(pattern)) == subscription)
    }

    @Test func topicsWithoutPrefixAreThoseOfKafka() throws {
        let topics = KafkaTopics(prefix: "", group: "g")
        #expect(try topics.name(ofTopic: "order.paid") == "order.paid")
        #expect(topics.topic(of: "order.paid") == "order.paid")
        #expect(topics.subscription(to: "*") == "^[^.]+$")
        #expect(Self.topics.topic(of: "shop.order.paid") == "order.paid")
        #expect(Self.topics.topic(of: "shopping.order") == nil)
    }

    @Test(arguments: [
        ("order.*", "The topic \"order.*\" has wildcards; messages need one topic."),
        ("größe", "\"shop.größe\" cannot be a topic of Kafka, which may have letters, digits and . _ - only."),
        ("a/b", "\"shop.a/b\" cannot be a topic of Kafka, which may have letters, digits and . _ - only."),
    ])
    func whatCannotBeATopicIsRefused(_ topic: String, _ text: String) throws {
        let error = #expect(throws: WorkflowError.self) { try Self.topics.name(ofTopic: topic) }
        #expect(error?.code == .invalidInput)
        #expect(error?.message == text)
        #expect(throws: WorkflowError.self) {
            try Self.topics.name(ofTopic: String(repeating: "x", count: 250))
        }
    }

    @Test func groupsAreNamedForSubscriptionAndPattern() throws {
        let name = Self.topics.consumerGroup(of: "handler/order.log", pattern: "order.*", number: 1)
        #expect(name.hasPrefix("g.handler_order.log-"))
        let others = [
            Self.topics.consumerGroup(of: "handler/order.log", pattern: "order.paid", number: 1),
            Self.topics.consumerGroup(of: "handler/order.log", pattern: "order.*", number: 2),
            Self.topics.consumerGroup(of: "handler_order.log", pattern: "order.*", number: 1),
            KafkaTopics(prefix: "", group: "g").consumerGroup(of: "handler/order.log", pattern: "order.*", number: 1),
        ]
        #expect(Set(others + [name]).count == 5)
    }

    @Test func messagesAreCloudEvents() throws {
        let codec = KafkaCodec(topics: Self.topics)
        var sent = message("id \"ä\"", topic: "order.paid", key: "ö%", ["total": 7.5])
        sent.trace = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01 a=b"
        let encoded = try codec.encode(sent, source: "/s")
        #expect(encoded.topic == "shop.order.paid")
        #expect(encoded.key == Array("ö%".utf8))
        #expect(encoded.header("ce_specversion") == "1.0")
        #expect(encoded.header("ce_id") == "id \"ä\"")
        #expect(encoded.header("ce_type") == "order.paid")
        #expect(encoded.header("ce_source") == "/s")
        #expect(encoded.header("content-type") == "application/json")
        #expect(encoded.header("traceparent") == "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01")
        #expect(encoded.header("tracestate") == "a=b")
        #expect(try codec.decode(encoded, maxPayload: 1000, now: .systemNow()) == sent)
    }

    @Test func structuredAndPlainMessagesAreRead() throws {
        let codec = KafkaCodec(topics: Self.topics)
        let text = #"{"specversion":"1.0","id":"e1","type":"t","source":"/x","partitionkey":"k","data":{"a":1}}"#
        var record = KafkaRecord(
            topic: "shop.order.paid", partition: 2, offset: 7, timestamp: 1000, key: Array("record".utf8),
            headers: [("Content-Type", "application/cloudevents+json; charset=UTF-8")], body: Array(text.utf8))
        let event = try codec.decode(record, maxPayload: 1000, now: .systemNow())
        #expect(event.id == "e1")
        #expect(event.key == "k")
        #expect(event.payload == ["a": 1])
        record.headers = []
        record.body = Array("[1]".utf8)
        let plain = try codec.decode(record, maxPayload: 1000, now: .systemNow())
        #expect(plain.id == "shop.order.paid/2/7")
        #expect(plain.topic == "order.paid")
        #expect(plain.key == "record")
        #expect(plain.timestamp == Timestamp(nanoseconds: 1_000_000_000))
        #expect(plain.payload == [1])
    }

    @Test func onlyWhatIsDoneWithoutGapsIsCommitted() {
        var ledger = OffsetLedger()
        for offset: Int64 in [3, 4, 7, 8] {
            let isNew = ledger.take(offset)
            #expect(isNew)
        }
        let isTakenTwice = ledger.take(7)
        #expect(!isTakenTwice)
        #expect(ledger.position == nil)
        for (offset, hasMoved, position): (Int64, Bool, Int64?) in [
            (4, false, nil), (8, false, nil), (3, true, 5), (99, false, 5), (7, true, 9),
        ] {
            let result = ledger.finish(offset)
            #expect(result == hasMoved)
            #expect(ledger.position == position)
        }
        #expect(ledger.span == 0)
    }

    @Test func publishersWaitForRoomInTheirOrder() {
        var budget = PublicationBudget<String>(maxCount: 2, maxBytes: 100)
        func take(_ size: Int) -> Bool { budget.take(size) }
        func give(_ size: Int) -> [String] { budget.give(size) }
        #expect(take(200))
        #expect(!take(1))
        for (size, name) in [(60, "a"), (60, "b"), (1, "c")] { budget.wait(size, name) }
        #expect(give(200) == ["a"])
        #expect(!take(1))
        #expect(give(60) == ["b", "c"])
        budget.wait(60, "d")
        let left = budget.removeWaiting()
        #expect(left == ["d"])
        #expect(give(60) == [])
    }

    @Test(arguments: [
        (Int32(0), Logger.Level.critical), (3, .error), (4, .warning), (5, .notice), (6, .info), (7, .debug),
    ])
    func theLogOfTheLibraryKeepsItsLevels(_ severity: Int32, _ level: Logger.Level) {
        #expect(KafkaLog.level(ofSystemLog: severity) == level)
    }

    @Test func errorsAreToldWithoutWhatChanges() {
        let error = KafkaError(
            code: RD_KAFKA_RESP_ERR__TRANSPORT,
            detail: "a:1/1: Connect to ipv4#a:1 failed: refused (after 3ms in state CONNECT)")
        #expect("\(error)" == "a:1/1: Connect to ipv4#a:1 failed: refused")
        #expect("\(KafkaError(code: RD_KAFKA_RESP_ERR__TIMED_OUT))" == "Local: Timed out")
    }

    @Test func secretsAreNotInTheIdentity() throws {
        var configuration = KafkaModule.Configuration()
        var login = KafkaModule.LoginConfiguration()
        (login.user, login.password) = ("u", SecretString("hidden"))
        configuration.sasl = login
        let driver = KafkaDriver(
            configuration: configuration.link(clientName: "c"), options: configuration.options, source: "/s")
        #expect(!driver.identity.contains("hidden"))
        login.password = SecretString("other")
        configuration.sasl = login
        let other = KafkaDriver(
            configuration: configuration.link(clientName: "c"), options: configuration.options, source: "/s")
        #expect(driver.identity != other.identity)
    }
}
#endif
