import HTTPTypes
import Logging
import Synchronization
import Testing
import WorkflowCore
import WorkflowTesting

@testable import WorkflowHTTP

@Suite("Streams of events")
struct EventStreamTests {
    /// A reader that takes bytes when the test lets it.
    private final class SlowWriter: ResponseWriter {
        private let text = Mutex("")
        private let permits: AsyncStream<Void>
        private let permit: AsyncStream<Void>.Continuation

        init() {
            (permits, permit) = AsyncStream.makeStream(of: Void.self)
        }

        var received: String { text.withLock { $0 } }

        /// Lets so many writes through.
        func take(_ count: Int) {
            for _ in 0..<count { permit.yield() }
        }

        func write(_ bytes: [UInt8]) async throws {
            text.withLock { $0 += String(decoding: bytes, as: UTF8.self) }
            for await _ in permits { return }
            throw CancellationError()
        }
    }

    private let ring = EventRing<Int>(limit: 1000, session: "1a2b3c4d")
    private let streams = EventStreams()
    private let clock = TestClock()

    private func stream(_ position: EventPosition) -> EventStream<Int> {
        EventStream(
            ring: ring, streams: streams, clock: clock, position: position, name: "n",
            document: { $0 % 2 == 0 ? ["n": .integer(Int64($0))] : nil })
    }

    /// Follows the ring while `body` runs.
    private func following(
        _ position: EventPosition, _ body: (SlowWriter) async throws -> Void
    ) async throws -> String {
        let writer = SlowWriter()
        let response = stream(position).response
        guard case .stream(_, let send) = response.body else {
            throw WorkflowError(.internal, "no stream")
        }
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await send(writer) }
            try await eventually { !writer.received.isEmpty }
            try await body(writer)
            writer.take(1000)
            streams.end()
            try await group.waitForAll()
        }
        return writer.received
    }

    @Test("begins with what was wanted of before, goes on, and ends with a reason")
    func order() async throws {
        for number in 1...6 { ring.append(number, cost: 10) }
        let text = try await following(.latest(2)) { writer in
            writer.take(3)
            try await eventually { writer.received.contains("\"n\":6") }
            ring.append(7, cost: 10)
            ring.append(8, cost: 10)
            try await eventually { writer.received.contains("\"n\":8") }
        }
        #expect(
            text == """
                id: 1a2b3c4d-6
                event: ready
                data: {"restarted":false}

                id: 1a2b3c4d-4
                event: n
                data: {"n":4}

                id: 1a2b3c4d-6
                event: n
                data: {"n":6}

                id: 1a2b3c4d-8
                event: n
                data: {"n":8}

                id: 1a2b3c4d-8
                event: end
                data: {"reason":"The server stops."}


                """)
        #expect(streams.count == 0)
    }

    @Test("a reader that is too slow is told how much it has missed, and holds nobody up")
    func loss() async throws {
        let text = try await following(.latest(0)) { writer in
            // It takes nothing, while ten times as much comes as there is room for.
            for number in 1...1000 { ring.append(number, cost: 10) }
            #expect(ring.bytes == 1000)
        }
        #expect(text.contains("id: 1a2b3c4d-900\nevent: lost\ndata: {\"count\":900}\n\n"))
        #expect(text.split(separator: "\n").count { $0 == "event: n" } == 50)
        #expect(!text.contains("{\"n\":900}"))
        #expect(text.contains("{\"n\":902}"))
        #expect(text.contains("{\"n\":1000}"))
    }

    @Test("goes on after the last event that was read, and with everything after a restart")
    func resume() async throws {
        for number in 1...6 { ring.append(number, cost: 10) }
        let resumed = try await following(.after(4)) { _ in }
        #expect(!resumed.contains("{\"n\":4}"))
        #expect(resumed.contains("{\"n\":6}"))
        let fresh = EventStreamTests()
        for number in 1...4 { fresh.ring.append(number, cost: 10) }
        let restarted = try await fresh.following(.restarted) { _ in }
        #expect(restarted.contains("{\"restarted\":true}"))
        #expect(restarted.contains("{\"n\":2}"))
        #expect(restarted.contains("{\"n\":4}"))
    }

    @Test("gives a sign of life, with the number of what was not wanted")
    func heartbeat() async throws {
        let text = try await following(.latest(0)) { writer in
            writer.take(1)
            ring.append(1, cost: 10)
            try await clock.waitForSleepers(1)
            clock.advance(by: .seconds(15))
            try await eventually { writer.received.contains(": heartbeat") }
        }
        #expect(text.contains(": heartbeat\nid: 1a2b3c4d-1\n\n"))
    }

    @Test("there are no more than 64 at once, and none when the server stops")
    func limit() throws {
        var listeners: [EventListener] = []
        for _ in 1...64 {
            listeners.append(EventListener())
            try streams.add(listeners[listeners.count - 1])
        }
        let tooMany = #expect(throws: HTTPError.self) { try streams.add(EventListener()) }
        #expect(tooMany?.status == .serviceUnavailable)
        #expect(tooMany?.message == "64 streams are open already.")
        streams.remove(listeners[0])
        try streams.add(EventListener())
        streams.end()
        #expect(listeners.dropFirst().allSatisfy { $0.isEnded })
        let stopping = #expect(throws: HTTPError.self) { try streams.add(EventListener()) }
        #expect(stopping?.message == "The server stops.")
    }
}

@Suite("Records of the log")
struct LogRecordTests {
    @Test("have no secrets in them")
    func secrets() throws {
        let logs = LogRecords()
        logs.append(
            .info, "Connected to postgres://app:hunter2@db/x with Bearer abcdefgh12345678",
            [
                "apiKey": "hunter2", "module": "db", "note": "see https://me:hunter2@host/ there",
                "plain": "1",
            ])
        let record = try #require(logs.ring.page(after: 0, limit: 1).entries.first?.event)
        #expect(
            JSONValue.object(record.json).jsonString().contains(
                """
                "level":"info","message":"Connected to postgres://<redacted>@db/x with Bearer <redacted>",\
                "module":"db","metadata":{"apiKey":"<redacted>","note":"see https://<redacted>@host/ there",\
                "plain":"1"}
                """))
    }

    @Test("take no more memory than allowed, and the newest stay")
    func memory() {
        let logs = LogRecords(limit: 100_000)
        for number in 1...10_000 { logs.append(.info, "line \(number)", ["n": "\(number)"]) }
        #expect(logs.ring.bytes <= 100_000)
        let (found, last) = logs.ring.latest(3) { $0.event.message }
        #expect(found == ["line 9998", "line 9999", "line 10000"])
        #expect(last == 10_000)
        logs.append(.info, String(repeating: "x", count: 1 << 20), [:])
        #expect(logs.ring.bytes <= 100_000)
        #expect(logs.ring.latest(1) { $0.event.message.utf8.count }.found == [(8 << 10) + 3])
    }
}
