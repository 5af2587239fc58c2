#if Redis
import Synchronization
import WorkflowCore
import WorkflowModules

/// Reading.
extension RedisStreamSource {
    /// Reads new messages, as many as there is room for; comes again when there may be more.
    func read(_ client: RedisClient) async throws {
        guard let plan = plan() else { return }
        let names = link.configuration.names
        let keys = [names.version, names.topics] + plan.topics.map { names.stream(of: $0) }
        let answer = try await RedisDeliveryScripts.read.run(
            on: client, keys: keys.map { RedisArgument($0) },
            [.init(group), .init(link.node), "\(plan.count)", .init(plan.version)])
        guard let streams = answer.array else {
            // There are other topics.
            state.withLock { $0.isSetUp = false }
            return wake()
        }
        var entries: [RedisEntry] = []
        var unfinished: Set<String> = []
        for stream in streams {
            guard let parts = stream.array, parts.count == 2, let name = parts[0].text, let rows = parts[1].array
            else { continue }
            let topic = names.topic(ofStream: name)
            entries += rows.compactMap { RedisEntry($0, topic: topic) }
            if rows.count >= plan.count { unfinished.insert(topic) }
        }
        hold(entries)
        let (released, isMore) = state.withLock { state in
            let released = state.merger.merge(entries, unfinished: unfinished)
            return (released, !unfinished.isEmpty || !state.merger.isEmpty)
        }
        add(released)
        if isMore { wake() }
    }

    /// Which streams to read, and how much of each; `nil` when there is no room.
    private func plan() -> (topics: [String], count: Int, version: String)? {
        guard let current = line.current else { return nil }
        let room = line.room
        guard room > 0, room >= max(current.options.prefetch, current.options.concurrency) / 4 else { return nil }
        return state.withLock { state in
            guard !state.isReleased else { return nil }
            let topics = state.topics.filter { state.merger.isReadable($0) }
            guard !topics.isEmpty || !pattern.isLiteral else { return nil }
            return (topics, max(1, room / max(1, topics.count)), state.version)
        }
    }

    /// Notes that entries are here.
    func hold(_ entries: [RedisEntry]) {
        let now = link.environment.clock.now
        state.withLock { state in
            for entry in entries { state.held[entry.place] = Held(entry: entry, renewed: now) }
        }
    }

    /// Lets entries be handled.
    func add(_ entries: [RedisEntry]) {
        for entry in entries {
            let isWanted = state.withLock { state in
                guard state.finished.contains(entry.place) else {
                    state.held[entry.place]?.isQueued = true
                    return state.held[entry.place] != nil
                }
                // It has been handled, and the server has not been told.
                state.held[entry.place] = nil
                state.acknowledged.append(entry.place)
                return false
            }
            guard isWanted else {
                wake()
                continue
            }
            guard let options = line.current?.options else {
                settle(entry.place, as: .again(after: .zero))
                continue
            }
            add(delivery(of: entry, options))
        }
    }

    private func delivery(of entry: RedisEntry, _ options: DeliveryOptions) -> Delivery<RedisPlace> {
        do {
            let message = try RedisStreamCodec.message(entry, maxPayload: options.maxPayload)
            var delivery = Delivery(message: message, receipt: entry.place)
            if entry.deliveries > options.maxDeliveries {
                delivery.problem =
                    "The message was delivered \(options.maxDeliveries) times and never acknowledged."
            }
            return delivery
        } catch let error as CloudEventFormat.Unreadable {
            return Delivery(message: error.message, receipt: entry.place, problem: error.description)
        } catch {
            let unknown = Message(
                id: entry.place.id.description, topic: entry.place.topic, payload: .null,
                timestamp: link.environment.clock.now)
            return Delivery(message: unknown, receipt: entry.place, problem: "\(error)")
        }
    }
}
#endif
