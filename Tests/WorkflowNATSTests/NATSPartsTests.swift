#if NATS
import Testing
import WorkflowTesting

@testable import WorkflowCore
@testable import WorkflowNATS

@Suite struct NATSPartsTests {
    private static let subjects = NATSSubjects(prefix: "shop", group: "g")

    @Test(arguments: [
        ("order.paid", "shop.order.paid"), ("order.*", "shop.order.>"), ("*", "shop.*"), (">", "shop.>"),
        ("a.*.c", "shop.a.*.c"),
    ])
    func patternsAreSubjects(_ pattern: String, _ subject: String) throws {
        #expect(Self.subjects.subject(of: try TopicPattern(pattern)) == subject)
    }

    @Test(arguments: [
        ("a.>", "a.b", true), ("a.>", "a.b.>", true), ("a.*", "a.b", true), ("a.*", "a.>", false), ("a", "a", true),
        ("a.b", "a.*", false), (">", "a", true), ("a.>", "a", false),
    ])
    func subjectsCoverEachOther(_ outer: String, _ inner: String, _ covers: Bool) {
        #expect(NATSSubjects.covers(outer, inner) == covers)
    }

    @Test func consumersAreNamedForGroupSubscriptionAndPattern() throws {
        let name = Self.subjects.consumer(of: "handler/order.log", pattern: "order.*", number: 1)
        #expect(name.hasPrefix("g-handler_order_log-"))
        #expect(name == Self.subjects.consumer(of: "handler/order.log", pattern: "order.*", number: 1))
        let others = [
            Self.subjects.consumer(of: "handler/order.log", pattern: "order.paid", number: 1),
            Self.subjects.consumer(of: "handler/order.log", pattern: "order.*", number: 2),
            Self.subjects.consumer(of: "handler/order_log", pattern: "order.*", number: 1),
            NATSSubjects(prefix: "shop", group: "h").consumer(of: "handler/order.log", pattern: "order.*", number: 1),
        ]
        #expect(Set(others + [name]).count == 5)
    }

    @Test func receiptsAreRead() {
        let short = DeliveryReceipt("$JS.ACK.S.C.3.42.7.1700000000000000000.0")
        #expect(short?.deliveries == 3)
        #expect(short?.sequence == 42)
        #expect(short?.storedAt == 1_700_000_000_000_000_000)
        let long = DeliveryReceipt("$JS.ACK.domain.account.S.C.2.41.7.1700000000000000000.0.token")
        #expect(long?.deliveries == 2)
        #expect(long?.sequence == 41)
        #expect(DeliveryReceipt("_INBOX.a.b") == nil)
        #expect(DeliveryReceipt("") == nil)
    }

    @Test func messagesAreCloudEvents() throws {
        let codec = NATSCodec(subjects: Self.subjects)
        var sent = message("id \"1\"", topic: "order.paid", key: "ä%", ["total": 7.5])
        sent.trace = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01 a=b"
        let encoded = try codec.encode(sent, source: "/s")
        #expect(encoded.subject == "shop.order.paid")
        #expect(encoded.header("ce-specversion") == "1.0")
        #expect(encoded.header("ce-id") == "id%20%221%22")
        #expect(encoded.header("ce-type") == "order.paid")
        #expect(encoded.header("ce-source") == "/s")
        #expect(encoded.header("ce-partitionkey") == "%C3%A4%25")
        #expect(encoded.header("content-type") == "application/json")
        #expect(encoded.header("traceparent") == "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01")
        #expect(encoded.header("tracestate") == "a=b")
        #expect(try codec.decode(encoded, nil, maxPayload: 1000, now: .systemNow()) == sent)
    }

    @Test func structuredEventsAreRead() throws {
        let codec = NATSCodec(subjects: Self.subjects)
        let text = #"{"specversion":"1.0","id":"e1","type":"t","source":"/x","partitionkey":"k","data":{"a":1}}"#
        let event = NATSMessage(
            subject: "shop.order.paid", headers: [("Content-Type", "application/cloudevents+json")],
            body: Array(text.utf8))
        let decoded = try codec.decode(event, nil, maxPayload: 1000, now: .systemNow())
        #expect(decoded.id == "e1")
        #expect(decoded.key == "k")
        #expect(decoded.payload == ["a": 1])
    }

    @Test func requestsAreCounted() {
        var ledger = PullLedger()
        let first = ledger.begin(3)
        let second = ledger.begin(2)
        for _ in 0..<2 { ledger.arrived() }
        #expect(ledger.outstanding == 3)
        ledger.ended(first)
        #expect(ledger.outstanding == 2)
        ledger.arrived()
        ledger.ended(first)
        #expect(ledger.outstanding == 1)
        ledger.ended(second)
        ledger.arrived()
        #expect(ledger.outstanding == 0)
    }

    @Test func addressesAreShownWithoutUser() {
        #expect(NATSSettings.withoutUser("nats://app:secret@host:4222") == "nats://host:4222")
        #expect(NATSSettings.withoutUser("app:se@cret@host") == "host")
        #expect(NATSSettings.withoutUser("nats://host:4222") == "nats://host:4222")
    }

    @Test func theMemoryOfSequencesIsBounded() {
        var memory = SequenceMemory(capacity: 2)
        for sequence in 1...3 { memory.insert(UInt64(sequence)) }
        #expect(!memory.contains(1) && memory.contains(2) && memory.contains(3))
    }
}
#endif
