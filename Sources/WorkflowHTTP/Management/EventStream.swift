import HTTPTypes
import WorkflowCore

/// Sends the events of a ring to one reader as server-sent events.
///
/// The reader takes its time and nobody waits for it: what has left the ring before it was sent is counted, and the
/// stream says how many events that were.
struct EventStream<Event: Sendable>: Sendable {
    /// How many bytes are put together before they are sent.
    private static var batchBytes: Int { 64 << 10 }
    /// How many events are looked at in one go.
    private static var batchCount: Int { 128 }

    let ring: EventRing<Event>
    let streams: EventStreams
    let clock: any EngineClock
    let position: EventPosition
    /// What the events are called.
    let name: String
    /// The time between two signs of life.
    var heartbeat = Duration.seconds(15)
    /// The event as the reader sees it; `nil` when it does not want it.
    let document: @Sendable (Event) -> JSONObject?
    /// Called when the stream has begun, and when it has ended.
    var onChange: @Sendable (_ isOpen: Bool) -> Void = { _ in }

    /// The answer to a request.
    var response: ServerResponse {
        ServerResponse(
            headers: [.contentType: "text/event-stream", .xAccelBuffering: "no"],
            body: .stream(length: nil) { writer in try await send(to: writer) })
    }

    private func send(to writer: any ResponseWriter) async throws {
        let listener = EventListener()
        try streams.add(listener)
        ring.add(listener)
        onChange(true)
        defer {
            ring.remove(listener)
            streams.remove(listener)
            onChange(false)
        }
        try await withThrowingTaskGroup(of: Void.self) { group in
            defer { group.cancelAll() }
            group.addTask { await beat(listener) }
            try await send(to: writer, listener)
        }
    }

    private func send(to writer: any ResponseWriter, _ listener: EventListener) async throws {
        let start = start
        var last = start.number
        try await writer.write(
            Self.bytes("ready", ["restarted": .bool(position == .restarted)], id: id(last)))
        for bytes in start.past { try await writer.write(bytes) }
        var signals = listener.signals.makeAsyncIterator()
        // What has happened before the end is sent, too.
        var goal: UInt64?
        while goal.map({ last < $0 }) ?? true {
            let (bytes, isComplete) = next(after: &last)
            if !bytes.isEmpty { try await writer.write(bytes) }
            if goal == nil, listener.isEnded { goal = ring.last }
            guard isComplete, goal == nil else { continue }
            guard await signals.next(isolation: #isolation) != nil || listener.isEnded else { return }
            // The number goes with it, since events that were not wanted have numbers too.
            if listener.takeBeat() { try await writer.write(Array(": heartbeat\nid: \(id(last))\n\n".utf8)) }
        }
        try await writer.write(Self.bytes("end", ["reason": "The server stops."], id: id(last)))
    }

    /// Where to begin, and what to send of the time before.
    private var start: (number: UInt64, past: [[UInt8]]) {
        switch position {
        case .after(let number): return (min(number, ring.last), [])
        case .restarted: return (0, [])
        case .latest(let count):
            let (past, last) = ring.latest(count) { entry in
                document(entry.event).map { Self.bytes(name, .object($0), id: id(entry.number)) }
            }
            return (last, past)
        }
    }

    /// The bytes of the events that come next.
    ///
    /// - Returns: Whether these are all.
    private func next(after last: inout UInt64) -> (bytes: [UInt8], isComplete: Bool) {
        var bytes: [UInt8] = []
        let page = ring.page(after: last, limit: Self.batchCount)
        if page.lost > 0 {
            last += page.lost
            bytes += Self.bytes("lost", ["count": .integer(Int64(page.lost))], id: id(last))
        }
        for entry in page.entries {
            last = entry.number
            if let document = document(entry.event) {
                bytes += Self.bytes(name, .object(document), id: id(last))
            }
            if bytes.count >= Self.batchBytes { return (bytes, false) }
        }
        return (bytes, page.isLast)
    }

    private func beat(_ listener: EventListener) async {
        while !Task.isCancelled {
            guard await clock.wait(for: heartbeat) else { return }
            listener.beat()
        }
    }

    private func id(_ number: UInt64) -> String { "\(ring.session)-\(number)" }

    private static func bytes(_ event: String, _ data: JSONValue, id: String) -> [UInt8] {
        // Compact JSON has no line breaks, so one `data:` line is enough.
        var bytes = Array("id: \(id)\nevent: \(event)\ndata: ".utf8)
        data.write(to: &bytes)
        bytes.append(contentsOf: "\n\n".utf8)
        return bytes
    }
}
