import HTTPTypes
import WorkflowCore

extension ResourceHandler {
    private static let heartbeatInterval = Duration.seconds(15)
    /// How often a resource is read again when other processes can change it.
    private static let pollInterval = Duration.seconds(1)

    /// Server-sent events: the resource at once and after each change, until its instance is completed.
    func events(of id: String, viewer: String?) -> ServerResponse {
        ServerResponse(
            headers: [.contentType: "text/event-stream", .cacheControl: "no-cache", .xAccelBuffering: "no"],
            body: .stream(length: nil) { [self] writer in try await follow(id, viewer, writer) })
    }

    private func follow(_ id: String, _ viewer: String?, _ writer: any ResponseWriter) async throws {
        let feed = ResourceFeed()
        let changes = self.changes
        streams.add(feed)
        changes.watch(id, feed)
        defer {
            changes.stop(feed, watching: id)
            streams.remove(feed)
        }
        try await withThrowingTaskGroup(of: Void.self) { group in
            defer { group.cancelAll() }
            // Ends by cancellation only, when the stream does.
            group.addTask { try? await self.beat(feed) }
            var stream = ResourceEventStream(renderer: renderer)
            var watched: String?
            var signals = feed.signals.makeAsyncIterator()
            var mustRead = true
            while true {
                if mustRead {
                    mustRead = false
                    guard let snapshot = try await context.store.resource(type: configuration.resourceName, id: id),
                        snapshot.resource.isVisible(to: viewer)
                    else {
                        return try await writer.write(stream.deletion(id))
                    }
                    // Watch before reading, so that nothing falls between the two.
                    if let instance = snapshot.instance, instance.id != watched {
                        watched = instance.id
                        mustRead = true
                        if let updates = engine(for: instance.workflowType)?.changes(of: instance.id) {
                            group.addTask { for await instance in updates { feed.instanceChanged(instance) } }
                            continue
                        }
                        mustRead = false
                    }
                    if let bytes = stream.event(snapshot) { try await writer.write(bytes) }
                }
                if stream.isCompleted { return }
                guard await signals.next() != nil else { return }
                let news = feed.take()
                for instance in news.instances {
                    if let bytes = stream.event(instance) { try await writer.write(bytes) }
                    if stream.isCompleted { return }
                }
                mustRead = news.isResourceChanged
                if news.isHeartbeat { try await writer.write(stream.heartbeat) }
            }
        }
    }

    private func beat(_ feed: ResourceFeed) async throws {
        let interval = context.store.isShared ? Self.pollInterval : Self.heartbeatInterval
        var silence = Duration.zero
        while true {
            try await context.clock.sleep(for: interval)
            silence += interval
            if context.store.isShared { feed.resourceChanged() }
            if silence >= Self.heartbeatInterval {
                silence = .zero
                feed.heartbeat()
            }
        }
    }
}

/// The events of one stream: what was sent last, and the bytes of what comes next.
struct ResourceEventStream {
    private let renderer: ResourceRenderer
    private var last: ResourceSnapshot?

    init(renderer: ResourceRenderer) {
        self.renderer = renderer
    }

    /// Whether the last event was of a completed instance.
    var isCompleted: Bool { last?.instance?.completed ?? false }

    let heartbeat: [UInt8] = Array(": heartbeat\n\n".utf8)

    /// The event for what was read; `nil` when it was sent already, or is older.
    mutating func event(_ snapshot: ResourceSnapshot) -> [UInt8]? {
        var snapshot = snapshot
        if let last {
            if last.resource.createdAt == snapshot.resource.createdAt,
                let known = last.instance, let read = snapshot.instance, read.version < known.version
            {
                snapshot.instance = known
            }
            guard EntityTag(last) != EntityTag(snapshot) else { return nil }
        }
        return send(snapshot)
    }

    /// The event for a change of the instance; `nil` when it was sent already, or is older.
    mutating func event(_ instance: StateMachineInstance) -> [UInt8]? {
        guard var snapshot = last, instance.version > snapshot.instance?.version ?? 0 else { return nil }
        snapshot.instance = instance
        return send(snapshot)
    }

    /// The event that ends the stream of a resource that does not exist any more.
    func deletion(_ id: String) -> [UInt8] {
        Self.bytes("deleted", ["id": .string(id)])
    }

    private mutating func send(_ snapshot: ResourceSnapshot) -> [UInt8] {
        last = snapshot
        return Self.bytes("resource", .object(renderer.document(snapshot)))
    }

    private static func bytes(_ event: String, _ data: JSONValue) -> [UInt8] {
        // Compact JSON has no line breaks, so one `data:` line is enough.
        var bytes = Array("event: \(event)\ndata: ".utf8)
        data.write(to: &bytes)
        bytes.append(contentsOf: "\n\n".utf8)
        return bytes
    }
}

extension HTTPField.Name {
    /// Asks proxies not to hold back what they get.
    static let xAccelBuffering = HTTPField.Name("X-Accel-Buffering") ?? .cacheControl
}
