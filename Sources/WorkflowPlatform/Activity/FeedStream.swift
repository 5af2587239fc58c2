import WorkflowCore
import WorkflowHTTP
import WorkflowStore

/// Sends the events of a feed to one reader as server-sent events.
///
/// The next events are read when the reader has taken the ones before, so that a slow one costs no memory. Nothing is
/// read while nothing happens.
struct FeedStream: Sendable {
    private static let pageSize = 200
    /// How often it is looked at most whether the reader may read on, while there is something to read.
    private static let checkInterval = Duration.seconds(1)
    /// How long a reader has at the end to take what was sent to it.
    private static let patience = Duration.seconds(1)
    /// How long readers wait before they come again, in milliseconds.
    private static let retryDelay = 3000

    let feed: any EventFeed
    /// The number of the event after which to begin; `nil` for only what comes.
    let position: Int64?
    let authorization: StreamAuthorization
    let watch: ActivityWatch
    let slot: StreamSlots.Slot
    let services: PlatformServices

    /// The body of the answer.
    var body: ResponseBody {
        .stream(length: nil) { writer in
            try await withThrowingTaskGroup(of: Void.self) { group in
                defer { group.cancelAll() }
                let heartbeat = services.configuration.streams.heartbeat
                group.addTask { await watch.listener.beat(every: heartbeat, on: services.clock) }
                group.addTask { try await send(to: writer) }
                group.addTask { try await cutOff() }
                // The sending ends, or the patience.
                try await group.next()
            }
        }
    }

    /// Ends a stream that does not end by itself when it should, since its reader takes nothing.
    private func cutOff() async throws {
        for await _ in slot.end {}
        try await services.clock.sleep(for: Self.patience)
        throw CancellationError()
    }

    /// What is known after a look into the database.
    private enum Look: Sendable {
        case page(FeedPage)
        case refused(String)
    }

    private func send(to writer: any ResponseWriter) async throws {
        var (last, checkedAt) = (position, services.clock.now)
        var isFirst = true
        while true {
            let isBeat = watch.listener.takeBeat()
            let isDue = isBeat || checkedAt.duration(to: services.clock.now) >= Self.checkInterval
            if isDue { checkedAt = services.clock.now }
            let page: FeedPage
            switch try await look(after: last, checks: isDue) {
            case .page(let found): page = found
            case .refused(let reason): return try await end(reason, last, writer)
            }
            last = page.last
            var bytes: [UInt8] = []
            if isFirst { bytes = start(page) }
            for event in page.events {
                bytes += ServerSentEvents.event(event.name, .object(event.data), id: "\(event.number)")
            }
            if bytes.isEmpty, isBeat { bytes = ServerSentEvents.heartbeat(id: "\(page.last)") }
            isFirst = false
            if !bytes.isEmpty { try await writer.write(bytes) }
            guard page.isLast else { continue }
            guard await watch.next() else {
                guard watch.listener.isEnded else { return }
                return try await end("The platform stops.", last, writer)
            }
        }
    }

    private func look(after number: Int64?, checks: Bool) async throws -> Look {
        let now = services.clock.now
        return try await services.database.read { connection in
            if checks, let reason = try authorization.refusal(now: now, connection) { return .refused(reason) }
            let newest = try number ?? feed.newest(connection)
            return .page(try feed.page(after: newest, limit: Self.pageSize, connection))
        }
    }

    private func start(_ page: FeedPage) -> [UInt8] {
        let first = page.events.first.map { $0.number - 1 } ?? page.last
        return ServerSentEvents.retry(after: Self.retryDelay)
            + ServerSentEvents.event("ready", ["workflow_id": .string(feed.workflow.text)], id: "\(position ?? first)")
    }

    private func end(_ reason: String, _ last: Int64?, _ writer: any ResponseWriter) async throws {
        try await writer.write(ServerSentEvents.event("end", ["reason": .string(reason)], id: "\(last ?? 0)"))
    }
}
